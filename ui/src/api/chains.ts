import { useQuery } from "@tanstack/react-query";
import { ask, type Params } from "./client";
import type { ChainsAnswer } from "./types";

/** The calls that requests make; `params` are made when it is asked, as they may hold the present. */
export function useChains(key: unknown, params: () => Params) {
  return useQuery({
    queryKey: ["chains", key],
    queryFn: ({ signal }) => ask<ChainsAnswer>("chains", params(), signal),
    placeholderData: (previous) => previous,
  });
}
