/** Writes a span's duration where there is room: behind its bar, before it, or on it. */

import { formatDuration } from "../shared/format";
import type { DrawTarget } from "./canvas/target";
import { FLAG, hasFlag } from "./traceColumns";
import { type Bar, barOf, isOutside, type WaterfallFrame } from "./waterfallFrame";

const LABEL_GAP = 6;
/** Behind the mark where an error began. */
const ORIGIN_GAP = 4;

export function paintLabel(target: DrawTarget, frame: WaterfallFrame, row: number, top: number) {
  const { columns, scale, theme } = frame;
  const bar = barOf(frame, row);
  if (isOutside(frame, bar)) return paintOutside(target, frame, bar, top);
  const text = formatDuration(columns.spanDuration[row] ?? 0);
  const width = target.measureText(text).width;
  const middle = top + frame.rowHeight / 2;
  const gap = LABEL_GAP + (hasFlag(columns, row, FLAG.errorOrigin) ? ORIGIN_GAP : 0);
  target.fillStyle = theme.textDim;
  if (bar.right + gap + width <= scale.width) {
    target.textAlign = "left";
    target.fillText(text, Math.max(LABEL_GAP, bar.right + gap), middle);
  } else if (bar.left - LABEL_GAP - width >= 0) {
    target.textAlign = "right";
    target.fillText(text, bar.left - LABEL_GAP, middle);
  } else {
    paintLabelInside(target, frame, text, width, Math.min(scale.width, bar.right), middle);
  }
}

/** Points to where a bar outside of the window is. */
function paintOutside(target: DrawTarget, frame: WaterfallFrame, bar: Bar, top: number) {
  const isEarlier = bar.right < 0;
  target.fillStyle = frame.theme.textDim;
  target.textAlign = isEarlier ? "left" : "right";
  const x = isEarlier ? LABEL_GAP : frame.scale.width - LABEL_GAP;
  target.fillText(isEarlier ? "‹" : "›", x, top + frame.rowHeight / 2);
}

/** Before the bar's right edge, on a plate of the background's colour, for it may lie on any service's. */
function paintLabelInside(
  target: DrawTarget,
  frame: WaterfallFrame,
  text: string,
  width: number,
  edge: number,
  middle: number,
) {
  const right = edge - LABEL_GAP;
  target.fillStyle = frame.theme.criticalHalo;
  target.globalAlpha = 0.85;
  target.fillRect(right - width - 3, middle - 6, width + 6, 11);
  target.globalAlpha = 1;
  target.fillStyle = frame.theme.text;
  target.textAlign = "right";
  target.fillText(text, right, middle);
}
