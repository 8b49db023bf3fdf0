import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { ask, type Params } from "./client";
import type { SearchAnswer, StatusAnswer } from "./types";

/** Traces shown per page: a screenful or two. */
const PAGE_SIZE = 25;

/** How often an empty page looks again, so that the first trace appears by itself. */
export const EMPTY_RETRY_MS = 3_000;

/**
 * Pages of the traces that meet `params`. With `liveMs` the first page asks again that often;
 * once older pages are loaded it stands still, so that rows do not move under the reader.
 */
export function useTraceSearch(params: Params, liveMs: number | null) {
  return useInfiniteQuery({
    queryKey: ["search", params],
    queryFn: ({ pageParam, signal }) =>
      ask<SearchAnswer>(
        "search",
        { ...params, limit: String(PAGE_SIZE), cursor: pageParam ?? undefined },
        signal,
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => (last.more ? last.next_cursor : null),
    refetchInterval: (query) => {
      const pages = query.state.data?.pages ?? [];
      if (pages.length > 1) return false;
      if (liveMs !== null) return liveMs;
      return pages[0]?.traces.length === 0 ? EMPTY_RETRY_MS : false;
    },
    placeholderData: (previous) => previous,
  });
}

/** What the server holds and whether it takes spans, asked again every so often. */
export function useServerStatus(everyMs: number) {
  return useQuery({
    queryKey: ["status"],
    queryFn: ({ signal }) => ask<StatusAnswer>("status", {}, signal),
    refetchInterval: everyMs,
  });
}
