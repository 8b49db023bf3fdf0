import { expect, test } from "vitest";
import { NO_CONDITIONS } from "../search/searchUrl";
import {
  type ChainsView,
  chainsParams,
  decodeChains,
  encodeChains,
  hasReference,
  referencesOf,
} from "./chainsUrl";

/** The question for all traces. */
function all(view: Pick<ChainsView, "range" | "reference">, now: number) {
  return chainsParams({ ...view, conditions: NO_CONDITIONS }, now);
}

test("the address holds what is shown, and nothing that is default", () => {
  expect(encodeChains(decodeChains({}))).toEqual({});
  const params = {
    since: "1h",
    service: "frontend",
    span_name: "GET /",
    against: "yesterday",
    view: "flame",
  };
  expect(encodeChains(decodeChains(params))).toEqual(params);
  expect(encodeChains(decodeChains({ view: "pie", against: "luck", service: "x" }))).toEqual({});
});

test("a reference is the time before, as long, or a day before", () => {
  const now = 10 * 86_400_000;
  const range = { since: "15m" };
  expect(all({ range, reference: null }, now)).toEqual({ since: "15m", settled: "8s" });
  const quarter = 900_000;
  expect(all({ range, reference: "before" }, now)).toEqual({
    since: "15m",
    settled: "8s",
    reference_from: String(now - 2 * quarter),
    reference_to: String(now - quarter),
  });
  expect(all({ range, reference: "yesterday" }, now)).toMatchObject({
    reference_to: String(now - 86_400_000),
  });
  const fixed = { from: "1970-01-02T00:00:00Z", to: "1970-01-02T01:00:00Z" };
  expect(all({ range: fixed, reference: "before" }, now)).toEqual({
    ...fixed,
    settled: "8s",
    reference_from: String(86_400_000 - 3_600_000),
    reference_to: String(86_400_000),
  });
});

test("no minute is in both, as times are widened to whole minutes", () => {
  const params = all({ range: { since: "1m" }, reference: "before" }, 600_000 + 59_000);
  expect(params).toMatchObject({ reference_from: "480000", reference_to: "540000" });
});

test("there is nothing before all time, nor before what is no time", () => {
  expect(hasReference({ since: "90s" })).toBe(true);
  expect(hasReference({ since: "all" })).toBe(false);
  expect(all({ range: { since: "all" }, reference: "before" }, 1)).toEqual({
    since: "all",
    settled: "8s",
  });
});

test("conditions are in the address, and asked for; what they leave is the reference", () => {
  const params = {
    service: "frontend",
    span_name: "GET /",
    with_service: "bank",
    with_span_name: "POST /charge",
    status: "error",
    min_duration: "250ms",
    attribute: ["host.name=b7", "retries>2"],
    q: "{ status = error } >> { kind = client }",
    against: "rest",
  };
  const view = decodeChains(params);
  expect(encodeChains(view)).toEqual(params);
  const { service: _, span_name: __, ...asked } = params;
  expect(chainsParams(view, 1)).toEqual({ since: "15m", ...asked });
  expect(referencesOf(view)).toEqual(["rest"]);
  // A time is no reference for some traces, nor the rest for all of them.
  expect(chainsParams({ ...view, reference: "before" }, 1)).not.toHaveProperty("reference_from");
  expect(chainsParams({ ...view, conditions: NO_CONDITIONS }, 1)).toEqual({
    since: "15m",
    settled: "8s",
  });
  expect(referencesOf(decodeChains({}))).toEqual(["before", "yesterday"]);
  expect(referencesOf(decodeChains({ since: "all" }))).toEqual([]);
});
