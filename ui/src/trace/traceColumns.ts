/** A trace as typed arrays: row i of the call tree is entry i of each. */

import type { TraceAnswer } from "../api/types";
import { serviceColor } from "../shared/serviceColor";
import { type Sections, sectionsByRow, type ToldSections, tiledSections } from "./sections";

/** Bits of `flags`, as docs/api.md names them. */
export const FLAG = {
  error: 1,
  errorOrigin: 2,
  critical: 4,
  orphan: 8,
  skewCorrected: 16,
  serverMissing: 32,
  events: 64,
  links: 128,
  retried: 256,
} as const;

/** OTLP's `SpanKind` by number, in the words the API takes. */
const KINDS = ["unspecified", "internal", "server", "client", "producer", "consumer"];

export interface TraceColumns {
  count: number;
  /** Nanoseconds from the trace's start to the end of what there is to draw; at least 1. */
  duration: number;
  spanId: string[];
  /** Nanoseconds since the trace's start. */
  start: Float64Array;
  spanDuration: Float64Array;
  self: Float64Array;
  depth: Uint32Array;
  /** The row and all below it: row + subtree is the next row outside. At least 1. */
  subtree: Uint32Array;
  /** -1 for a root. */
  parent: Int32Array;
  service: Uint32Array;
  name: Uint32Array;
  kind: Uint8Array;
  flags: Uint32Array;
  services: string[];
  names: string[];
  /** Colour number of each entry of `services`. */
  colors: number[];
  /** When the trace waited for each row. */
  critical: Sections;
  /** When each row is the deepest active one; adds up to `self`. */
  selfSections: Sections;
}

/** Throws with a sentence if the columns do not fit together. */
export function readColumns(answer: TraceAnswer): TraceColumns {
  const { columns } = answer;
  const count = columns.span_id.length;
  for (const [name, column] of Object.entries(columns) as [string, unknown[]][]) {
    if (column.length !== count) {
      throw new Error(`The answer's column ${name} has ${column.length} rows instead of ${count}.`);
    }
  }
  const service = Uint32Array.from(columns.service);
  const tree = readTree(columns.depth, columns.subtree);
  const start = Float64Array.from(columns.start);
  const roots = rootsOf(tree.parent);
  const duration = Float64Array.from(columns.duration);
  return {
    count,
    duration: extent(answer.duration_nano, start, duration),
    spanId: columns.span_id,
    start,
    spanDuration: duration,
    self: Float64Array.from(columns.self),
    ...tree,
    service,
    name: Uint32Array.from(columns.name),
    kind: Uint8Array.from(columns.kind),
    flags: Uint32Array.from(columns.flags),
    services: answer.services,
    names: answer.names,
    colors: answer.services.map(serviceColor),
    critical: sectionsByRow(toldPath(answer.critical_path), count),
    selfSections: sectionsByRow(tiledSections(answer.self_sections, roots, start), count),
  };
}

export function serviceOf(columns: TraceColumns, row: number): string {
  return columns.services[columns.service[row] ?? -1] ?? "";
}

export function nameOf(columns: TraceColumns, row: number): string {
  return columns.names[columns.name[row] ?? -1] ?? "";
}

/** As the API names it; a kind of the future is its number. */
export function kindOf(columns: TraceColumns, row: number): string {
  const kind = columns.kind[row] ?? 0;
  return KINDS[kind] ?? String(kind);
}

export function hasFlag(columns: TraceColumns, row: number, flag: number): boolean {
  return ((columns.flags[row] ?? 0) & flag) !== 0;
}

export function endOf(columns: TraceColumns, row: number): number {
  return (columns.start[row] ?? 0) + (columns.spanDuration[row] ?? 0);
}

/** Rows of the direct children, in pre-order. */
export function* childrenOf(columns: TraceColumns, row: number): Generator<number> {
  const end = row + (columns.subtree[row] ?? 1);
  for (let child = row + 1; child < end; child += columns.subtree[child] ?? 1) yield child;
}

/** Subtrees are cut to their parent's, so that walking by them always ends. */
function readTree(depths: number[], subtrees: number[]) {
  const count = depths.length;
  const depth = Uint32Array.from(depths);
  const subtree = new Uint32Array(count);
  const parent = new Int32Array(count);
  const open: number[] = [];
  for (let row = 0; row < count; row += 1) {
    let above = open.at(-1);
    while (above !== undefined && above + (subtree[above] ?? 1) <= row) {
      open.pop();
      above = open.at(-1);
    }
    const end = above === undefined ? count : above + (subtree[above] ?? 1);
    subtree[row] = Math.max(1, Math.min(subtrees[row] ?? 1, end - row));
    parent[row] = above ?? -1;
    if ((subtree[row] ?? 1) > 1) open.push(row);
  }
  return { depth, subtree, parent };
}

function toldPath(path: TraceAnswer["critical_path"]): ToldSections {
  return {
    row: path.map((section) => section.row),
    start: path.map((section) => section.start),
    end: path.map((section) => section.end),
  };
}

function rootsOf(parent: Int32Array): number[] {
  const roots: number[] = [];
  for (let row = 0; row < parent.length; row += 1) if (parent[row] === -1) roots.push(row);
  return roots;
}

function extent(durationNano: number, start: Float64Array, duration: Float64Array): number {
  let end = Math.max(1, durationNano);
  for (let row = 0; row < start.length; row += 1) {
    end = Math.max(end, (start[row] ?? 0) + (duration[row] ?? 0));
  }
  return end;
}
