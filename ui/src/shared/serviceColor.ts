/** Twenty service colours (tokens.css), given out in order of first appearance. */

export const SERVICE_COLORS = 20;

/** The CSS variable of a colour number. */
export function colorVariable(color: number): string {
  return `--service-${color % SERVICE_COLORS}`;
}

/**
 * Colour numbers of `services` services from the column that names one per row. Neighbours in the
 * tree get different colours, and everyone who opens the trace sees the same ones.
 */
export function assignColors(services: number, column: ArrayLike<number>): number[] {
  const colors = new Array<number>(services).fill(-1);
  let next = 0;
  const give = (service: number) => {
    if (colors[service] !== -1) return;
    colors[service] = next % SERVICE_COLORS;
    next += 1;
  };
  for (let row = 0; row < column.length && next < services; row += 1) give(column[row] ?? 0);
  for (let service = 0; service < services; service += 1) give(service);
  return colors;
}

/** Colours for names as they come, for a list of traces. */
export function colorsByName(names: Iterable<string>): Map<string, number> {
  const colors = new Map<string, number>();
  for (const name of names) {
    if (!colors.has(name)) colors.set(name, colors.size % SERVICE_COLORS);
  }
  return colors;
}
