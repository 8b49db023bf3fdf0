/** Draws the whole trace in miniature: every visible row a line, where errors began in their colour. */

import type { PaintTheme } from "./canvas/paintTheme";
import type { DrawTarget } from "./canvas/target";
import { type TimeScale, toPixel } from "./timeScale";
import { FLAG, hasFlag, type TraceColumns } from "./traceColumns";

export interface MinimapFrame {
  columns: TraceColumns;
  rows: Uint32Array;
  /** Over the whole trace. */
  scale: TimeScale;
  /** Pixels above the lines, and for them. */
  top: number;
  height: number;
  theme: PaintTheme;
}

/** More lines than this cannot be told apart: then every n-th row stands for its neighbours. */
const LINES_MAX = 4_000;
const LINE_HEIGHT_MAX = 4;

export function paintMinimap(target: DrawTarget, frame: MinimapFrame): void {
  const { rows, columns, theme, scale } = frame;
  target.clearRect(0, 0, scale.width, frame.height + 2 * frame.top);
  const step = Math.max(1, Math.ceil(rows.length / LINES_MAX));
  const lineHeight = Math.min(
    LINE_HEIGHT_MAX,
    Math.max(1, frame.height / Math.max(1, rows.length)),
  );
  const used = Math.min(frame.height, lineHeight * rows.length);
  for (let position = 0; position < rows.length; position += step) {
    const row = rows[position] ?? 0;
    const y = frame.top + (position / rows.length) * used;
    const color = columns.colors[columns.service[row] ?? 0] ?? 0;
    target.fillStyle = hasFlag(columns, row, FLAG.errorOrigin)
      ? theme.error
      : (theme.services[color] ?? theme.text);
    const left = toPixel(scale, columns.start[row] ?? 0);
    const width = ((columns.spanDuration[row] ?? 0) / (scale.end - scale.start)) * scale.width;
    target.fillRect(left, y, Math.max(1, width), Math.max(1, lineHeight - 0.5));
  }
}
