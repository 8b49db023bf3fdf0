/** Which parts of a sentence are names and figures, so that the eye finds them. */

export interface Words {
  services: readonly string[];
  spanNames: readonly string[];
}

export type Piece =
  | { kind: "text"; text: string }
  | { kind: "service"; text: string; service: string }
  | { kind: "spanName"; text: string }
  | { kind: "figure"; text: string };

const FIGURE = /^\d[\d.,]*\s?(?:ns|µs|us|ms|s|min|h|%)(?![\p{L}\d])/u;

/** The server writes longer names shorter (query/src/trace/sentence.rs). */
const NAME_CHARS_MAX = 80;

/** What the server joins two statements with. */
const CLAUSE_END = "; ";

/** The statements of a sentence, each in its pieces: what begins behind a semicolon stands alone. */
export function clauses(sentence: string, words: Words): Piece[][] {
  const found: Piece[][] = [[]];
  for (const piece of emphasise(sentence, words)) {
    const [before = "", ...behind] = piece.kind === "text" ? piece.text.split(CLAUSE_END) : [];
    if (behind.length === 0) {
      found.at(-1)?.push(piece);
      continue;
    }
    if (before !== "") found.at(-1)?.push({ kind: "text", text: before });
    for (const text of behind) found.push(text === "" ? [] : [{ kind: "text", text }]);
  }
  return found.filter((pieces) => pieces.length > 0);
}

/**
 * Cuts `sentence` into pieces that join to it again, but for the backquotes the server puts around
 * span names. Longer names win over shorter ones, and a name counts only where it stands alone:
 * "bank" is not found in "banking".
 */
export function emphasise(sentence: string, words: Words): Piece[] {
  const names = candidates(words);
  const pieces: Piece[] = [];
  let plain = "";
  let at = 0;
  while (at < sentence.length) {
    const found = isWordStart(sentence, at) ? pieceAt(sentence, at, names) : null;
    if (found === null) {
      plain += sentence[at];
      at += 1;
      continue;
    }
    if (plain !== "") pieces.push({ kind: "text", text: plain });
    plain = "";
    pieces.push(found.piece);
    at += found.length;
  }
  if (plain !== "") pieces.push({ kind: "text", text: plain });
  return pieces;
}

interface Candidate {
  kind: "service" | "spanName";
  name: string;
  /** As it stands in a sentence. */
  text: string;
}

function candidates({ services, spanNames }: Words): Candidate[] {
  const told = (kind: Candidate["kind"]) => (name: string) => ({ kind, name, text: short(name) });
  return [...services.map(told("service")), ...spanNames.map(told("spanName"))]
    .filter(({ text }) => text !== "")
    .sort((a, b) => b.text.length - a.text.length);
}

/** A name as the server writes it in a sentence: one line of bounded length. */
function short(name: string): string {
  // A character may take two units; one more than is shown tells whether that is all.
  const characters = [...name.slice(0, 2 * NAME_CHARS_MAX + 2)];
  const shown = characters
    .slice(0, NAME_CHARS_MAX)
    .join("")
    .replace(/\p{Cc}/gu, " ");
  return characters.length > NAME_CHARS_MAX ? `${shown}…` : shown;
}

interface Found {
  piece: Piece;
  /** Of the sentence's characters that it stands for. */
  length: number;
}

function pieceAt(sentence: string, at: number, names: Candidate[]): Found | null {
  const rest = sentence.slice(at, at + 2 * NAME_CHARS_MAX + 4);
  const quoted = quotedName(rest, names);
  if (quoted !== null) {
    return { piece: { kind: "spanName", text: quoted }, length: quoted.length + 2 };
  }
  for (const { text, kind, name } of names) {
    if (!rest.startsWith(text) || !isWordEnd(sentence, at + text.length)) continue;
    const piece: Piece = kind === "service" ? { kind, text, service: name } : { kind, text };
    return { piece, length: text.length };
  }
  const figure = FIGURE.exec(rest)?.[0];
  return figure ? { piece: { kind: "figure", text: figure }, length: figure.length } : null;
}

/** A name that is known may have backquotes itself; of others the first one ends it. */
function quotedName(rest: string, names: Candidate[]): string | null {
  if (!rest.startsWith("`")) return null;
  const known = names.find(
    ({ text, kind }) => kind === "spanName" && rest.startsWith(`${text}\``, 1),
  );
  return known?.text ?? /^`([^`]+)`/.exec(rest)?.[1] ?? null;
}

const WORD = /[\p{L}\d_]/u;

function isWordStart(sentence: string, at: number): boolean {
  return at === 0 || !WORD.test(sentence[at - 1] ?? "") || !WORD.test(sentence[at] ?? "");
}

function isWordEnd(sentence: string, end: number): boolean {
  return (
    end >= sentence.length || !WORD.test(sentence[end] ?? "") || !WORD.test(sentence[end - 1] ?? "")
  );
}
