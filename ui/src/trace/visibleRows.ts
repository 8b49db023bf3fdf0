/** Columns, collapsed rows and a filter → the rows to show, in order. */

import type { TraceColumns } from "./traceColumns";

/**
 * With a filter: the rows it matches and those above them, whatever is collapsed. Without: all rows
 * but those below a collapsed one.
 */
export function visibleRows(
  columns: TraceColumns,
  collapsed: ReadonlySet<number>,
  filter: string,
): Uint32Array {
  const text = filter.trim().toLowerCase();
  return text === "" ? expandedRows(columns, collapsed) : filteredRows(columns, text);
}

/** Where `row` is in `rows`, or -1. `rows` ascend, as `visibleRows` gives them. */
export function positionOf(rows: Uint32Array, row: number): number {
  let low = 0;
  let high = rows.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const found = rows[middle] ?? 0;
    if (found === row) return middle;
    if (found < row) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

/** The rows above `row`, nearest first. */
export function ancestorsOf(columns: TraceColumns, row: number): number[] {
  const above: number[] = [];
  let parent = columns.parent[row] ?? -1;
  while (parent >= 0) {
    above.push(parent);
    parent = columns.parent[parent] ?? -1;
  }
  return above;
}

function expandedRows(columns: TraceColumns, collapsed: ReadonlySet<number>): Uint32Array {
  const rows = new Uint32Array(columns.count);
  let shown = 0;
  for (let row = 0; row < columns.count; ) {
    rows[shown] = row;
    shown += 1;
    row += collapsed.has(row) ? (columns.subtree[row] ?? 1) : 1;
  }
  return rows.subarray(0, shown);
}

function filteredRows(columns: TraceColumns, text: string): Uint32Array {
  const contains = (value: string) => value.toLowerCase().includes(text);
  const services = columns.services.map(contains);
  const names = columns.names.map(contains);
  const wanted = new Uint8Array(columns.count);
  for (let row = 0; row < columns.count; row += 1) {
    const hit =
      services[columns.service[row] ?? 0] ||
      names[columns.name[row] ?? 0] ||
      columns.spanId[row] === text;
    if (!hit) continue;
    // Above a wanted row all are wanted already, so this is linear over all rows.
    for (let up = row; up >= 0 && wanted[up] === 0; up = columns.parent[up] ?? -1) wanted[up] = 1;
  }
  const rows = new Uint32Array(columns.count);
  let shown = 0;
  for (let row = 0; row < columns.count; row += 1) {
    if (wanted[row] === 0) continue;
    rows[shown] = row;
    shown += 1;
  }
  return rows.subarray(0, shown);
}
