/** Rows of one height in a scrolling element that is never taller than browsers can paint. */

/** Browsers cut elements off somewhere above 16 million pixels; this is on the safe side. */
export const SCROLL_HEIGHT_MAX = 8_000_000;

export interface Scrolling {
  /** All rows, in pixels. */
  contentHeight: number;
  /** Of the viewport. */
  viewHeight: number;
}

/** The height of the scrolled element. */
export function scrollHeight(s: Scrolling): number {
  return Math.min(s.contentHeight, SCROLL_HEIGHT_MAX);
}

/** From the element's `scrollTop` to the pixels of content above the viewport. */
export function contentTop(s: Scrolling, scrollTop: number): number {
  return scrollTop * ratio(s);
}

/** The way back. */
export function scrollTopFor(s: Scrolling, top: number): number {
  return top / ratio(s);
}

/** Where the content has to be so that the row at `top` is seen, moved as little as possible. */
export function revealTop(s: Scrolling, current: number, top: number, rowHeight: number): number {
  // A row of context stays visible on either side.
  const margin = s.viewHeight > 4 * rowHeight ? rowHeight : 0;
  const highest = Math.max(0, s.contentHeight - s.viewHeight);
  const clamp = (value: number) => Math.max(0, Math.min(highest, value));
  const isFar = top < current - s.viewHeight || top > current + 2 * s.viewHeight;
  if (isFar) return clamp(top - s.viewHeight / 3);
  if (top < current + margin) return clamp(top - margin);
  if (top + rowHeight + margin > current + s.viewHeight) {
    return clamp(top + rowHeight + margin - s.viewHeight);
  }
  return current;
}

function ratio(s: Scrolling): number {
  const scrollable = scrollHeight(s) - s.viewHeight;
  return scrollable <= 0 ? 1 : Math.max(1, (s.contentHeight - s.viewHeight) / scrollable);
}
