import { expect, test } from "vitest";
import { chainsParams, decodeChains, encodeChains, hasReference } from "./chainsUrl";

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
  expect(chainsParams({ range, reference: null }, now)).toEqual({ since: "15m" });
  const quarter = 900_000;
  expect(chainsParams({ range, reference: "before" }, now)).toEqual({
    since: "15m",
    reference_from: String(now - 2 * quarter),
    reference_to: String(now - quarter),
  });
  expect(chainsParams({ range, reference: "yesterday" }, now)).toMatchObject({
    reference_to: String(now - 86_400_000),
  });
  const fixed = { from: "1970-01-02T00:00:00Z", to: "1970-01-02T01:00:00Z" };
  expect(chainsParams({ range: fixed, reference: "before" }, now)).toEqual({
    ...fixed,
    reference_from: String(86_400_000 - 3_600_000),
    reference_to: String(86_400_000),
  });
});

test("no minute is in both, as times are widened to whole minutes", () => {
  const params = chainsParams({ range: { since: "1m" }, reference: "before" }, 600_000 + 59_000);
  expect(params).toMatchObject({ reference_from: "480000", reference_to: "540000" });
});

test("there is nothing before all time, nor before what is no time", () => {
  expect(hasReference({ since: "90s" })).toBe(true);
  expect(hasReference({ since: "all" })).toBe(false);
  expect(chainsParams({ range: { since: "all" }, reference: "before" }, 1)).toEqual({
    since: "all",
  });
});
