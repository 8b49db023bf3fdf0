import type { Finding } from "../api/types";
import { formatShare } from "../shared/format";

/** Less of what a request got slower, or of its failures, is not worth a line. */
const SHARE_MIN = 0.05;

/** How much the finding explains of what it harms most; nothing where that is not known. */
export function FindingEntry({ finding }: { finding: Finding }) {
  const text = explains(finding);
  return text === null ? null : <span>{text}</span>;
}

/** "explains 83 % of what GET /checkout got slower". */
export function explains({ entries }: Pick<Finding, "entries">): string | null {
  const [most] = entries;
  if (most === undefined) return null;
  const { span_name, share_of_slowdown, share_of_failures } = most;
  const slower = part(share_of_slowdown);
  if (slower !== null) return `explains ${slower} of what ${span_name} got slower`;
  const failures = part(share_of_failures);
  return failures === null ? null : `explains ${failures} of the failures of ${span_name}`;
}

/** More than all is all, and something else got faster. */
function part(share: number | null): string | null {
  return share === null || share < SHARE_MIN ? null : formatShare(Math.min(share, 1));
}
