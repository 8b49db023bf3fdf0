import type { Finding } from "../api/types";
import { formatAgo, formatDateTime } from "../shared/format";
import { ShareBar } from "../shared/ShareBar";
import { FindingChain } from "./FindingChain";
import { FindingDifferences } from "./FindingDifferences";
import { FindingEntry } from "./FindingEntry";
import { FindingLinks } from "./FindingLinks";
import classes from "./FindingRow.module.css";
import { FindingSentence } from "./FindingSentence";
import { FindingVersion } from "./FindingVersion";
import { kindLook } from "./kinds";

interface Props {
  finding: Finding;
  /** Milliseconds since the epoch. */
  now: number;
}

/** One thing that is wrong: what, how bad, since when, and where to look. */
export function FindingRow({ finding, now }: Props) {
  const { label, tone, harmOf } = kindLook(finding.kind);
  return (
    <li className={classes.row} data-tone={tone}>
      <span className={classes.kind}>{label}</span>
      <div className={classes.sentence}>
        <FindingSentence finding={finding} />
      </div>
      <div className={classes.about}>
        <FindingVersion finding={finding} now={now} />
        <FindingChain finding={finding} />
        <FindingEntry finding={finding} />
        <FindingDifferences finding={finding} />
        <FindingLinks finding={finding} />
      </div>
      <div className={classes.figures}>
        <span title="By how much a request is worse: of its time, or of all requests">
          <ShareBar share={finding.harm} tone={tone} /> {harmOf}
        </span>
        <time className={classes.time} title={formatDateTime(finding.since_unix_nano)}>
          found {formatAgo(finding.since_unix_nano, now)}
        </time>
      </div>
    </li>
  );
}
