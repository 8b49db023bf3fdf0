import { useQuery } from "@tanstack/react-query";
import { ask, type Params } from "./client";
import { SETTLED } from "./settled";
import type { HopAnswer, HopsAnswer } from "./types";

/** The calls between services in a time range. */
export function useHops(range: Params) {
  return useQuery({
    queryKey: ["hops", range],
    queryFn: ({ signal }) => ask<HopsAnswer>("hops", { ...range, ...SETTLED }, signal),
    placeholderData: (previous) => previous,
  });
}

/** One hop and what is around it, in a time range. */
export function useHop(id: string, range: Params) {
  return useQuery({
    queryKey: ["hop", id, range],
    queryFn: ({ signal }) =>
      ask<HopAnswer>(`hops/${encodeURIComponent(id)}`, { ...range, ...SETTLED }, signal),
    // Of the same hop only: another's figures under this one's name would be wrong.
    placeholderData: (previous, query) => (query?.queryKey[1] === id ? previous : undefined),
  });
}
