/** A hop in words. */

import type { Hop } from "../api/types";

/** Where the time, or the error, of a hop is; long enough to be understood alone. */
export function whereSentence(hop: Hop): string {
  switch (hop.where) {
    case "caller":
      return `in ${hop.caller ?? "the caller"}, the caller`;
    case "gap":
      return "between the two: connect, queue, network";
    case "callee":
      return `in ${hop.callee} itself`;
    case "downstream":
      return `in what ${hop.callee} calls`;
    case "silent":
      return `${hop.callee} never answered`;
    default:
      return hop.where;
  }
}

/** The same in a word or two, for a table. */
export function whereLabel(hop: Hop): string {
  switch (hop.where) {
    case "caller":
      return `in ${hop.caller ?? "caller"}`;
    case "gap":
      return "in between";
    case "callee":
      return `in ${hop.callee}`;
    case "downstream":
      return "further down";
    case "silent":
      return "no answer";
    default:
      return hop.where;
  }
}

/** The span to open for a hop: what the callee recorded, or what the caller did. */
export function hopSpanId(hop: Hop): string | null {
  return hop.server_span_id ?? hop.client_span_id;
}

export function isSameHop(a: Hop | null, b: Hop | null): boolean {
  return a !== null && b !== null && a.row === b.row && a.callee === b.callee;
}

/** Both ends of hops: what is called may have no span of its own, as databases have none. */
export function hopServices(hops: Hop[]): string[] {
  return hops.flatMap((hop) => (hop.caller === null ? [hop.callee] : [hop.caller, hop.callee]));
}
