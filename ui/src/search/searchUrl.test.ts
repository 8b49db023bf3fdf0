import { expect, test } from "vitest";
import { formatQuery, parseQuery } from "../shared/queryString";
import {
  decodeSearch,
  EMPTY_SEARCH,
  encodeSearch,
  hasConditions,
  type Search,
  searchParams,
} from "./searchUrl";

const FULL: Search = {
  service: "bank & co",
  spanName: "POST /charge?x=1",
  status: "error",
  minDuration: "1.5s",
  query: '{ name = "a&b" } >> { status = error }',
  attributes: ["http.route=/charge", "resource:host.name!=a&b", "k>=100"],
  range: { from: "2026-11-23T10:00:00Z", to: "2026-11-23T11:00:00Z" },
  order: "slowest",
  liveSeconds: 5,
};

const SEARCHES: Search[] = [
  EMPTY_SEARCH,
  FULL,
  { ...FULL, range: { since: "all" }, attributes: ["only=one"] },
  { ...EMPTY_SEARCH, range: { from: "1763900000", to: null }, order: "most_errors" },
  { ...EMPTY_SEARCH, query: "{ nestedSetParent < 0 }", order: "most_spans" },
];

test.each(SEARCHES)("a search goes into the address and back", (search) => {
  const address = formatQuery(encodeSearch(search));
  expect(decodeSearch(parseQuery(address))).toEqual(search);
});

test("a plain search has a plain address", () => {
  expect(formatQuery(encodeSearch(EMPTY_SEARCH))).toBe("");
});

test("nonsense in the address is left to its default", () => {
  expect(decodeSearch(parseQuery("?order=best&status=bad&live=soon&service=&since="))).toEqual(
    EMPTY_SEARCH,
  );
  expect(decodeSearch(parseQuery("?live=0")).liveSeconds).toBe(2);
});

test("the question to the API names what the API names", () => {
  expect(searchParams(FULL)).toEqual({
    service: "bank & co",
    span_name: "POST /charge?x=1",
    status: "error",
    min_duration: "1.5s",
    attribute: FULL.attributes,
    q: FULL.query,
    from: "2026-11-23T10:00:00Z",
    to: "2026-11-23T11:00:00Z",
    order: "slowest",
  });
  expect(searchParams(EMPTY_SEARCH)).toEqual({ since: "1h", order: "newest" });
});

test("the time range is no condition", () => {
  const later = { ...EMPTY_SEARCH, range: { since: "7d" } };
  expect(hasConditions(later)).toBe(false);
  expect(hasConditions(FULL)).toBe(true);
  expect(hasConditions({ ...later, query: "{}" })).toBe(true);
});
