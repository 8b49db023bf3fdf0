import type { TraceAnswer } from "../src/api/types";
import { FLAG } from "../src/trace/traceColumns";
import { answerOf, countSubtrees, emptyColumns, spanIdOf } from "./traceNotation";

const SERVICES = 40;
const NAMES = 320;
const DEPTH_MAX = 12;
const MILLI = 1e6;
/** Milliseconds for which the root goes on after the last span has started. */
const LAST = 100;

/** A trace of `count` spans in the shape of large real ones: bushy, 40 services, a failure in a thousand. */
export function generateTrace(count: number, seed = 1): TraceAnswer {
  const random = randomFrom(seed);
  const columns = emptyColumns();
  const critical: TraceAnswer["critical_path"] = [];
  for (let row = 0; row < count; row += 1) {
    const before = columns.depth[row - 1] ?? -1;
    const depth = row === 0 ? 0 : 1 + Math.floor(random() * Math.min(before + 1, DEPTH_MAX));
    const start = row === 0 ? 0 : row * MILLI;
    const duration = row === 0 ? (count + LAST) * MILLI : (1 + random() * 50) * MILLI;
    const failed = row % 1000 === 999;
    columns.span_id.push(spanIdOf(row));
    columns.start.push(start);
    columns.duration.push(duration);
    columns.self.push(row === 0 ? (1 + LAST) * MILLI : MILLI);
    columns.depth.push(depth);
    columns.subtree.push(1);
    columns.service.push(Math.floor(random() * SERVICES));
    columns.name.push(Math.floor(random() * NAMES));
    columns.kind.push(1 + Math.floor(random() * 3));
    columns.status.push(failed ? 2 : 0);
    columns.flags.push(failed ? FLAG.error | FLAG.errorOrigin : 0);
    if (row % 3 === 0) critical.push({ row, start, end: start + duration });
  }
  countSubtrees(columns);
  const numbered = (word: string, n: number) => Array.from({ length: n }, (_, i) => `${word}-${i}`);
  return answerOf(
    numbered("service", SERVICES),
    numbered("operation", NAMES),
    columns,
    critical,
    turnsOf(columns),
  );
}

/** Each row has the millisecond in which it starts, the root what is left behind the last. */
function turnsOf({ self }: TraceAnswer["columns"]): TraceAnswer["self_sections"] {
  const rows = Array.from(self, (_, row) => row);
  return { row: [...rows, 0], duration: [...rows.map(() => MILLI), LAST * MILLI] };
}

/** Numbers in 0..1, the same for the same seed (mulberry32, public domain). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
