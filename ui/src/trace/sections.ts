/** Stretches of time by row: when a row works itself, when it is on the critical path. */

/** Those of row r are first[r] .. first[r + 1], by time; nanoseconds since the trace's start. */
export interface Sections {
  first: Uint32Array;
  start: Float64Array;
  end: Float64Array;
}

/** Stretches by time, as columns. */
export interface ToldSections {
  row: ArrayLike<number>;
  start: ArrayLike<number>;
  end: ArrayLike<number>;
}

/** Sorts stretches by row; those that name none of the `count` rows are left out. */
export function sectionsByRow(told: ToldSections, count: number): Sections {
  const isRow = (row: number) => row >= 0 && row < count;
  const first = new Uint32Array(count + 1);
  for (let i = 0; i < told.row.length; i += 1) {
    const row = told.row[i] ?? -1;
    if (isRow(row)) first[row + 1] = (first[row + 1] ?? 0) + 1;
  }
  for (let row = 0; row < count; row += 1) {
    first[row + 1] = (first[row + 1] ?? 0) + (first[row] ?? 0);
  }
  const free = first.slice();
  const start = new Float64Array(first[count] ?? 0);
  const end = new Float64Array(start.length);
  for (let i = 0; i < told.row.length; i += 1) {
    const row = told.row[i] ?? -1;
    if (!isRow(row)) continue;
    const at = free[row] ?? 0;
    free[row] = at + 1;
    start[at] = told.start[i] ?? 0;
    end[at] = told.end[i] ?? 0;
  }
  return { first, start, end };
}

/** The first section of `row` that does not end before `nano`, or where the next row's begin. */
export function firstSectionAfter(sections: Sections, row: number, nano: number): number {
  let low = sections.first[row] ?? 0;
  let high = sections.first[row + 1] ?? 0;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sections.end[middle] ?? 0) < nano) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Stretches that are told by their durations: they tile each root from its start to its end, root
 * after root. `roots` are the rows without a parent, ascending; `rowStart` is when each row starts.
 */
export function tiledSections(
  { row, duration }: { row: number[]; duration: number[] },
  roots: number[],
  rowStart: ArrayLike<number>,
): ToldSections {
  const start = new Float64Array(row.length);
  const end = new Float64Array(row.length);
  let next = 0;
  let at = 0;
  for (let i = 0; i < row.length; i += 1) {
    // The first stretch of a row at or below the next root is that root's first.
    for (let root = roots[next]; root !== undefined && (row[i] ?? 0) >= root; root = roots[next]) {
      at = rowStart[root] ?? 0;
      next += 1;
    }
    start[i] = at;
    at += duration[i] ?? 0;
    end[i] = at;
  }
  return { row, start, end };
}
