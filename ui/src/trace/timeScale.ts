/** Nanoseconds since the trace's start ⇄ pixels, and what zooming and panning do to the window. */

/** The part of the trace that is drawn, in nanoseconds since its start; start < end. */
export interface TimeWindow {
  start: number;
  end: number;
}

export interface TimeScale extends TimeWindow {
  /** Pixels. */
  width: number;
}

/** Nothing shorter can be zoomed to: offsets are whole nanoseconds. */
const WINDOW_NANO_MIN = 10;

/** Aimed-at distance of two marks on the axis, in pixels. */
const TICK_PIXELS = 110;

export function toPixel(scale: TimeScale, nano: number): number {
  return ((nano - scale.start) / (scale.end - scale.start)) * scale.width;
}

export function toNano(scale: TimeScale, pixel: number): number {
  return scale.start + (pixel / Math.max(1, scale.width)) * (scale.end - scale.start);
}

/** The nearest window that lies in the trace and is not too short. */
export function clampWindow(window: TimeWindow, duration: number): TimeWindow {
  const least = Math.min(WINDOW_NANO_MIN, duration);
  const length = Math.min(duration, Math.max(least, window.end - window.start));
  const start = Math.max(0, Math.min(window.start, duration - length));
  return { start, end: start + length };
}

/** Makes the window `factor` times as long; `at` stays under the pointer. */
export function zoomWindow(
  window: TimeWindow,
  at: number,
  factor: number,
  duration: number,
): TimeWindow {
  const length = Math.min(
    duration,
    Math.max(WINDOW_NANO_MIN, (window.end - window.start) * factor),
  );
  const share = (at - window.start) / (window.end - window.start);
  const start = at - share * length;
  return clampWindow({ start, end: start + length }, duration);
}

/** Moves the window by `nano`, its length kept. */
export function panWindow(window: TimeWindow, nano: number, duration: number): TimeWindow {
  return clampWindow({ start: window.start + nano, end: window.end + nano }, duration);
}

/** The window between two times in either order. */
export function windowBetween(a: number, b: number, duration: number): TimeWindow {
  return clampWindow({ start: Math.min(a, b), end: Math.max(a, b) }, duration);
}

export function isWhole(window: TimeWindow, duration: number): boolean {
  return window.start <= 0 && window.end >= duration;
}

/** Nanoseconds between two marks on the axis: 1, 2 or 5 times a power of ten. */
export function tickStep(scale: TimeScale): number {
  const wanted = Math.max(1, Math.floor(scale.width / TICK_PIXELS));
  return roundStep((scale.end - scale.start) / wanted);
}

/** The multiples of the step that are in the window. */
export function ticks(scale: TimeScale): number[] {
  const step = tickStep(scale);
  const marks: number[] = [];
  for (let n = Math.ceil(scale.start / step); n * step <= scale.end; n += 1) marks.push(n * step);
  return marks;
}

function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, rough)));
  for (const factor of [1, 2, 5]) {
    if (factor * power >= rough) return factor * power;
  }
  return 10 * power;
}
