import { expect, test } from "vitest";
import { traceOf } from "../../../test/traceNotation";
import { readColumns } from "../traceColumns";
import { isOnBar, positionAt } from "./hitTest";

test("a pointer is on a row, or below the last", () => {
  expect(positionAt(5, 48, 24, 10)).toBe(2);
  expect(positionAt(500, 0, 24, 10)).toBeNull();
});

test("a bar is hit with some slack", () => {
  const columns = readColumns(traceOf("a x 0..1000\n  b y 200..600"));
  const scale = { start: 0, end: 1_000, width: 1_000 };
  expect([190, 198, 400, 602, 610].map((x) => isOnBar(columns, 1, scale, x))).toEqual([
    false,
    true,
    true,
    true,
    false,
  ]);
});
