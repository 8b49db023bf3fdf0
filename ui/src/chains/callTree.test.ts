import { expect, test } from "vitest";
import { CALLS, callFigures } from "../../test/callNodes";
import type { CallNode } from "../api/types";
import { changeOf, changePart, countBelow, flameBoxes, visibleNodes } from "./callTree";
import { changeText } from "./changeText";

test("a call that is closed hides what is below it", () => {
  expect(CALLS.map((_, at) => countBelow(CALLS, at))).toEqual([3, 0, 1, 0]);
  expect(visibleNodes(CALLS, new Set())).toEqual([0, 1, 2, 3]);
  expect(visibleNodes(CALLS, new Set([2]))).toEqual([0, 1, 2]);
  expect(visibleNodes(CALLS, new Set([0]))).toEqual([0]);
});

test("in the flame siblings stand side by side below their caller", () => {
  const boxes = flameBoxes(CALLS, 0).map(({ row, left, width }) =>
    [row, left, width].map((part) => Math.round(part * 100) / 100),
  );
  expect(boxes).toEqual([
    [0, 0, 1],
    [1, 0, 0.6],
    [1, 0.6, 0.3],
    [2, 0.6, 0.2],
  ]);
});

test("a call that is widened takes all of the width", () => {
  const [cart, select] = flameBoxes(CALLS, 2);
  expect(cart).toEqual({ node: 2, row: 0, left: 0, width: 1 });
  expect(select?.width).toBeCloseTo(2 / 3);
  expect(flameBoxes([], 0)).toEqual([]);
});

test("a change is counted for each request", () => {
  const before: CallNode[] = CALLS.map((node) => ({
    ...node,
    reference: { ...callFigures(10, 100, 100), calls: 20 },
  }));
  const [root, bank] = before;
  if (root === undefined || bank === undefined) throw new Error("no nodes");
  // 60 ms of ten requests, 10 ms of twenty.
  expect(changeOf(bank, root)).toBeCloseTo(5.5e6);
  expect(changePart(5.5e6, root, before)).toBe(1);
  expect(changePart(-0.5e6, root, before)).toBeCloseTo(-0.25);
  expect(CALLS[1] && CALLS[0] && changeOf(CALLS[1], CALLS[0])).toBeNull();
  const none = { ...root, reference: { ...callFigures(0, 0, 0), calls: 0 } };
  expect(changeOf(bank, none)).toBeNull();
  expect([1.2e6, -3e3, 20].map(changeText)).toEqual(["+1.20\u00a0ms", "−3.00\u00a0µs", "±0"]);
});
