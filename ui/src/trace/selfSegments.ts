/** When a span works itself: its time that no direct child covers. */

import { childrenOf, endOf, type TraceColumns } from "./traceColumns";

/** Rows remembered; several screens of them. */
const CACHE_ROWS_MAX = 2_048;

/** Pairs of start and end, ascending and apart, in nanoseconds since the trace's start. */
export type Segments = Float64Array;

/** A remembering `selfSegments`, for the rows a painter draws again and again. */
export function selfSegmentCache(columns: TraceColumns): (row: number) => Segments {
  const known = new Map<number, Segments>();
  return (row) => {
    const before = known.get(row);
    if (before !== undefined) return before;
    if (known.size >= CACHE_ROWS_MAX) known.clear();
    const segments = selfSegments(columns, row);
    known.set(row, segments);
    return segments;
  };
}

export function selfSegments(columns: TraceColumns, row: number): Segments {
  const end = endOf(columns, row);
  let at = columns.start[row] ?? 0;
  const segments: number[] = [];
  for (const child of childrenByStart(columns, row)) {
    const childStart = Math.min(columns.start[child] ?? 0, end);
    if (childStart > at) segments.push(at, childStart);
    at = Math.max(at, Math.min(endOf(columns, child), end));
  }
  if (end > at) segments.push(at, end);
  return Float64Array.from(segments);
}

function childrenByStart(columns: TraceColumns, row: number): number[] {
  const children = [...childrenOf(columns, row)];
  const startOf = (child: number) => columns.start[child] ?? 0;
  // Children come in the order of their start, but for those whose clock was corrected.
  const sorted = children.every((c, i) => i === 0 || startOf(children[i - 1] ?? c) <= startOf(c));
  return sorted ? children : children.sort((a, b) => startOf(a) - startOf(b));
}
