import { formatDuration } from "../shared/format";

/** Less than this is the same, in nanoseconds. */
const SAME_NANO = 1_000;

/** `+1.20 ms`, `−3.00 µs`, `±0`. */
export function changeText(nano: number): string {
  if (Math.abs(nano) < SAME_NANO) return "±0";
  return `${nano > 0 ? "+" : "−"}${formatDuration(Math.abs(nano))}`;
}
