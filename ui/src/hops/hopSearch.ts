/** From a hop to the traces in which it happened. */

import type { HopFigures } from "../api/types";
import { EMPTY_SEARCH, type Range, type Search } from "../search/searchUrl";
import { answering } from "./sides";

/** What stands in a span name for the ids that differ from call to call. */
const ANY_ID = "*";

type Ends = Pick<HopFigures, "caller" | "callee" | "callee_kind" | "span_name">;

/**
 * The search for the spans of a hop: the callee's, or the caller's where nobody answers, as a
 * database does not. A span name without its ids is no name that a span has, so then the service alone is searched for.
 */
export function searchOf(hop: Ends, range: Range): Search {
  const { caller, span_name } = hop;
  const spanName = span_name === "" || span_name.includes(ANY_ID) ? null : span_name;
  return { ...EMPTY_SEARCH, service: answering(hop) ?? caller, spanName, range };
}
