/** Draws the times above the bars. */

import { formatTick } from "../shared/format";
import type { PaintTheme } from "./canvas/paintTheme";
import type { DrawTarget } from "./canvas/target";
import { type TimeScale, tickStep, ticks, toPixel } from "./timeScale";

export interface AxisFrame {
  scale: TimeScale;
  height: number;
  theme: PaintTheme;
}

export function paintAxis(target: DrawTarget, { scale, height, theme }: AxisFrame): void {
  target.clearRect(0, 0, scale.width, height);
  target.font = theme.font;
  target.textBaseline = "middle";
  target.textAlign = "left";
  const step = tickStep(scale);
  for (const nano of ticks(scale)) {
    const x = Math.round(toPixel(scale, nano));
    target.fillStyle = theme.grid;
    target.fillRect(x, 0, 1, height);
    target.fillStyle = theme.textDim;
    const text = formatTick(nano, step);
    // A label that would be cut off tells a wrong time.
    if (x + 4 + target.measureText(text).width <= scale.width)
      target.fillText(text, x + 4, height / 2);
  }
}
