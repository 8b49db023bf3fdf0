/** Draws one bar of the waterfall. */

import type { DrawTarget } from "./canvas/target";
import type { Segments } from "./selfSegments";
import { type TimeScale, toPixel } from "./timeScale";
import { FLAG, hasFlag } from "./traceColumns";
import { BAR_WIDTH_MIN, type Bar, barOf, isOutside, type WaterfallFrame } from "./waterfallFrame";

/** Pixels of a row above and below its bar. */
const BAR_MARGIN = 5;
/** Of the time spent in children. */
const LIGHT_ALPHA = 0.36;
/** Of the frame around a span that only passed an error on. */
const PASSED_ALPHA = 0.6;
const CRITICAL_HEIGHT = 3;

export function paintBar(target: DrawTarget, frame: WaterfallFrame, row: number, top: number) {
  const { columns, scale, theme } = frame;
  const bar = barOf(frame, row);
  if (isOutside(frame, bar)) return;
  const y = top + BAR_MARGIN;
  const height = frame.rowHeight - 2 * BAR_MARGIN;
  target.fillStyle = theme.services[columns.colors[columns.service[row] ?? 0] ?? 0] ?? theme.text;
  target.globalAlpha = LIGHT_ALPHA;
  fillClipped(target, scale, bar.left, bar.right, y, height);
  target.globalAlpha = 1;
  const whole = frame.collapsed.has(row) || bar.right - bar.left <= BAR_WIDTH_MIN;
  if (whole) fillClipped(target, scale, bar.left, bar.right, y, height);
  else paintSegments(target, scale, frame.selfSegments(row), y, height);
  paintCritical(target, frame, row, y + height - CRITICAL_HEIGHT);
  if (hasFlag(columns, row, FLAG.error)) paintErrorMark(target, frame, row, bar, y, height);
}

/** Segments that fall on a pixel already painted are skipped, so a bar costs at most its pixels. */
function paintSegments(
  target: DrawTarget,
  scale: TimeScale,
  segments: Segments,
  y: number,
  height: number,
) {
  let painted = Number.NEGATIVE_INFINITY;
  for (let i = firstSegmentAfter(segments, scale.start); i < segments.length; i += 2) {
    const start = segments[i] ?? 0;
    if (start > scale.end) break;
    const left = Math.max(painted, toPixel(scale, start));
    const right = toPixel(scale, segments[i + 1] ?? 0);
    if (right - left < 0.5) continue;
    fillClipped(target, scale, left, right, y, height);
    painted = right;
  }
}

function firstSegmentAfter(segments: Segments, nano: number): number {
  let low = 0;
  let high = segments.length / 2;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((segments[2 * middle + 1] ?? 0) < nano) low = middle + 1;
    else high = middle;
  }
  return 2 * low;
}

/** A folded row carries the critical path of all it hides. */
function paintCritical(target: DrawTarget, frame: WaterfallFrame, row: number, y: number) {
  const { columns, scale, theme } = frame;
  const last = row + (frame.collapsed.has(row) ? (columns.subtree[row] ?? 1) : 1);
  const end = columns.criticalFirst[last] ?? 0;
  for (let i = columns.criticalFirst[row] ?? 0; i < end; i += 1) {
    const start = columns.criticalStart[i] ?? 0;
    if ((columns.criticalEnd[i] ?? 0) < scale.start || start > scale.end) continue;
    const left = toPixel(scale, start);
    const right = Math.max(left + 1, toPixel(scale, columns.criticalEnd[i] ?? 0));
    target.fillStyle = theme.criticalHalo;
    fillClipped(target, scale, left, right, y - 1, CRITICAL_HEIGHT + 1);
    target.fillStyle = theme.critical;
    fillClipped(target, scale, left, right, y, CRITICAL_HEIGHT);
  }
}

/** A frame in the colour of errors, pale where the error only passed; filled at its end where it began. */
function paintErrorMark(
  target: DrawTarget,
  frame: WaterfallFrame,
  row: number,
  bar: Bar,
  y: number,
  height: number,
) {
  const { scale, theme, columns } = frame;
  const left = Math.max(-2, bar.left);
  const right = Math.min(scale.width + 2, bar.right);
  target.strokeStyle = theme.error;
  target.lineWidth = 1;
  const isOrigin = hasFlag(columns, row, FLAG.errorOrigin);
  target.globalAlpha = isOrigin ? 1 : PASSED_ALPHA;
  target.strokeRect(left - 0.5, y - 1.5, right - left + 1, height + 3);
  target.globalAlpha = 1;
  if (!isOrigin) return;
  target.fillStyle = theme.error;
  fillClipped(target, scale, bar.right, bar.right + 4, y - 2, height + 4);
}

/** Far outside the canvas browsers lose precision, so what cannot be seen is cut off. */
function fillClipped(
  target: DrawTarget,
  scale: TimeScale,
  left: number,
  right: number,
  y: number,
  height: number,
) {
  const from = Math.max(left, -8);
  const to = Math.min(right, scale.width + 8);
  if (to > from) target.fillRect(from, y, to - from, height);
}
