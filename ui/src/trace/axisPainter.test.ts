import { expect, test } from "vitest";
import { recordCalls, TEST_THEME } from "../../test/canvasRecorder";
import { paintAxis } from "./axisPainter";

test("marks have their time beside them, but none that would be cut", () => {
  const { target, calls } = recordCalls();
  paintAxis(target, {
    scale: { start: 0, end: 1.02e9, width: 510 },
    height: 20,
    theme: TEST_THEME,
  });
  expect(calls).toEqual([
    "fill grid 0,0 1x20",
    "text dim 0 4,10",
    "fill grid 250,0 1x20",
    "text dim 500 ms 254,10",
    "fill grid 500,0 1x20",
  ]);
});
