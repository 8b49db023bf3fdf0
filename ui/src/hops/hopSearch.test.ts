import { expect, test } from "vitest";
import type { HopFigures } from "../api/types";
import { encodeSearch } from "../search/searchUrl";
import { searchOf } from "./hopSearch";
import { decodeHops, encodeHops } from "./hopsUrl";

function addressOf(caller: string | null, callee: string | null, span_name: string) {
  const range = { since: "15m" };
  return encodeSearch(searchOf({ caller, callee, span_name } as HopFigures, range));
}

test("a hop leads to the callee's spans, or to the caller's where nobody answers", () => {
  const since = "15m";
  expect(addressOf("a", "b", "GET /")).toEqual({ service: "b", span_name: "GET /", since });
  expect(addressOf("a", null, "SELECT")).toEqual({ service: "a", span_name: "SELECT", since });
});

test("a hop to a database leads to its caller's spans", () => {
  const hop = {
    caller: "a",
    callee: "redis",
    callee_kind: "database",
    span_name: "GET",
  } as HopFigures;
  const search = encodeSearch(searchOf(hop, { since: "15m" }));
  expect(search).toEqual({ service: "a", span_name: "GET", since: "15m" });
});

test("a span name without its ids is not searched for: no span is called so", () => {
  expect(addressOf(null, "b", "GET /cart/*")).toEqual({ service: "b", since: "15m" });
});

test("the address holds the time range, the last minutes without saying so", () => {
  expect(encodeHops(decodeHops({}))).toEqual({});
  expect(encodeHops(decodeHops({ since: "1h" }))).toEqual({ since: "1h" });
  const fixed = { from: "2026-11-27T00:00:00Z", to: "2026-11-27T01:00:00Z" };
  expect(encodeHops(decodeHops(fixed))).toEqual(fixed);
});
