import { expect, test } from "vitest";
import { recordCalls, TEST_THEME } from "../../test/canvasRecorder";
import { generateTrace } from "../../test/traceGenerator";
import { traceOf } from "../../test/traceNotation";
import { paintMinimap } from "./minimapPainter";
import { readColumns, type TraceColumns } from "./traceColumns";
import { visibleRows } from "./visibleRows";

function painted(columns: TraceColumns): string[] {
  const { target, calls } = recordCalls();
  paintMinimap(target, {
    columns,
    rows: visibleRows(columns, new Set(), ""),
    scale: { start: 0, end: columns.duration, width: 1_000 },
    top: 4,
    height: 40,
    theme: TEST_THEME,
  });
  return calls;
}

test("a line per span, in the colour of errors where one began", () => {
  const columns = readColumns(traceOf("a x 0..1000 !\n  b y 200..600 !!"));
  expect(painted({ ...columns, colors: [0, 1] })).toEqual([
    "fill service0 0,4 1000x3.5",
    "fill error 200,8 400x3.5",
  ]);
});

test("a long trace is thinned out", () => {
  expect(painted(readColumns(generateTrace(100_000))).length).toBeLessThanOrEqual(4_000);
});
