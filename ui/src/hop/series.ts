/** A hop's series as lines over time: pure, so that a test can reckon after it. */

import type { Series, SeriesPoint } from "../api/types";
import { unixMillis } from "../shared/format";

/** What one step of time is drawn as. */
export interface Moment {
  /** When the step begins, in milliseconds since the epoch. */
  time: number;
  /** Calls a second; null while the step is not over. */
  rate: number | null;
  /** The part of the calls that failed; null where none came. */
  failed: number | null;
  p50: number | null;
  p90: number | null;
  p99: number | null;
}

/**
 * The steps in order. Where some are left out, as nothing came, one stands at each end of the gap:
 * a line falls to zero there, or breaks, and a gap of years costs no more than one of a minute.
 */
export function momentsOf({ step_seconds, points }: Series, nowMillis: number): Moment[] {
  const step = step_seconds * 1000;
  const moments: Moment[] = [];
  for (const point of points) {
    const time = unixMillis(point.start_unix_nano);
    const last = moments.at(-1)?.time;
    if (last !== undefined && time - last > step) {
      moments.push(nothing(last + step));
      if (time - last > 2 * step) moments.push(nothing(time - step));
    }
    moments.push(momentOf(point, time, time + step <= nowMillis ? step_seconds : null));
  }
  return moments;
}

function momentOf({ calls, errors, duration }: SeriesPoint, time: number, seconds: number | null) {
  return {
    time,
    rate: seconds === null ? null : calls / seconds,
    failed: calls > 0 ? errors / calls : null,
    p50: duration.p50_nano,
    p90: duration.p90_nano,
    p99: duration.p99_nano,
  };
}

function nothing(time: number): Moment {
  return { time, rate: 0, failed: null, p50: null, p90: null, p99: null };
}

/** Where each time lies between the first and the last, 0 to 1; a single one in the middle. */
export function placesOf(moments: Moment[]): number[] {
  const first = moments[0]?.time ?? 0;
  const length = (moments.at(-1)?.time ?? 0) - first;
  return moments.map(({ time }) => (length > 0 ? (time - first) / length : 0.5));
}

/** The largest of the values; 0 where there is none. */
export function mostOf(lines: (number | null)[][]): number {
  return lines.flat().reduce<number>((most, value) => Math.max(most, value ?? 0), 0);
}

/**
 * An SVG path through the values, broken where one is null, in a box of 1 by 1 whose bottom is zero
 * and whose top is `most`. A value that stands alone is a dot: a line of no length with round ends.
 */
export function pathOf(values: (number | null)[], places: number[], most: number): string {
  const parts: string[] = [];
  values.forEach((value, at) => {
    const place = places[at];
    if (value === null || place === undefined) return;
    const y = most > 0 ? 1 - value / most : 1;
    const isFirst = at === 0 || (values[at - 1] ?? null) === null;
    const isAlone = isFirst && (values[at + 1] ?? null) === null;
    parts.push(`${isFirst ? "M" : "L"}${short(place)} ${short(y)}${isAlone ? "h0" : ""}`);
  });
  return parts.join("");
}

function short(part: number): string {
  return String(Math.round(part * 10_000) / 10_000);
}

/** Which of the places is nearest to `place`; null where there is none. */
export function nearestTo(place: number, places: number[]): number | null {
  let nearest: number | null = null;
  places.forEach((one, at) => {
    const best = nearest === null ? Number.POSITIVE_INFINITY : (places[nearest] ?? 0);
    if (Math.abs(one - place) < Math.abs(best - place)) nearest = at;
  });
  return nearest;
}
