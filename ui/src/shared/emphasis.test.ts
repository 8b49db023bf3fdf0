import { expect, test } from "vitest";
import { clauses, emphasise } from "./emphasis";

const WORDS = { services: ["bank", "banking", "payment"], spanNames: ["POST /charge", "POST"] };

/** Services in <>, span names in [], figures in {}. */
function marked(sentence: string, words = WORDS): string {
  const marks = { text: "", service: "<>", spanName: "[]", figure: "{}" };
  return emphasise(sentence, words)
    .map(({ kind, text }) => marks[kind].charAt(0) + text + marks[kind].charAt(1))
    .join("");
}

test("names and figures are found, the longest first", () => {
  expect(
    marked("payment → bank POST /charge took 812 ms of 1.10 s (74 %), all of it in bank"),
  ).toBe(
    "<payment> → <bank> [POST /charge] took {812 ms} of {1.10 s} ({74 %}), all of it in <bank>",
  );
});

test("a name inside of a word is none", () => {
  expect(marked("banking bankrupt embank bank.")).toBe("<banking> bankrupt embank <bank>.");
});

test("what stands in backquotes is a span name, known or not", () => {
  expect(marked("bank `SELECT stock` failed after `POST /charge`")).toBe(
    "<bank> [SELECT stock] failed after [POST /charge]",
  );
  const words = { services: [], spanNames: ["a `quoted` name"] };
  expect(marked("in `a `quoted` name`, `b", words)).toBe("in [a `quoted` name], `b");
});

test("statements stand alone, names with a semicolon stay whole", () => {
  const words = { services: ["bank"], spanNames: [] };
  const texts = clauses("it began in `a; b` here; bank took 5 ms; ", words).map((pieces) =>
    pieces.map((piece) => piece.text).join(""),
  );
  expect(texts).toEqual(["it began in a; b here", "bank took 5 ms"]);
});

test("a long name is known by what the server leaves of it", () => {
  const [service, spanName] = ["s".repeat(1_000), `n\n${"ö".repeat(500)}`];
  const [toldService, toldName] = [`${"s".repeat(80)}…`, `n ${"ö".repeat(78)}…`];
  const pieces = emphasise(`${toldService} ${toldName} took 5 ms`, {
    services: [service],
    spanNames: [spanName],
  });
  expect(pieces.slice(0, 3)).toEqual([
    { kind: "service", text: toldService, service },
    { kind: "text", text: " " },
    { kind: "spanName", text: toldName },
  ]);
});

test("a figure needs its unit", () => {
  expect(marked("3 services in 5 modes, 12 s")).toBe("3 services in 5 modes, {12 s}");
});

test("whatever the names are, the sentence stays the same", () => {
  const sentence = "a → b.* $& <script> took 5 ms";
  for (const services of [["b.*"], ["<script>"], ["$&"], ["", "a"]]) {
    const pieces = emphasise(sentence, { services, spanNames: [] });
    expect(pieces.map((piece) => piece.text).join("")).toBe(sentence);
  }
});
