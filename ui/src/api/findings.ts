import { useQuery } from "@tanstack/react-query";
import { ask } from "./client";
import type { FindingsAnswer } from "./types";

/** The server looks every few seconds itself: to ask oftener would tell nothing new. */
const ASK_AGAIN_MS = 10_000;

/** What is wrong now and what was lately, asked again and again. */
export function useFindings() {
  return useQuery({
    queryKey: ["findings"],
    queryFn: ({ signal }) => ask<FindingsAnswer>("findings", {}, signal),
    refetchInterval: ASK_AGAIN_MS,
  });
}
