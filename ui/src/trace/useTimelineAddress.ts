import { useEffect, useRef } from "react";
import { formatQuery } from "../shared/queryString";
import { type TimelineStore, viewOf } from "./timelineStore";
import { encodeView, type TraceView } from "./traceUrl";

/** While zooming the address waits until the hand rests: browsers refuse hundreds of changes a minute. */
const SETTLE_MS = 250;

/** Keeps timeline and address the same, whichever changes. */
export function useTimelineAddress(
  timeline: TimelineStore,
  view: TraceView,
  setView: (view: TraceView) => void,
): void {
  const write = useRef(setView);
  const pending = useRef<ReturnType<typeof setTimeout> | null>(null);
  const address = formatQuery(encodeView(view));
  const shown = useRef({ address, view });
  useEffect(() => {
    write.current = setView;
    shown.current = { address, view };
  });

  useEffect(() => {
    const settle = () => {
      pending.current = null;
      const next = viewOf(timeline.getState());
      if (formatQuery(encodeView(next)) !== shown.current.address) write.current(next);
    };
    const unsubscribe = timeline.subscribe(() => {
      if (pending.current !== null) clearTimeout(pending.current);
      pending.current = setTimeout(settle, SETTLE_MS);
    });
    return () => {
      unsubscribe();
      if (pending.current !== null) clearTimeout(pending.current);
      pending.current = null;
    };
  }, [timeline]);

  useEffect(() => {
    const isOurs =
      pending.current !== null || formatQuery(encodeView(viewOf(timeline.getState()))) === address;
    if (!isOurs) timeline.getState().show(shown.current.view);
  }, [timeline, address]);
}
