import { useQuery } from "@tanstack/react-query";
import { ask } from "./client";
import type { DifferenceAnswer } from "./types";

/** Two traces held against each other; asks nothing while one is missing. */
export function useCompareTraces(trace: string | null, reference: string | null) {
  return useQuery({
    queryKey: ["compare-traces", trace, reference],
    queryFn: ({ signal }) => {
      const params = { trace: trace ?? "", reference_trace: reference ?? "" };
      return ask<DifferenceAnswer>("compare/traces", params, signal);
    },
    enabled: trace !== null && reference !== null,
  });
}
