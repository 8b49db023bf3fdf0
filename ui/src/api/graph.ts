import { useQuery } from "@tanstack/react-query";
import { ask, type Params } from "./client";
import { SETTLED } from "./settled";
import type { GraphAnswer } from "./types";

/** Who calls whom in a time range. */
export function useGraph(range: Params) {
  return useQuery({
    queryKey: ["graph", range],
    queryFn: ({ signal }) => ask<GraphAnswer>("graph", { ...range, ...SETTLED }, signal),
    placeholderData: (previous) => previous,
  });
}
