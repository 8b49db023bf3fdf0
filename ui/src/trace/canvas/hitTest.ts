/** What is under the pointer. */

import type { TimeScale } from "../timeScale";
import { toPixel } from "../timeScale";
import { endOf, type TraceColumns } from "../traceColumns";

/** Pixels beside a bar that still count as on it. */
const SLACK = 3;

/** The position in the list of rows at `y` pixels below the viewport's top; null below the last row. */
export function positionAt(y: number, scrollTop: number, rowHeight: number, count: number) {
  const position = Math.floor((y + scrollTop) / rowHeight);
  return position >= 0 && position < count ? position : null;
}

export function isOnBar(columns: TraceColumns, row: number, scale: TimeScale, x: number): boolean {
  const left = toPixel(scale, columns.start[row] ?? 0);
  const right = toPixel(scale, endOf(columns, row));
  return x >= left - SLACK && x <= right + SLACK;
}
