import type { Finding } from "../api/types";
import { formatClock, formatDateTime } from "../shared/format";

interface Props {
  finding: Finding;
  /** Milliseconds since the epoch. */
  now: number;
}

/** Since which version of a service it is so; nothing where that is not known. */
export function FindingVersion({ finding, now }: Props) {
  const change = finding.version_change;
  if (!change) return null;
  return (
    <span title="The time since the change was compared with the hour before it">
      since {change.service} <b>{change.version}</b> (before: {change.version_before}), deployed{" "}
      <time title={formatDateTime(change.changed_unix_nano)}>
        {formatClock(change.changed_unix_nano, now)}
      </time>
    </span>
  );
}
