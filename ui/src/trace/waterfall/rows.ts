/** What names and bars have to agree on. */

/** Pixels; every row is as high as the next. */
export const ROW_HEIGHT = 24;

/** The element of a row, for the grid to name its active one. */
export function rowElementId(row: number): string {
  return `span-row-${row}`;
}
