import type { PaintTheme } from "../src/trace/canvas/paintTheme";
import type { DrawTarget } from "../src/trace/canvas/target";

/** Wide enough for any letter, so that widths in tests are easy to reckon. */
const LETTER_WIDTH = 6;

/** A drawing target that writes down what is drawn: jsdom has no canvas. */
export function recordCalls(): { target: DrawTarget; calls: string[] } {
  const calls: string[] = [];
  const round = (n: number) => Math.round(n * 10) / 10;
  const state = { fillStyle: "", strokeStyle: "", globalAlpha: 1 };
  const faint = () => (state.globalAlpha === 1 ? "" : ` at ${state.globalAlpha}`);
  const rect =
    (what: string, style: "fillStyle" | "strokeStyle") =>
    (x: number, y: number, width: number, height: number) => {
      const place = `${round(x)},${round(y)} ${round(width)}x${round(height)}`;
      calls.push(`${what} ${state[style]}${faint()} ${place}`);
    };
  const target = {
    ...state,
    set fillStyle(value: string) {
      state.fillStyle = value;
    },
    set strokeStyle(value: string) {
      state.strokeStyle = value;
    },
    set globalAlpha(value: number) {
      state.globalAlpha = value;
    },
    clearRect() {},
    fillRect: rect("fill", "fillStyle"),
    strokeRect: rect("stroke", "strokeStyle"),
    fillText: (text: string, x: number, y: number) =>
      calls.push(
        `text ${state.fillStyle} ${text.replaceAll("\u00a0", " ")} ${round(x)},${round(y)}`,
      ),
    measureText: (text: string) => ({ width: text.length * LETTER_WIDTH }),
  };
  return { target: target as unknown as DrawTarget, calls };
}

/** Colours that say what they are for. */
export const TEST_THEME: PaintTheme = {
  services: Array.from({ length: 20 }, (_, i) => `service${i}`),
  text: "text",
  textDim: "dim",
  grid: "grid",
  critical: "critical",
  criticalHalo: "halo",
  error: "error",
  selected: "selected",
  hovered: "hovered",
  font: "11px sans-serif",
};
