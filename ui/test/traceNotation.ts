import type { Columns, TraceAnswer } from "../src/api/types";
import { FLAG } from "../src/trace/traceColumns";

/**
 * A trace from indented text, one span a line: service, span name, start..end in nanoseconds, then
 * `!` where it failed, `!!` where the error began, `*` where all of it is on the critical path.
 *
 *     frontend GET /checkout 0..100
 *       cart AddItem 10..50 *
 */
export function traceOf(text: string): TraceAnswer {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const margin = Math.min(...lines.map((line) => line.search(/\S/)));
  const services: string[] = [];
  const names: string[] = [];
  const columns = emptyColumns();
  const critical: TraceAnswer["critical_path"] = [];
  for (const [row, line] of lines.entries()) {
    const found = /^(\S+) (.+?) +(\d+)\.\.(\d+)( !!| !)?( \*)?$/.exec(line.trim());
    if (!found) throw new Error(`no span: ${line}`);
    const [, service = "", name = "", start, end, failed, isCritical] = found;
    columns.span_id.push(spanIdOf(row));
    columns.start.push(Number(start));
    columns.duration.push(Number(end) - Number(start));
    columns.self.push(0);
    columns.depth.push((line.search(/\S/) - margin) / 2);
    columns.subtree.push(1);
    columns.service.push(indexIn(services, service));
    columns.name.push(indexIn(names, name));
    columns.kind.push(2);
    columns.status.push(failed ? 2 : 0);
    columns.flags.push((failed ? FLAG.error : 0) | (failed === " !!" ? FLAG.errorOrigin : 0));
    if (isCritical) critical.push({ row, start: Number(start), end: Number(end) });
  }
  countSubtrees(columns);
  const owners = ownersOf(columns);
  for (const [i, row] of owners.row.entries()) {
    columns.self[row] = (columns.self[row] ?? 0) + (owners.duration[i] ?? 0);
  }
  return answerOf(services, names, columns, critical, owners);
}

/** Who is the deepest active span from one start or end to the next; among equals the last to start. */
function ownersOf({ start, duration, depth, subtree }: Columns): TraceAnswer["self_sections"] {
  const owners: TraceAnswer["self_sections"] = { row: [], duration: [] };
  const endOf = (row: number) => (start[row] ?? 0) + (duration[row] ?? 0);
  for (let root = 0; root < depth.length; root += subtree[root] ?? 1) {
    const rows = Array.from({ length: subtree[root] ?? 1 }, (_, i) => root + i);
    const inside = (nano: number) => nano >= (start[root] ?? 0) && nano <= endOf(root);
    const times = [...new Set(rows.flatMap((row) => [start[row] ?? 0, endOf(row)]))]
      .filter(inside)
      .sort((a, b) => a - b);
    for (const [i, from] of times.slice(0, -1).entries()) {
      const order = (row: number) => [depth[row] ?? 0, start[row] ?? 0, row];
      const active = rows.filter((row) => (start[row] ?? 0) <= from && endOf(row) > from);
      const owner = active.reduce((a, b) => (isAfter(order(b), order(a)) ? b : a));
      const nano = (times[i + 1] ?? 0) - from;
      const last = owners.row.length - 1;
      if (i > 0 && owners.row[last] === owner) {
        owners.duration[last] = (owners.duration[last] ?? 0) + nano;
      } else {
        owners.row.push(owner);
        owners.duration.push(nano);
      }
    }
  }
  return owners;
}

function isAfter(a: number[], b: number[]): boolean {
  const differ = a.findIndex((value, i) => value !== b[i]);
  return differ >= 0 && (a[differ] ?? 0) > (b[differ] ?? 0);
}

export function spanIdOf(row: number): string {
  return (row + 1).toString(16).padStart(16, "0");
}

export function emptyColumns(): Columns {
  return {
    span_id: [],
    start: [],
    duration: [],
    self: [],
    depth: [],
    subtree: [],
    service: [],
    name: [],
    kind: [],
    status: [],
    flags: [],
  };
}

/** From the depths, in one pass from the last row. */
export function countSubtrees({ depth, subtree }: Columns): void {
  const open: number[] = [];
  const close = (to: number, end: number) => {
    for (let row = open.at(-1); row !== undefined && (depth[row] ?? 0) >= to; row = open.at(-1)) {
      subtree[row] = end - row;
      open.pop();
    }
  };
  for (const [row, level] of depth.entries()) {
    close(level, row);
    open.push(row);
  }
  close(0, depth.length);
}

export function answerOf(
  services: string[],
  names: string[],
  columns: Columns,
  critical: TraceAnswer["critical_path"],
  owners: TraceAnswer["self_sections"],
): TraceAnswer {
  return {
    trace_id: "0af7651916cd43dd8448eb211c80319c",
    start_unix_nano: "1763900000000000000",
    duration_nano: (columns.start[0] ?? 0) + (columns.duration[0] ?? 0),
    span_count: columns.span_id.length,
    error_count: columns.status.filter((status) => status === 2).length,
    services,
    names,
    columns,
    critical_path: critical,
    self_sections: owners,
    explanation: {
      sentence: "nothing stands out",
      detail: [],
      hops: [],
      slowest_hop: null,
      failing_hop: null,
      errors: [],
      retries: [],
      services: [],
    },
    warnings: [],
    completeness: { state: "complete" },
    pinned_unix_nano: null,
  };
}

function indexIn(list: string[], value: string): number {
  const at = list.indexOf(value);
  return at >= 0 ? at : list.push(value) - 1;
}
