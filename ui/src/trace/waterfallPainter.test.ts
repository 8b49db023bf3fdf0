import { expect, test } from "vitest";
import { recordCalls, TEST_THEME } from "../../test/canvasRecorder";
import { generateTrace } from "../../test/traceGenerator";
import { traceOf } from "../../test/traceNotation";
import type { TraceAnswer } from "../api/types";
import { SERVICE_COLORS } from "../shared/serviceColor";
import { readColumns, type TraceColumns } from "./traceColumns";
import { visibleRows } from "./visibleRows";
import { visibleRange, type WaterfallFrame } from "./waterfallFrame";
import { paintWaterfall } from "./waterfallPainter";

/** Colour i for the i-th service, so that calls are easy to read. */
function columnsOf(answer: TraceAnswer): TraceColumns {
  const columns = readColumns(answer);
  return { ...columns, colors: columns.services.map((_, i) => i % SERVICE_COLORS) };
}

function frameOf(columns: TraceColumns, more: Partial<WaterfallFrame> = {}): WaterfallFrame {
  const collapsed = more.collapsed ?? new Set<number>();
  return {
    columns,
    rows: visibleRows(columns, collapsed, ""),
    collapsed,
    scrollTop: 0,
    rowHeight: 20,
    height: 100,
    scale: { start: 0, end: columns.duration, width: 1_000 },
    theme: TEST_THEME,
    selected: null,
    hovered: null,
    ...more,
  };
}

/** Everything but the grid. */
function painted(frame: WaterfallFrame): string[] {
  const { target, calls } = recordCalls();
  paintWaterfall(target, frame);
  return calls.filter((call) => !call.startsWith("fill grid"));
}

test("a light bar for the span, solid where it works itself, then its duration", () => {
  const columns = columnsOf(traceOf("a x 0..1000\n  b y 200..600"));
  expect(painted(frameOf(columns))).toEqual([
    "fill service0 at 0.36 0,5 1000x10",
    "fill service0 0,5 200x10",
    "fill service0 600,5 400x10",
    "fill service1 at 0.36 200,25 400x10",
    "fill service1 200,25 400x10",
    "fill halo at 0.85 949,4 48x11",
    "text text 1.00 µs 994,10",
    "text dim 400 ns 606,30",
  ]);
});

test("of overlapping siblings one is solid at a time, and as long as its number says", () => {
  const answer = traceOf("a x 0..1000\n  b y 100..600\n  c z 300..900");
  expect(answer.columns.self).toEqual([200, 200, 600]);
  const solid = painted(frameOf(columnsOf(answer))).filter((call) => /service\d [\d.]/.test(call));
  expect(solid).toEqual([
    "fill service0 0,5 100x10",
    "fill service0 900,5 100x10",
    "fill service1 100,25 200x10",
    "fill service2 300,45 600x10",
  ]);
});

test("the critical path lies over the bar, a folded row carries that of all below", () => {
  const columns = columnsOf(traceOf("a x 0..1000\n  b y 200..600 *"));
  const line = (calls: string[]) => calls.filter((call) => call.includes("critical"));
  expect(line(painted(frameOf(columns)))).toEqual(["fill critical 200,32 400x3"]);
  const folded = painted(frameOf(columns, { collapsed: new Set([0]) }));
  expect(line(folded)).toEqual(["fill critical 200,12 400x3"]);
  expect(folded).toContain("fill service0 0,5 1000x10");
});

test("an error has a frame, pale where it only passed", () => {
  const columns = columnsOf(traceOf("a x 0..1000 !\n  b y 200..600 !!"));
  expect(painted(frameOf(columns)).filter((call) => call.includes("error"))).toEqual([
    "stroke error at 0.6 -0.5,3.5 1001x13",
    "stroke error 199.5,23.5 401x13",
    "fill error 600,23 4x14",
  ]);
});

test("selected and hovered rows are drawn behind everything", () => {
  const columns = columnsOf(traceOf("a x 0..1000\n  b y 200..600"));
  expect(painted(frameOf(columns, { selected: 1, hovered: 0 })).slice(0, 2)).toEqual([
    "fill hovered 0,0 1000x20",
    "fill selected 0,20 1000x20",
  ]);
});

test("a label on a bar stays on it", () => {
  const calls = painted(frameOf(columnsOf(traceOf("a x 0..1000\n  b y 10..980"))));
  expect(calls).toContain("text text 970 ns 974,30");
});

test("zoomed in, bars are cut at the edges and point to where they are", () => {
  const columns = columnsOf(traceOf("a x 0..1000000\n  b y 0..10\n  c z 900000..999999"));
  const calls = painted(
    frameOf(columns, { scale: { start: 500_000, end: 500_100, width: 1_000 } }),
  );
  expect(calls[0]).toBe("fill service0 at 0.36 -8,5 1016x10");
  expect(calls).toContain("text dim ‹ 6,30");
  expect(calls).toContain("text dim › 994,50");
});

test("only the rows in view are painted, however long the trace", () => {
  const columns = columnsOf(generateTrace(100_000));
  const frame = frameOf(columns, { scrollTop: 50_000 * 20 + 7 });
  expect(visibleRange(frame)).toEqual({ first: 50_000, end: 50_006 });
  expect(painted(frame).filter((call) => call.startsWith("text")).length).toBe(6);
});

test("a bar with countless children costs at most its pixels", () => {
  const children = 100_000;
  const answer = generateTrace(children);
  answer.columns.depth.fill(1, 1);
  answer.columns.subtree.fill(1, 1);
  answer.columns.duration.fill(5e5, 1);
  answer.critical_path = [];
  const turns = Array.from({ length: 2 * children }, (_, i) => (i % 2 === 0 ? 0 : 1 + (i - 1) / 2));
  answer.self_sections = { row: turns, duration: turns.map(() => 5e5) };
  const columns = columnsOf(answer);
  const calls = painted(frameOf(columns, { height: 20 }));
  expect(calls.length).toBeLessThan(2_100);
});
