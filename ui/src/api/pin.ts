import { useMutation, useQueryClient } from "@tanstack/react-query";
import { change } from "./client";

/** Pins a trace or unpins it, and has it shown as it is then. */
export function usePin(traceId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (isWanted: boolean) =>
      change(isWanted ? "PUT" : "DELETE", `traces/${encodeURIComponent(traceId)}/pin`),
    // Also where it was refused: another page may have been faster.
    onSettled: () => client.invalidateQueries({ queryKey: ["trace", traceId] }),
  });
}
