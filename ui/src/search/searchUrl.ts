/** A search ⇄ the address. The parameters are the API's own, so an address reads like a question to it. */

import type { Params } from "../api/client";
import { all, first, type QueryParams } from "../shared/queryString";

export const ORDERS = ["newest", "oldest", "slowest", "most_errors", "most_spans"] as const;
export type Order = (typeof ORDERS)[number];

export const STATUSES = ["error", "ok", "unset"] as const;
export type Status = (typeof STATUSES)[number];

/** Back from now, or between two times (RFC 3339 or Unix time, as the API takes them). */
export type Range = { since: string } | { from: string; to: string | null };

/** What one span of a trace must meet, all of it, and what a query must find in it beside. */
export interface Conditions {
  service: string | null;
  spanName: string | null;
  status: Status | null;
  /** Of the span: `250ms`, `1.5s`. */
  minDuration: string | null;
  /** `key=value`, `key!=value`, `key>=100`, `key`, with an optional scope prefix. */
  attributes: string[];
  /** In TraceQL. */
  query: string | null;
}

export interface Search extends Conditions {
  range: Range;
  order: Order;
  /** Asks again every so many seconds; null while it stands still. */
  liveSeconds: number | null;
}

export const DEFAULT_SINCE = "1h";

/** Oftener than this the list would flicker; the server is not asked faster whatever the address says. */
const LIVE_SECONDS_MIN = 2;

export const NO_CONDITIONS: Conditions = {
  service: null,
  spanName: null,
  status: null,
  minDuration: null,
  attributes: [],
  query: null,
};

export const EMPTY_SEARCH: Search = {
  ...NO_CONDITIONS,
  range: { since: DEFAULT_SINCE },
  order: "newest",
  liveSeconds: null,
};

/** Never fails: what it does not understand is left to its default. */
export function decodeSearch(params: QueryParams): Search {
  return {
    service: first(params.service),
    spanName: first(params.span_name),
    status: oneOf(STATUSES, first(params.status)),
    minDuration: first(params.min_duration),
    attributes: all(params.attribute),
    query: first(params.q),
    range: decodeRange(params, DEFAULT_SINCE),
    order: oneOf(ORDERS, first(params.order)) ?? "newest",
    liveSeconds: decodeLive(first(params.live)),
  };
}

/** Leaves out what is default, so that plain searches have plain addresses. */
export function encodeSearch(search: Search): QueryParams {
  return withoutUndefined({
    ...conditions(search),
    ...("since" in search.range && search.range.since === DEFAULT_SINCE ? {} : rangeParams(search)),
    order: search.order === "newest" ? undefined : search.order,
    live: search.liveSeconds === null ? undefined : String(search.liveSeconds),
  });
}

/** The parameters of `GET /api/v1/search`. */
export function searchParams(search: Search): Params {
  return withoutUndefined({
    ...conditions(search),
    ...rangeParams(search),
    order: search.order,
  });
}

/** The time range alone, for the catalog and the hops. */
export function rangeParams({ range }: Pick<Search, "range">): Params {
  if ("since" in range) return { since: range.since };
  return withoutUndefined({ from: range.from, to: range.to ?? undefined });
}

/** Whether anything narrows which traces count. */
export function hasConditions(narrowing: Conditions): boolean {
  return Object.keys(conditions(narrowing)).length > 0;
}

function conditions(search: Conditions): Params {
  return withoutUndefined({
    service: search.service ?? undefined,
    span_name: search.spanName ?? undefined,
    status: search.status ?? undefined,
    min_duration: search.minDuration ?? undefined,
    attribute: search.attributes.length > 0 ? search.attributes : undefined,
    q: search.query ?? undefined,
  });
}

/** The time range of an address that may say nothing of it. */
export function decodeRange(params: QueryParams, defaultSince: string): Range {
  const from = first(params.from);
  if (from !== null) return { from, to: first(params.to) };
  return { since: first(params.since) ?? defaultSince };
}

function decodeLive(text: string | null): number | null {
  const seconds = Number(text ?? Number.NaN);
  return Number.isFinite(seconds) ? Math.max(LIVE_SECONDS_MIN, Math.round(seconds)) : null;
}

function oneOf<T extends string>(known: readonly T[], value: string | null): T | null {
  return known.find((one) => one === value) ?? null;
}

function withoutUndefined(params: Params): Params {
  return Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined));
}
