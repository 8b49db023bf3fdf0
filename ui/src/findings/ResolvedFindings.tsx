import type { Finding } from "../api/types";
import { formatCount, formatDateTime, formatWhen } from "../shared/format";
import { FindingSentence } from "./FindingSentence";
import { FindingVersion } from "./FindingVersion";
import classes from "./ResolvedFindings.module.css";

/** What is listed; the server keeps some hundreds. */
const LISTED_MAX = 50;

interface Props {
  /** The last first. */
  findings: Finding[];
  /** Milliseconds since the epoch. */
  now: number;
}

/** What was wrong lately and is over; closed until asked for. */
export function ResolvedFindings({ findings, now }: Props) {
  if (findings.length === 0) return null;
  return (
    <details className={classes.resolved}>
      <summary>{formatCount(findings.length)} resolved lately</summary>
      <ul aria-label="Resolved findings">
        {findings.slice(0, LISTED_MAX).map((finding) => (
          <li key={keyOf(finding)}>
            <span className={classes.times}>
              <Moment unixNano={finding.since_unix_nano} now={now} />
              {" – "}
              <Moment unixNano={finding.resolved_unix_nano ?? finding.last_unix_nano} now={now} />
            </span>
            <span className={classes.sentence}>
              <FindingSentence finding={finding} /> <FindingVersion finding={finding} now={now} />
            </span>
          </li>
        ))}
      </ul>
      {findings.length > LISTED_MAX && <p>The last {LISTED_MAX} are listed.</p>}
    </details>
  );
}

/** To the second, or to the minute of another day. */
function Moment({ unixNano, now }: { unixNano: string; now: number }) {
  return (
    <time title={formatDateTime(unixNano)}>{formatWhen(unixNano, now).replace(/\.\d+$/, "")}</time>
  );
}

/** The same may have come and gone more than once. */
function keyOf({ kind, service, other, span_name, since_unix_nano }: Finding): string {
  return JSON.stringify([kind, service, other, span_name, since_unix_nano]);
}
