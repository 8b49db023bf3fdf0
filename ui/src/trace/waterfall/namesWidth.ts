/** How the waterfall's width is shared between names and bars, in pixels. */

const NAMES_DEFAULT = 400;
/** Of the whole, unless the reader says otherwise. */
const NAMES_SHARE = 0.45;
export const NAMES_MIN = 140;
const BARS_MIN = 120;

/** The widest the names can be where there are `whole` pixels. */
export function namesWidthMax(whole: number): number {
  return Math.max(NAMES_MIN, whole - BARS_MIN);
}

/** What the names get of `whole`, 0 while that is unknown. `wanted` is the reader's wish, null for none. */
export function namesWidth(wanted: number | null, whole: number): number {
  if (whole === 0) return wanted ?? NAMES_DEFAULT;
  const width = wanted ?? Math.min(NAMES_DEFAULT, Math.round(whole * NAMES_SHARE));
  return Math.max(NAMES_MIN, Math.min(namesWidthMax(whole), width));
}
