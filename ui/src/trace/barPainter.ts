/** Draws one bar of the waterfall. */

import type { DrawTarget } from "./canvas/target";
import { firstSectionAfter } from "./sections";
import { type TimeScale, toPixel } from "./timeScale";
import { FLAG, hasFlag } from "./traceColumns";
import { BAR_WIDTH_MIN, type Bar, barOf, isOutside, type WaterfallFrame } from "./waterfallFrame";

/** Pixels of a row above and below its bar. */
const BAR_MARGIN = 5;
/** Of the time that belongs to deeper spans. */
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
  else paintSelf(target, frame, row, y, height);
  paintCritical(target, frame, row, y + height - CRITICAL_HEIGHT);
  if (hasFlag(columns, row, FLAG.error)) paintErrorMark(target, frame, row, bar, y, height);
}

/** Stretches that fall on a pixel already painted are skipped, so a bar costs at most its pixels. */
function paintSelf(
  target: DrawTarget,
  { columns, scale }: WaterfallFrame,
  row: number,
  y: number,
  height: number,
) {
  const { selfSections } = columns;
  const last = selfSections.first[row + 1] ?? 0;
  let painted = Number.NEGATIVE_INFINITY;
  for (let i = firstSectionAfter(selfSections, row, scale.start); i < last; i += 1) {
    const start = selfSections.start[i] ?? 0;
    if (start > scale.end) break;
    const left = Math.max(painted, toPixel(scale, start));
    const right = toPixel(scale, selfSections.end[i] ?? 0);
    if (right - left < 0.5) continue;
    fillClipped(target, scale, left, right, y, height);
    painted = right;
  }
}

/** A folded row carries the critical path of all it hides. */
function paintCritical(target: DrawTarget, frame: WaterfallFrame, row: number, y: number) {
  const { columns, scale, theme } = frame;
  const last = row + (frame.collapsed.has(row) ? (columns.subtree[row] ?? 1) : 1);
  const { critical } = columns;
  const end = critical.first[last] ?? 0;
  for (let i = critical.first[row] ?? 0; i < end; i += 1) {
    const start = critical.start[i] ?? 0;
    if ((critical.end[i] ?? 0) < scale.start || start > scale.end) continue;
    const left = toPixel(scale, start);
    const right = Math.max(left + 1, toPixel(scale, critical.end[i] ?? 0));
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
