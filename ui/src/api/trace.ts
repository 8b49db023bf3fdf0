import { useQuery } from "@tanstack/react-query";
import { ApiError, ask } from "./client";
import type { MessagesAnswer, SpanAnswer, TraceAnswer } from "./types";

/** A trace that is not there may still be on its way. */
const NOT_FOUND_RETRY_MS = 3_000;

/** Questions after which a trace is no longer waited for: a minute and a half. */
export const NOT_FOUND_TRIES_MAX = 30;

/** Whether the trace is missing and will be asked for again. */
export function isAwaited(asked: { error: Error | null; errorUpdateCount: number }): boolean {
  return isNotFound(asked.error) && asked.errorUpdateCount < NOT_FOUND_TRIES_MAX;
}

export function isNotFound(error: Error | null): error is ApiError {
  return error instanceof ApiError && error.code === "not_found";
}

/** One trace as columns with its explanation. Spans may still arrive: `refetch` looks again. */
export function useTrace(traceId: string) {
  return useQuery({
    queryKey: ["trace", traceId],
    queryFn: ({ signal }) => ask<TraceAnswer>(`traces/${encodeURIComponent(traceId)}`, {}, signal),
    refetchInterval: (query) => (isAwaited(query.state) ? NOT_FOUND_RETRY_MS : false),
  });
}

/** Which span: two spans of one trace may share an id, then the kind tells them apart. */
export interface SpanRef {
  spanId: string;
  kind: string | null;
}

/** One span in full. */
export function useSpan(traceId: string, ref: SpanRef) {
  return useQuery({
    queryKey: ["span", traceId, ref.spanId, ref.kind],
    queryFn: ({ signal }) =>
      ask<SpanAnswer>(
        `traces/${encodeURIComponent(traceId)}/spans/${encodeURIComponent(ref.spanId)}`,
        { kind: ref.kind ?? undefined },
        signal,
      ),
    placeholderData: (previous) => previous,
  });
}

/** The messages that were sent or taken in a trace, where `isWanted`. */
export function useMessages(traceId: string, isWanted: boolean) {
  return useQuery({
    queryKey: ["messages", traceId],
    queryFn: ({ signal }) =>
      ask<MessagesAnswer>(`traces/${encodeURIComponent(traceId)}/messages`, {}, signal),
    enabled: isWanted,
  });
}
