import { useQuery } from "@tanstack/react-query";
import { ask, type Params } from "./client";
import type { HopsAnswer } from "./types";

/** The calls between services in a time range. */
export function useHops(range: Params) {
  return useQuery({
    queryKey: ["hops", range],
    queryFn: ({ signal }) => ask<HopsAnswer>("hops", range, signal),
    placeholderData: (previous) => previous,
  });
}
