/** The hops page ⇄ its address: a time range, written as the search writes it. */

import { decodeRange, type Range, rangeParams } from "../search/searchUrl";
import type { QueryParams } from "../shared/queryString";

/** What happens now, not what happened all day. */
const DEFAULT_SINCE = "15m";

/** Never fails: an address that says nothing means the last minutes. */
export function decodeHops(params: QueryParams): Range {
  return decodeRange(params, DEFAULT_SINCE);
}

/** Leaves out what is default. */
export function encodeHops(range: Range): QueryParams {
  const isDefault = "since" in range && range.since === DEFAULT_SINCE;
  return isDefault ? {} : rangeParams({ range });
}
