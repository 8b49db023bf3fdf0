/** What is worse than before, by kind: how it is called and how it looks. */

import type { FindingKind } from "../api/types";

export interface KindLook {
  label: string;
  tone: "slow" | "error" | "plain";
  /** What its harm is a part of. */
  harmOf: string;
  /** What a trace in which it happened is. */
  badTrace: string;
}

const LONGER = "longer";
const OF_REQUESTS = "of requests";

const KINDS: Record<FindingKind, KindLook> = {
  slow_code: { label: "slow code", tone: "slow", harmOf: LONGER, badTrace: "slow trace" },
  slow_gap: { label: "slow network", tone: "slow", harmOf: LONGER, badTrace: "slow trace" },
  failing: { label: "failing", tone: "error", harmOf: OF_REQUESTS, badTrace: "bad trace" },
  swallowed: { label: "swallowed", tone: "error", harmOf: OF_REQUESTS, badTrace: "bad trace" },
  silent: { label: "no answer", tone: "error", harmOf: OF_REQUESTS, badTrace: "bad trace" },
  error_events: { label: "logs errors", tone: "error", harmOf: OF_REQUESTS, badTrace: "bad trace" },
  stopped: { label: "calls stopped", tone: "error", harmOf: OF_REQUESTS, badTrace: "bad trace" },
  appeared: { label: "new calls", tone: "plain", harmOf: OF_REQUESTS, badTrace: "bad trace" },
  multiplied: { label: "more calls", tone: "slow", harmOf: LONGER, badTrace: "bad trace" },
  retried: { label: "retried", tone: "error", harmOf: OF_REQUESTS, badTrace: "bad trace" },
};

/** A kind that a newer server may know goes by its own word. */
export function kindLook(kind: string): KindLook {
  if (Object.hasOwn(KINDS, kind)) return KINDS[kind as FindingKind];
  return { label: kind, tone: "plain", harmOf: OF_REQUESTS, badTrace: "bad trace" };
}
