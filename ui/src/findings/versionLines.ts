/** What came of new versions, a line each. */

import type { Compared, Finding, FindingsAnswer, VersionChange } from "../api/types";
import { formatClock, formatCount, formatNoun } from "../shared/format";

/** The last that changed first. */
export function versionLines(answer: FindingsAnswer, now: number): string[] {
  return (answer.compared_by_version ?? []).flatMap((compared) => {
    const change = compared.baseline?.version_change;
    return change ? [lineOf(change, compared, answer.open, now)] : [];
  });
}

function lineOf(change: VersionChange, compared: Compared, open: Finding[], now: number): string {
  const { service, version, version_before, changed_unix_nano } = change;
  const name = `${service} ${version} (before: ${version_before})`;
  const deployed = `deployed ${formatClock(changed_unix_nano, now)}`;
  return `${name}, ${deployed}: ${outcome(change, compared, open)}`;
}

function outcome(change: VersionChange, compared: Compared, open: Finding[]): string {
  const due = open.filter(({ version_change }) => isSame(version_change, change)).length;
  if (due > 0) return `${formatNoun(due, "finding")} since then`;
  if (compared.is_other_workload) return `not judged: ${compared.sentence}`;
  const { requests, reference_requests } = compared;
  const than = `${formatCount(requests)} requests against ${formatCount(reference_requests)}`;
  return `nothing stands out since then, ${than} of the hour before`;
}

function isSame(one: VersionChange | null | undefined, other: VersionChange): boolean {
  return (
    one?.service === other.service &&
    one.version === other.version &&
    one.changed_unix_nano === other.changed_unix_nano
  );
}
