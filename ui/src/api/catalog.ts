/** What there is to search for: services, span names, attribute keys and values. */

import { useQuery } from "@tanstack/react-query";
import { ask, type Params } from "./client";

/** Suggestions may be this old; the search itself never is. */
const STALE_MS = 30_000;

/** Values offered while typing. */
const VALUES_MAX = "20";

export function useServices(range: Params) {
  return useQuery({
    queryKey: ["services", range],
    queryFn: async ({ signal }) =>
      (await ask<{ services: string[] }>("services", range, signal)).services,
    staleTime: STALE_MS,
    placeholderData: (previous) => previous,
  });
}

export function useSpanNames(service: string | null, range: Params) {
  return useQuery({
    queryKey: ["span-names", service, range],
    queryFn: async ({ signal }) => {
      const params = { ...range, service: service ?? undefined };
      return (await ask<{ span_names: string[] }>("span-names", params, signal)).span_names;
    },
    staleTime: STALE_MS,
    placeholderData: (previous) => previous,
  });
}

export function useAttributeKeys(range: Params) {
  return useQuery({
    queryKey: ["attributes", range],
    queryFn: async ({ signal }) => {
      const answer = await ask<{ attributes: { key: string }[] }>("attributes", range, signal);
      return [...new Set(answer.attributes.map((a) => a.key))];
    },
    staleTime: STALE_MS,
    placeholderData: (previous) => previous,
  });
}

/** Values of `key` that begin with `prefix`; asks nothing while `key` is null. */
export function useAttributeValues(key: string | null, prefix: string, range: Params) {
  return useQuery({
    queryKey: ["attribute-values", key, prefix, range],
    queryFn: async ({ signal }) => {
      const params = { ...range, key: key ?? "", prefix: prefix || undefined, limit: VALUES_MAX };
      return (await ask<{ values: string[] }>("attributes/values", params, signal)).values;
    },
    enabled: key !== null,
    staleTime: STALE_MS,
  });
}
