import type { Explanation, Hop } from "../../api/types";
import { formatCount } from "../../shared/format";
import { isSameHop } from "../../shared/hop";

/** The failing hop, then the slowest, then the others as the server ranks them: by critical time. */
export function orderHops({ hops, failing_hop, slowest_hop }: Explanation): Hop[] {
  const first: Hop[] = [];
  for (const hop of [failing_hop, slowest_hop]) {
    if (hop !== null && !first.some((one) => isSameHop(one, hop))) first.push(hop);
  }
  return [...first, ...hops.filter((hop) => !first.some((one) => isSameHop(one, hop)))];
}

/** The server lists no more: then there may be others. */
const LISTED_MAX = 1_000;

/** What a button that shows `count` hops says. */
export function moreLabel(count: number): string {
  return count < LISTED_MAX
    ? `All ${formatCount(count)} hops`
    : `The ${formatCount(count)} hops that took longest`;
}
