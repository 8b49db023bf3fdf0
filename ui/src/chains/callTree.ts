/** The tree of calls as rows and as a flame, from nodes in pre-order. */

import type { CallFigures, CallNode } from "../api/types";

/** How many nodes follow a node that are below it. */
export function countBelow(nodes: CallNode[], at: number): number {
  const depth = nodes[at]?.depth ?? 0;
  let end = at + 1;
  while (end < nodes.length && (nodes[end]?.depth ?? 0) > depth) end += 1;
  return end - at - 1;
}

/** The nodes that show while those in `closed` hide what is below them. */
export function visibleNodes(nodes: CallNode[], closed: ReadonlySet<number>): number[] {
  const shown: number[] = [];
  let at = 0;
  while (at < nodes.length) {
    shown.push(at);
    at += closed.has(at) ? 1 + countBelow(nodes, at) : 1;
  }
  return shown;
}

/** A node's place in the flame: parts of the whole width, rows from above. */
export interface FlameBox {
  node: number;
  row: number;
  left: number;
  width: number;
}

/** Narrower boxes are not drawn, as a part of the width. */
const WIDTH_MIN = 0.001;

/** The node at `root` over its whole width, with what is below it. */
export function flameBoxes(nodes: CallNode[], root: number): FlameBox[] {
  const first = nodes[root];
  if (first === undefined) return [];
  const whole = first.now.subtree_share || 1;
  const boxes: FlameBox[] = [];
  // By depth: where the next child begins.
  const next: number[] = [0];
  const end = root + 1 + countBelow(nodes, root);
  for (let at = root; at < end; at += 1) {
    const node = nodes[at];
    if (node === undefined) break;
    const row = node.depth - first.depth;
    const left = next[row] ?? 0;
    const width = node.now.subtree_share / whole;
    next[row] = left + width;
    next[row + 1] = left;
    if (width >= WIDTH_MIN || at === root) boxes.push({ node: at, row, left, width });
  }
  return boxes;
}

/** Self time and gap of a request, on average, in nanoseconds. */
export function nanoPerRequest(figures: CallFigures, requests: number): number {
  return (figures.self.sum_nano + figures.gap.sum_nano) / Math.max(1, requests);
}

/** Whether there are requests to compare those of `root` with. */
export function isCompared(root: CallNode): boolean {
  return (root.reference?.calls ?? 0) > 0;
}

/** How much longer a request takes at `node` than in the reference, in nanoseconds; null without one. */
export function changeOf(node: CallNode, root: CallNode): number | null {
  if (node.reference === null || root.reference === null || !isCompared(root)) return null;
  return (
    nanoPerRequest(node.now, root.now.calls) - nanoPerRequest(node.reference, root.reference.calls)
  );
}

/** How much of a request's time in the reference a change is: from -1 to 1, for its colour. */
export function changePart(change: number, root: CallNode, nodes: CallNode[]): number {
  const requests = root.reference?.calls ?? 0;
  const before = nodes.reduce(
    (sum, node) => sum + (node.reference ? nanoPerRequest(node.reference, requests) : 0),
    0,
  );
  return before > 0 ? Math.max(-1, Math.min(1, change / before)) : 0;
}
