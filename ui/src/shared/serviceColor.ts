/**
 * The colour of a service: by its name alone, so that it is the same in a list, in a trace and in
 * every tab. Of the twenty colours (tokens.css) each name asks for one of the first eight, which are
 * easiest to tell apart. Where another name has it already, the next free one is taken, then one of
 * the rest, and the browser remembers who took what; once all are taken, names share.
 */

export const SERVICE_COLORS = 20;
const DISTINCT_COLORS = 8;

/** The CSS variable of a colour number. */
export function colorVariable(color: number): string {
  return `--service-${color % SERVICE_COLORS}`;
}

/** Who has which colour: entry i is the mark of the name that took colour i, 0 where it is free. */
export interface ColorMemory {
  read: () => number[];
  write: (marks: number[]) => void;
}

/** Names whose colour is not looked up again. */
const KNOWN_MAX = 5_000;

/** A function from names to colour numbers that agrees with all others on the same memory. */
export function colorsIn(memory: ColorMemory): (name: string) => number {
  const known = new Map<string, number>();
  return (name) => {
    const before = known.get(name);
    if (before !== undefined) return before;
    if (known.size >= KNOWN_MAX) known.clear();
    const color = take(memory, markOf(name));
    known.set(name, color);
    return color;
  };
}

/** The colour number of a service. */
export const serviceColor = colorsIn(browserMemory());

function take(memory: ColorMemory, mark: number): number {
  // Read anew: another tab may have met other services meanwhile.
  const marks = memory.read();
  const had = marks.indexOf(mark);
  if (had >= 0) return had;
  const free = wishes(mark).find((color) => !marks[color]);
  if (free === undefined) return mark % SERVICE_COLORS;
  marks[free] = mark;
  memory.write(marks);
  return free;
}

/** Colour numbers in the order in which a name would like them. */
function wishes(mark: number): number[] {
  const turned = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => from + ((mark + i) % count));
  const rest = SERVICE_COLORS - DISTINCT_COLORS;
  return [...turned(0, DISTINCT_COLORS), ...turned(DISTINCT_COLORS, rest)];
}

/** 32 bits of a name, never 0: FNV-1a, its bits spread as murmur3 ends. */
function markOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i += 1) {
    hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0 || 1;
}

const KEY = "hopline-service-colors";

/** The browser's own storage; this page's memory where the browser gives none. */
function browserMemory(): ColorMemory {
  let own: number[] = new Array(SERVICE_COLORS).fill(0);
  return {
    read: () => {
      try {
        own = parseMarks(localStorage.getItem(KEY)) ?? own;
      } catch {
        // Storage is switched off: what this page has given out counts.
      }
      return own;
    },
    write: (marks) => {
      own = marks;
      try {
        localStorage.setItem(KEY, JSON.stringify(marks));
      } catch {
        // As above.
      }
    },
  };
}

/** Null where the text is no memory of ours. */
function parseMarks(text: string | null): number[] | null {
  if (text === null) return null;
  const marks: unknown = JSON.parse(text);
  const isMark = (mark: unknown) => Number.isInteger(mark) && Number(mark) >= 0;
  if (!Array.isArray(marks) || marks.length !== SERVICE_COLORS) return null;
  return marks.every(isMark) ? marks : null;
}
