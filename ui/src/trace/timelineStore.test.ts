import { expect, test } from "vitest";
import { spanIdOf, traceOf } from "../../test/traceNotation";
import { createTimeline, viewOf } from "./timelineStore";
import { readColumns } from "./traceColumns";
import { EMPTY_VIEW } from "./traceUrl";

const TRACE = traceOf(`
  frontend GET /checkout 0..1000
    cart AddItem 100..500
      redis HSET 200..300
    payment Charge 550..950
      bank Withdraw 600..900
`);

function timeline(view = EMPTY_VIEW) {
  return createTimeline(readColumns(TRACE), view);
}

test("a view goes into the store and back", () => {
  const view = {
    spanId: spanIdOf(3),
    kind: null,
    zoom: { start: 100, end: 600 },
    collapsed: [spanIdOf(1)],
    filter: "",
  };
  const store = timeline(view);
  expect(viewOf(store.getState())).toEqual(view);
  expect([...store.getState().rows]).toEqual([0, 1, 3, 4]);
});

test("going to a hidden row unfolds what hides it and drops the filter", () => {
  const store = timeline({ ...EMPTY_VIEW, collapsed: [spanIdOf(0), spanIdOf(1)], filter: "bank" });
  store.getState().goTo(2);
  expect(store.getState()).toMatchObject({ selected: 2, filter: "", reveal: 1 });
  expect([...store.getState().collapsed]).toEqual([]);
});

test("going to a span that is not in the window moves the window", () => {
  const store = timeline({ ...EMPTY_VIEW, zoom: { start: 0, end: 100 } });
  store.getState().goTo(4);
  expect(store.getState().window).toEqual({ start: 700, end: 800 });
  store.getState().goTo(3);
  expect(store.getState().window).toEqual({ start: 700, end: 800 });
});

test("moving stays among the visible rows and within them", () => {
  const store = timeline({ ...EMPTY_VIEW, collapsed: [spanIdOf(1)] });
  const selected = () => store.getState().selected;
  const { move } = store.getState();
  move(1);
  expect(selected()).toBe(0);
  move(2);
  expect(selected()).toBe(3);
  move(Number.POSITIVE_INFINITY);
  expect(selected()).toBe(4);
  move(Number.NEGATIVE_INFINITY);
  expect(selected()).toBe(0);
});

test("all folds and unfolds again, leaves never do", () => {
  const store = timeline();
  store.getState().collapseAll(true);
  expect([...store.getState().rows]).toEqual([0, 1, 3]);
  store.getState().collapseAll(false);
  store.getState().setCollapsed(2, true);
  expect([...store.getState().rows]).toEqual([0, 1, 2, 3, 4]);
});

test("spans that share an id are told apart by their kind", () => {
  const answer = structuredClone(TRACE);
  answer.columns.span_id[4] = spanIdOf(3);
  answer.columns.kind[3] = 3;
  const columns = readColumns(answer);
  const store = createTimeline(columns, { ...EMPTY_VIEW, spanId: spanIdOf(3), kind: "server" });
  expect(store.getState().selected).toBe(4);
  expect(viewOf(store.getState())).toMatchObject({ spanId: spanIdOf(3), kind: "server" });
});

test("a span the trace does not have selects nothing", () => {
  expect(timeline({ ...EMPTY_VIEW, spanId: "ffffffffffffffff" }).getState().selected).toBeNull();
});
