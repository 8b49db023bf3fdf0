import { expect, test } from "vitest";
import {
  clampWindow,
  isWhole,
  panWindow,
  ticks,
  toNano,
  toPixel,
  windowBetween,
  zoomWindow,
} from "./timeScale";

const SCALE = { start: 1_000, end: 3_000, width: 500 };

test("pixels and nanoseconds go there and back", () => {
  expect(toPixel(SCALE, 2_000)).toBe(250);
  for (const nano of [0, 1_000, 1_234, 3_000, 9_999]) {
    expect(toNano(SCALE, toPixel(SCALE, nano))).toBeCloseTo(nano);
  }
});

test("zooming keeps what is under the pointer where it is", () => {
  const before = { start: 0, end: 1_000 };
  const after = zoomWindow(before, 250, 0.5, 1_000);
  expect(after).toEqual({ start: 125, end: 625 });
  expect((250 - after.start) / (after.end - after.start)).toBe(0.25);
});

test("no window leaves the trace or becomes nothing", () => {
  expect(zoomWindow({ start: 0, end: 1_000 }, 0, 5, 1_000)).toEqual({ start: 0, end: 1_000 });
  const smallest = zoomWindow({ start: 100, end: 110 }, 100, 0.001, 1_000);
  expect(smallest.end - smallest.start).toBe(10);
  expect(panWindow({ start: 800, end: 900 }, 500, 1_000)).toEqual({ start: 900, end: 1_000 });
  expect(panWindow({ start: 100, end: 200 }, -500, 1_000)).toEqual({ start: 0, end: 100 });
  expect(clampWindow({ start: -50, end: 5_000 }, 1_000)).toEqual({ start: 0, end: 1_000 });
  expect(clampWindow({ start: 0, end: 1 }, 1)).toEqual({ start: 0, end: 1 });
});

test("a brush works in both directions", () => {
  expect(windowBetween(700, 300, 1_000)).toEqual({ start: 300, end: 700 });
});

test("the whole is known as such", () => {
  expect(isWhole({ start: 0, end: 1_000 }, 1_000)).toBe(true);
  expect(isWhole({ start: 1, end: 1_000 }, 1_000)).toBe(false);
});

test("the axis has round marks in the window", () => {
  expect(ticks({ start: 0, end: 1_104, width: 600 })).toEqual([0, 500, 1_000]);
  expect(ticks({ start: 1_050, end: 1_104, width: 600 })).toEqual([1_060, 1_080, 1_100]);
});
