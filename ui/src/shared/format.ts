/** Numbers and times as people read them. */

const MICRO = 1e3;
const MILLI = 1e6;
const SECOND = 1e9;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** A no-break space: a number stays with its unit. */
const NBSP = "\u00a0";

/** Three significant digits with the unit that keeps them short: `812 ms`, `1.10 s`, `2 min 05 s`. */
export function formatDuration(nano: number): string {
  const size = Math.abs(nano);
  if (size < MICRO) return `${Math.round(nano)}${NBSP}ns`;
  if (size < 999.5 * MICRO) return `${threeDigits(nano / MICRO)}${NBSP}µs`;
  if (size < 999.5 * MILLI) return `${threeDigits(nano / MILLI)}${NBSP}ms`;
  if (size < MINUTE) return `${threeDigits(nano / SECOND)}${NBSP}s`;
  if (size < HOUR) return pair(nano, MINUTE, "min", SECOND, "s");
  return pair(nano, HOUR, "h", MINUTE, "min");
}

/** A mark on an axis whose marks are `step` apart: as many digits as tell them apart, and no more. */
export function formatTick(nano: number, step: number): string {
  if (nano === 0) return "0";
  const units: [number, string][] = [
    [SECOND, "s"],
    [MILLI, "ms"],
    [MICRO, "µs"],
  ];
  for (const [size, unit] of units) {
    if (nano < size) continue;
    const digits = Math.max(0, Math.ceil(-Math.log10(step / size) - 1e-9));
    return `${(nano / size).toFixed(digits)}${NBSP}${unit}`;
  }
  return `${Math.round(nano)}${NBSP}ns`;
}

function threeDigits(value: number): string {
  const size = Math.abs(value);
  if (size >= 99.95) return value.toFixed(0);
  return size >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}

function pair(nano: number, big: number, bigUnit: string, small: number, smallUnit: string) {
  const sign = nano < 0 ? "-" : "";
  const smalls = Math.round(Math.abs(nano) / small);
  const perBig = big / small;
  const rest = String(smalls % perBig).padStart(2, "0");
  return `${sign}${Math.floor(smalls / perBig)}${NBSP}${bigUnit}${NBSP}${rest}${NBSP}${smallUnit}`;
}

/** `0.735` as `74 %`; a little is `<1 %`, never nothing. */
export function formatShare(share: number): string {
  if (share > 0 && share < 0.01) return `<1${NBSP}%`;
  return `${Math.round(share * 100)}${NBSP}%`;
}

export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

/** `1 span`, `2 spans`. */
export function formatNoun(count: number, noun: string): string {
  return `${formatCount(count)}${NBSP}${noun}${count === 1 ? "" : "s"}`;
}

const BYTE_UNITS = ["B", "kB", "MB", "GB", "TB"];

/** `812 B`, `2.3 kB`, `256 MB`: thousands. */
export function formatBytes(bytes: number): string {
  const place = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), BYTE_UNITS.length - 1);
  const value = bytes / 1000 ** place;
  const decimals = place > 0 && value < 9.95 ? 1 : 0;
  return `${value.toFixed(decimals)}${NBSP}${BYTE_UNITS[place]}`;
}

/** Milliseconds since the epoch of nanoseconds in text; NaN where the text is no number. */
export function unixMillis(unixNano: string): number {
  return /^\d+$/.test(unixNano) ? Number(BigInt(unixNano) / 1_000_000n) : Number.NaN;
}

/** Local time of day with milliseconds. */
export function formatTime(unixNano: string): string {
  const ms = unixMillis(unixNano);
  if (Number.isNaN(ms)) return "–";
  const date = new Date(ms);
  const two = (n: number) => String(n).padStart(2, "0");
  const millis = String(date.getMilliseconds()).padStart(3, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${millis}`;
}

/** Local time of day, with the day where it is not that of `nowMillis`. */
export function formatWhen(unixNano: string, nowMillis: number): string {
  const date = new Date(unixMillis(unixNano));
  const isToday = date.toDateString() === new Date(nowMillis).toDateString();
  return isToday
    ? formatTime(unixNano)
    : formatDateTime(unixNano).slice(0, "yyyy-mm-dd hh:mm".length);
}

/** The same to the minute. */
export function formatClock(unixNano: string, nowMillis: number): string {
  return formatWhen(unixNano, nowMillis).replace(/(\d\d:\d\d):\d\d\.\d+$/, "$1");
}

/** Local date and time, to the nanosecond where there are any. */
export function formatDateTime(unixNano: string): string {
  const ms = unixMillis(unixNano);
  if (Number.isNaN(ms)) return "–";
  const date = new Date(ms);
  const two = (n: number) => String(n).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const below = unixNano.padStart(6, "0").slice(-6).replace(/0+$/, "");
  return `${day} ${formatTime(unixNano)}${below}`;
}

const AGO_UNITS: [seconds: number, unit: string][] = [
  [365 * 86_400, "y"],
  [86_400, "d"],
  [3_600, "h"],
  [60, "min"],
  [1, "s"],
];

/** How long ago, roughly: `now`, `40 s ago`, `3 min ago`, `2 h ago`, `5 d ago`; `in 10 y` where a clock is wrong. */
export function formatAgo(unixNano: string, nowMillis: number): string {
  const millis = nowMillis - unixMillis(unixNano);
  if (Number.isNaN(millis)) return "";
  const seconds = Math.floor(Math.abs(millis) / 1000);
  if (seconds < 5) return "now";
  const [size, unit] = AGO_UNITS.find(([least]) => seconds >= least) ?? [1, "s"];
  const rough = `${Math.floor(seconds / size)}${NBSP}${unit}`;
  return millis < 0 ? `in ${rough}` : `${rough} ago`;
}
