import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { apiUrl, ask } from "./client";
import type { FindingsAnswer } from "./types";

/** The server looks every few seconds itself: to ask oftener would tell nothing new. */
const ASK_AGAIN_MS = 10_000;

/** What became of a finding, as the server names its events. */
const EVENTS = ["opened", "changed", "resolved"];

/**
 * What is wrong now and what was lately, asked again and again, and at once when the server
 * tells that something has changed.
 */
export function useFindings() {
  const client = useQueryClient();
  useEffect(() => {
    if (typeof EventSource === "undefined") return;
    const events = new EventSource(apiUrl("watch", {}));
    const again = () => client.invalidateQueries({ queryKey: ["findings"] });
    for (const name of EVENTS) events.addEventListener(name, again);
    return () => events.close();
  }, [client]);
  return useQuery({
    queryKey: ["findings"],
    queryFn: ({ signal }) => ask<FindingsAnswer>("findings", {}, signal),
    refetchInterval: ASK_AGAIN_MS,
  });
}
