/** What the waterfall's painters are given. */

import type { PaintTheme } from "./canvas/paintTheme";
import { type TimeScale, toPixel } from "./timeScale";
import type { TraceColumns } from "./traceColumns";

export interface WaterfallFrame {
  columns: TraceColumns;
  rows: Uint32Array;
  collapsed: ReadonlySet<number>;
  /** Pixels above the first row that are scrolled away. */
  scrollTop: number;
  rowHeight: number;
  height: number;
  scale: TimeScale;
  theme: PaintTheme;
  selected: number | null;
  hovered: number | null;
}

/** Left and right edge in pixels. */
export interface Bar {
  left: number;
  right: number;
}

/** A span is never invisible, however short. */
export const BAR_WIDTH_MIN = 2;

/** Positions in `rows` of the rows that are at least partly seen: from the first, up to the second. */
export function visibleRange(
  frame: Pick<WaterfallFrame, "rows" | "scrollTop" | "rowHeight" | "height">,
) {
  const firstSeen = Math.max(0, Math.floor(frame.scrollTop / frame.rowHeight));
  const end = Math.ceil((frame.scrollTop + frame.height) / frame.rowHeight);
  return { first: Math.min(firstSeen, frame.rows.length), end: Math.min(end, frame.rows.length) };
}

export function barOf(frame: WaterfallFrame, row: number): Bar {
  const { columns, scale } = frame;
  const start = columns.start[row] ?? 0;
  const left = toPixel(scale, start);
  const right = toPixel(scale, start + (columns.spanDuration[row] ?? 0));
  return { left, right: Math.max(right, left + BAR_WIDTH_MIN) };
}

export function isOutside(frame: WaterfallFrame, bar: Bar): boolean {
  return bar.right < 0 || bar.left > frame.scale.width;
}
