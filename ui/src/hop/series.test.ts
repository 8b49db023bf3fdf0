import { expect, test } from "vitest";
import type { SeriesPoint } from "../api/types";
import { momentsOf, mostOf, nearestTo, pathOf, placesOf } from "./series";

const MINUTE = 60_000;

function point(minute: number, calls: number, errors = 0): SeriesPoint {
  const duration = { p50_nano: 1e6, p90_nano: 2e6, p99_nano: 3e6 };
  return { start_unix_nano: `${minute * MINUTE}000000`, calls, errors, duration };
}

function moments(points: SeriesPoint[], nowMinute = 1_000) {
  return momentsOf({ step_seconds: 60, points, more: false }, nowMinute * MINUTE);
}

test("a step is so many calls a second, and a part of them failed", () => {
  expect(moments([point(5, 120, 30)])).toEqual([
    { time: 5 * MINUTE, rate: 2, failed: 0.25, p50: 1e6, p90: 2e6, p99: 3e6 },
  ]);
});

test("a step that is not over has no rate yet", () => {
  expect(moments([point(5, 60), point(6, 60)], 6.5).map(({ rate }) => rate)).toEqual([1, null]);
});

test("what is left out is nothing, at both ends of the gap however long it is", () => {
  const found = moments([point(5, 60), point(7, 60), point(500, 60)]);
  expect(found.map(({ time }) => time / MINUTE)).toEqual([5, 6, 7, 8, 499, 500]);
  expect(found.map(({ rate }) => rate)).toEqual([1, 0, 1, 0, 0, 1]);
  expect(found.map(({ p50 }) => p50)).toEqual([1e6, null, 1e6, null, null, 1e6]);
});

test("places are parts of the time between the first and the last", () => {
  expect(placesOf(moments([point(0, 1), point(1, 1), point(2, 1)]))).toEqual([0, 0.5, 1]);
  expect(placesOf(moments([point(3, 1)]))).toEqual([0.5]);
  expect(placesOf([])).toEqual([]);
});

test("a line breaks where there is nothing, and a value that stands alone is a dot", () => {
  expect(pathOf([0, 2, null, 4], [0, 0.25, 0.5, 1], 4)).toBe("M0 1L0.25 0.5M1 0h0");
  expect(pathOf([0, 0], [0, 1], 0)).toBe("M0 1L1 1");
  expect(mostOf([[1, null], [3], []])).toBe(3);
});

test("the pointer takes what is nearest", () => {
  expect([-1, 0.2, 0.3, 9].map((place) => nearestTo(place, [0, 0.5, 1]))).toEqual([0, 0, 1, 2]);
  expect(nearestTo(0.5, [])).toBeNull();
});
