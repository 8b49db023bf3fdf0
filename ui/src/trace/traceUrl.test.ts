import { expect, test } from "vitest";
import { formatQuery, parseQuery } from "../shared/queryString";
import { decodeView, EMPTY_VIEW, encodeView, type TraceView } from "./traceUrl";

const FULL: TraceView = {
  spanId: "b7ad6b7169203331",
  kind: "client",
  zoom: { start: 210_000_000, end: 1_022_000_000 },
  collapsed: ["00f067aa0ba902b7", "00f067aa0ba902b8"],
  filter: "SELECT stock & more",
};

test.each([
  EMPTY_VIEW,
  FULL,
  { ...FULL, kind: null, collapsed: [] },
])("a view goes into the address and back", (view) => {
  expect(decodeView(parseQuery(formatQuery(encodeView(view))))).toEqual(view);
});

test("nothing special has no parameters", () => {
  expect(formatQuery(encodeView(EMPTY_VIEW))).toBe("");
});

test.each([
  "?span=xyz",
  "?zoom=5-5",
  "?zoom=9-3",
  "?zoom=a-b",
  "?collapsed=1.2",
  "?zoom=-1-5",
])("%s is left out", (text) => {
  expect(decodeView(parseQuery(text))).toEqual(EMPTY_VIEW);
});

test("an address stays short", () => {
  const collapsed = Array.from({ length: 1_000 }, (_, i) => i.toString(16).padStart(16, "0"));
  expect(formatQuery(encodeView({ ...EMPTY_VIEW, collapsed })).length).toBeLessThan(1_200);
});
