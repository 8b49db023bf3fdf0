import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ask, change } from "./client";
import type { PinsAnswer } from "./types";

/** The traces that are pinned, the newest pin first. */
export function usePins() {
  return useQuery({
    queryKey: ["pins"],
    queryFn: ({ signal }) => ask<PinsAnswer>("pins", {}, signal),
  });
}

/** Pins a trace or unpins it, and has it shown as it is then. */
export function usePin(traceId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (isWanted: boolean) =>
      change(isWanted ? "PUT" : "DELETE", `traces/${encodeURIComponent(traceId)}/pin`),
    // Also where it was refused: another page may have been faster.
    onSettled: () =>
      Promise.all(
        [["trace", traceId], ["pins"]].map((queryKey) => client.invalidateQueries({ queryKey })),
      ),
  });
}
