import type { CallFigures, CallNode } from "../src/api/types";

const MILLI = 1e6;

/** Figures of ten calls that took so many milliseconds in all, of so many below and with it. */
export function callFigures(own: number, subtree: number, whole: number): CallFigures {
  const spread = (sum: number) => ({
    p50_nano: (sum / 10) * MILLI,
    p90_nano: (sum / 10) * MILLI,
    p99_nano: (sum / 10) * MILLI,
    sum_nano: sum * MILLI,
  });
  return {
    calls: 10,
    errors: 0,
    errors_began: 0,
    calls_per_parent: 1,
    self: spread(own),
    gap: spread(0),
    duration: null,
    share: own / whole,
    subtree_share: subtree / whole,
  };
}

/** A node: its depth, `service span name`, its own and its whole time in milliseconds, of all. */
export function callNode(depth: number, name: string, own: number, subtree: number): CallNode {
  const [service = "", ...words] = name.split(" ");
  return {
    depth,
    service,
    span_name: words.join(" "),
    kind: "server",
    hop_id: null,
    now: callFigures(own, subtree, 100),
    reference: null,
    left_out: { nodes: 0, share: 0, reference_share: 0 },
  };
}

/** frontend calls cart, which asks its database, and bank. */
export const CALLS: CallNode[] = [
  callNode(0, "frontend GET /checkout", 10, 100),
  callNode(1, "bank POST /charge", 60, 60),
  callNode(1, "cart GET /cart", 10, 30),
  callNode(2, "cart SELECT items", 20, 20),
];
