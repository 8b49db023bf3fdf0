import { expect, test } from "vitest";
import { traceOf } from "../../test/traceNotation";
import { selfSegmentCache, selfSegments } from "./selfSegments";
import { readColumns } from "./traceColumns";

function check(text: string, expected: number[]) {
  expect([...selfSegments(readColumns(traceOf(text)), 0)]).toEqual(expected);
}

test("a span works where no child does", () => {
  check("a x 0..100", [0, 100]);
  check("a x 0..100\n  b y 10..20\n  c z 50..60", [0, 10, 20, 50, 60, 100]);
});

test("overlapping children count once", () => {
  check("a x 0..100\n  b y 10..40\n  c z 30..60\n  d w 35..38", [0, 10, 60, 100]);
});

test("children that outlive the span, or come in another order, are cut and sorted", () => {
  check("a x 0..100\n  b y 80..200\n  c z 0..10", [10, 80]);
  check("a x 0..100\n  b y 0..100", []);
  check("a x 0..100\n  b y 300..400", [0, 100]);
});

test("grandchildren are their parents' business", () => {
  check("a x 0..100\n  b y 10..50\n    c z 20..30", [0, 10, 50, 100]);
});

test("what was reckoned once is remembered", () => {
  const segmentsOf = selfSegmentCache(readColumns(traceOf("a x 0..100")));
  expect(segmentsOf(0)).toBe(segmentsOf(0));
});
