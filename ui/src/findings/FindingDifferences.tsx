import type { Finding } from "../api/types";
import { formatShare } from "../shared/format";
import classes from "./FindingDifferences.module.css";

/** How many are shown: what comes after them differs less. */
const SHOWN_MAX = 2;

/** What the bad ones have more often than others; nothing where they are alike. */
export function FindingDifferences({ finding }: { finding: Finding }) {
  return finding.differences.slice(0, SHOWN_MAX).map(({ scope, key, value, bad, normal }) => (
    <span
      key={`${scope} ${key} ${value}`}
      className={classes.difference}
      title={`An attribute of the ${scope}: how many of the bad ones have it, and of the others`}
    >
      {key} = <code>{value}</code> in {formatShare(bad)}, else {formatShare(normal)}
    </span>
  ));
}
