import type { FindingsAnswer } from "../api/types";
import classes from "./Findings.module.css";
import { versionLines } from "./versionLines";

/** How many are told; the last first. */
const LISTED_MAX = 5;

interface Props {
  answer: FindingsAnswer;
  /** Milliseconds since the epoch. */
  now: number;
}

/** Which services run another version since less than an hour, and what came of it. */
export function VersionChanges({ answer, now }: Props) {
  const lines = versionLines(answer, now);
  if (lines.length === 0) return null;
  return (
    <ul className={classes.versions} aria-label="New versions">
      {lines.slice(0, LISTED_MAX).map((line) => (
        <li key={line} className={classes.quiet}>
          {line}
        </li>
      ))}
      {lines.length > LISTED_MAX && (
        <li className={classes.quiet}>and {lines.length - LISTED_MAX} further new versions</li>
      )}
    </ul>
  );
}
