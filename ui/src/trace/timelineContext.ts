import { createContext, use } from "react";
import { useStore } from "zustand";
import type { Timeline, TimelineStore } from "./timelineStore";

/** The timeline of the trace on the page. */
export const TimelineContext = createContext<TimelineStore | null>(null);

export function useTimelineStore(): TimelineStore {
  const store = use(TimelineContext);
  if (store === null) throw new Error("outside of a TimelineContext");
  return store;
}

/** A part of the timeline; renders again only when that part changes. */
export function useTimeline<T>(part: (timeline: Timeline) => T): T {
  return useStore(useTimelineStore(), part);
}
