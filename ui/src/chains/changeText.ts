import { formatDuration } from "../shared/format";

/** Less than this is the same, in nanoseconds. */
const SAME_NANO = 1_000;

/** Whether requests take longer, less, or the same. */
export function changeTone(nano: number): "worse" | "better" | undefined {
  if (Math.abs(nano) < SAME_NANO) return undefined;
  return nano > 0 ? "worse" : "better";
}

/** `+1.20 ms`, `−3.00 µs`, `±0`. */
export function changeText(nano: number): string {
  const tone = changeTone(nano);
  if (tone === undefined) return "±0";
  return `${tone === "worse" ? "+" : "−"}${formatDuration(Math.abs(nano))}`;
}
