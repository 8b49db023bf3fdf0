import { expect, test } from "vitest";
import { traceOf } from "../../test/traceNotation";
import { childrenOf, readColumns } from "./traceColumns";

const CHECKOUT = `
  frontend GET /checkout 0..100
    cart AddItem 10..50 *
      redis HSET 20..30 !!
    payment Charge 55..95
`;

test("parents come from depth and subtree", () => {
  const columns = readColumns(traceOf(CHECKOUT));
  expect([...columns.parent]).toEqual([-1, 0, 1, 0]);
  expect([...columns.subtree]).toEqual([4, 2, 1, 1]);
  expect([...childrenOf(columns, 0)]).toEqual([1, 3]);
});

test("the critical path is found by row", () => {
  const columns = readColumns(traceOf(CHECKOUT));
  expect([...columns.critical.first]).toEqual([0, 0, 1, 1, 1]);
  expect([columns.critical.start[0], columns.critical.end[0]]).toEqual([10, 50]);
});

test("several roots stand side by side", () => {
  const columns = readColumns(traceOf("a x 0..10\n  b y 1..2\nc z 20..30"));
  expect([...columns.parent]).toEqual([-1, 0, -1]);
  expect(columns.duration).toBe(30);
});

test("subtrees that reach too far are cut, so that walking them ends", () => {
  const answer = traceOf(CHECKOUT);
  answer.columns.subtree = [99, 99, 0, -5];
  const columns = readColumns(answer);
  expect([...columns.subtree]).toEqual([4, 3, 1, 1]);
});

test("columns of different length are refused with a sentence", () => {
  const answer = traceOf(CHECKOUT);
  answer.columns.kind.pop();
  expect(() => readColumns(answer)).toThrow("column kind has 3 rows instead of 4");
});

test("an empty trace can be read", () => {
  const answer = traceOf("a x 0..1");
  for (const column of Object.values(answer.columns)) column.length = 0;
  answer.self_sections = { row: [], duration: [] };
  expect(readColumns({ ...answer, duration_nano: 0 })).toMatchObject({ count: 0, duration: 1 });
});
