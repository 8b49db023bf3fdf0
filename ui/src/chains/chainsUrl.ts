/**
 * The chains page ⇄ its address: a time range, a kind of request, what traces must meet, what to
 * compare with, and the view.
 */

import type { Params } from "../api/client";
import { SETTLED } from "../api/settled";
import {
  type Conditions,
  decodeRange,
  hasConditions,
  type Range,
  rangeParams,
  STATUSES,
} from "../search/searchUrl";
import { all, first, type QueryParams } from "../shared/queryString";

export const VIEWS = ["tree", "flame"] as const;
export type View = (typeof VIEWS)[number];

/** The time just before, as long; the same time a day before; or the traces that do not meet the conditions. */
export const REFERENCES = ["before", "yesterday", "rest"] as const;
export type Reference = (typeof REFERENCES)[number];

/** A kind of request, by the service that takes it and its span name. */
export interface EntryKey {
  service: string;
  spanName: string;
}

export interface ChainsView {
  range: Range;
  /** Null is the one that takes the most time. */
  entry: EntryKey | null;
  conditions: Conditions;
  reference: Reference | null;
  view: View;
}

/** What happens now, not what happened all day. */
const DEFAULT_SINCE = "15m";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Never fails: what it does not understand is left to its default. */
export function decodeChains(params: QueryParams): ChainsView {
  const service = first(params.service);
  const spanName = first(params.span_name);
  return {
    range: decodeRange(params, DEFAULT_SINCE),
    entry: service !== null && spanName !== null ? { service, spanName } : null,
    conditions: {
      service: first(params.with_service),
      spanName: first(params.with_span_name),
      status: STATUSES.find((one) => one === first(params.status)) ?? null,
      minDuration: first(params.min_duration),
      attributes: all(params.attribute),
      query: first(params.q),
    },
    reference: REFERENCES.find((one) => one === first(params.against)) ?? null,
    view: VIEWS.find((one) => one === first(params.view)) ?? "tree",
  };
}

/** Leaves out what is default. */
export function encodeChains({
  range,
  entry,
  conditions,
  reference,
  view,
}: ChainsView): QueryParams {
  const isDefault = "since" in range && range.since === DEFAULT_SINCE;
  return {
    ...(isDefault ? {} : rangeParams({ range })),
    ...(entry ? { service: entry.service, span_name: entry.spanName } : {}),
    ...conditionParams(conditions),
    ...(reference ? { against: reference } : {}),
    ...(view === "tree" ? {} : { view }),
  };
}

/**
 * What the page can be compared with: a time where all of a time is added up, the rest where some
 * traces are.
 */
export function referencesOf({ range, conditions }: ChainsView): Reference[] {
  if (hasConditions(conditions)) return ["rest"];
  return hasReference(range) ? ["before", "yesterday"] : [];
}

/** The view with other conditions; a reference that goes with those no longer is dropped. */
export function withConditions(view: ChainsView, conditions: Conditions): ChainsView {
  const next = { ...view, conditions };
  const reference = referencesOf(next).find((one) => one === view.reference) ?? null;
  return { ...next, reference };
}

/** The conditions as the API and the address write them. */
function conditionParams(conditions: Conditions): QueryParams {
  const { service, spanName, status, minDuration, attributes, query } = conditions;
  return {
    ...(service ? { with_service: service } : {}),
    ...(spanName ? { with_span_name: spanName } : {}),
    ...(status ? { status } : {}),
    ...(minDuration ? { min_duration: minDuration } : {}),
    ...(attributes.length > 0 ? { attribute: attributes } : {}),
    ...(query ? { q: query } : {}),
  };
}

/** The parameters of `GET /api/v1/chains`; a reference is counted back from `nowMillis`. */
export function chainsParams(
  { range, conditions, reference }: Pick<ChainsView, "range" | "conditions" | "reference">,
  nowMillis: number,
): Params {
  if (hasConditions(conditions)) {
    const against = reference === "rest" ? { against: "rest" } : {};
    return { ...rangeParams({ range }), ...conditionParams(conditions), ...against };
  }
  const [from, to] = millisOf(range, nowMillis);
  const all = { ...rangeParams({ range }), ...SETTLED };
  if (reference === null || reference === "rest" || from === null) return all;
  // The server widens times to whole minutes: no minute is to be in both.
  const end = reference === "yesterday" ? to - DAY_MS : Math.floor(from / MINUTE_MS) * MINUTE_MS;
  return {
    ...all,
    reference_from: String(Math.max(0, end - (to - from))),
    reference_to: String(end),
  };
}

/** Whether there is a time before it. */
export function hasReference(range: Range): boolean {
  return millisOf(range, 0)[0] !== null;
}

/** When it begins, null where that is unknown, and when it ends. */
function millisOf(range: Range, nowMillis: number): [from: number | null, to: number] {
  if ("since" in range) {
    const length = lengthMillis(range.since);
    return [length === null ? null : nowMillis - length, nowMillis];
  }
  const from = Date.parse(range.from);
  const to = range.to === null ? nowMillis : Date.parse(range.to);
  return [Number.isNaN(from) || Number.isNaN(to) ? null : from, to];
}

const UNIT_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: DAY_MS };

function lengthMillis(since: string): number | null {
  const [, count, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(since) ?? [];
  const size = unit === undefined ? undefined : UNIT_MS[unit];
  return size === undefined ? null : Number(count) * size;
}
