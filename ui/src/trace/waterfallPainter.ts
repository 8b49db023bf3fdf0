/**
 * Draws the bars of the visible rows: a light bar per span, solid where it is the deepest at work, the
 * critical path as a line of contrast colour over it, a mark where it failed, its duration beside it.
 */

import { paintBar } from "./barPainter";
import type { DrawTarget } from "./canvas/target";
import { paintLabel } from "./labelPainter";
import { ticks, toPixel } from "./timeScale";
import { visibleRange, type WaterfallFrame } from "./waterfallFrame";

export function paintWaterfall(target: DrawTarget, frame: WaterfallFrame): void {
  const { scale, height } = frame;
  target.clearRect(0, 0, scale.width, height);
  paintBackgrounds(target, frame);
  paintGrid(target, frame);
  eachRow(frame, (row, top) => paintBar(target, frame, row, top));
  target.font = frame.theme.font;
  target.textBaseline = "middle";
  eachRow(frame, (row, top) => paintLabel(target, frame, row, top));
}

function eachRow(frame: WaterfallFrame, paint: (row: number, top: number) => void) {
  const { first, end } = visibleRange(frame);
  for (let position = first; position < end; position += 1) {
    paint(frame.rows[position] ?? 0, position * frame.rowHeight - frame.scrollTop);
  }
}

function paintBackgrounds(target: DrawTarget, frame: WaterfallFrame) {
  eachRow(frame, (row, top) => {
    if (row !== frame.selected && row !== frame.hovered) return;
    target.fillStyle = row === frame.selected ? frame.theme.selected : frame.theme.hovered;
    target.fillRect(0, top, frame.scale.width, frame.rowHeight);
  });
}

function paintGrid(target: DrawTarget, frame: WaterfallFrame) {
  target.fillStyle = frame.theme.grid;
  for (const nano of ticks(frame.scale)) {
    target.fillRect(Math.round(toPixel(frame.scale, nano)), 0, 1, frame.height);
  }
}
