import { expect, test } from "vitest";
import { generateTrace } from "../../test/traceGenerator";
import { traceOf } from "../../test/traceNotation";
import { readColumns } from "./traceColumns";
import { ancestorsOf, positionOf, visibleRows } from "./visibleRows";

const COLUMNS = readColumns(
  traceOf(`
    frontend GET /checkout 0..100
      cart AddItem 10..50
        redis HSET 20..30
      payment Charge 55..95
        bank Withdraw 60..90
  `),
);

function check(collapsed: number[], filter: string, expected: number[]) {
  expect([...visibleRows(COLUMNS, new Set(collapsed), filter)]).toEqual(expected);
}

test("folded rows hide what is below them", () => {
  check([], "", [0, 1, 2, 3, 4]);
  check([1], "", [0, 1, 3, 4]);
  check([1, 3], "", [0, 1, 3]);
  check([0, 3], "", [0]);
});

test("a filter keeps what it matches and what is above, folded or not", () => {
  check([], "hset", [0, 1, 2]);
  check([1], "HSET", [0, 1, 2]);
  check([], "bank", [0, 3, 4]);
  check([], COLUMNS.spanId[3] ?? "", [0, 3]);
  check([], "nothing", []);
});

test("rows are found where they are", () => {
  const rows = visibleRows(COLUMNS, new Set([1]), "");
  expect([0, 1, 2, 3, 4].map((row) => positionOf(rows, row))).toEqual([0, 1, -1, 2, 3]);
  expect(ancestorsOf(COLUMNS, 4)).toEqual([3, 0]);
});

test("in a large trace rows and folds add up", () => {
  const columns = readColumns(generateTrace(100_000));
  const folded = new Set([1, 50, 51, 99_000].filter((row) => columns.subtree[row] !== undefined));
  const shown = visibleRows(columns, folded, "");
  const hidden = new Set<number>();
  for (const row of folded) {
    for (let i = 1; i < (columns.subtree[row] ?? 1); i += 1) hidden.add(row + i);
  }
  expect(shown.length).toBe(columns.count - hidden.size);
});
