import type { GraphEdge } from "../api/types";
import { HopEnds } from "../hops/HopEnds";
import classes from "../hops/HopsTable.module.css";
import { hasGap } from "../hops/sides";
import { formatCount, formatDuration, formatShare } from "../shared/format";
import { ShareBar } from "../shared/ShareBar";

/** All that the map shows, and what it has no room for, as figures. */
export function EdgesTable({ edges }: { edges: GraphEdge[] }) {
  if (edges.length === 0) return null;
  const byShare = [...edges].sort((one, other) => other.share - one.share);
  return (
    <div className={classes.hops}>
      <table className={classes.table} aria-label="Calls between services">
        <thead>
          <tr>
            <th>Calls from → to</th>
            <th className={classes.figure}>Calls</th>
            <th className={classes.figure}>Errors</th>
            <th className={classes.figure}>p50</th>
            <th className={classes.figure}>p90</th>
            <th className={classes.figure}>p99</th>
            <th className={classes.figure}>Gap p90</th>
            <th>Share</th>
          </tr>
        </thead>
        <tbody>
          {byShare.map((edge) => (
            <EdgeRow key={keyOf(edge)} edge={edge} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function EdgeRow({ edge }: { edge: GraphEdge }) {
  const { calls, errors, duration, gap, share } = edge;
  const failed = `${formatCount(errors)} (${formatShare(errors / Math.max(1, calls))})`;
  return (
    <tr className={classes.row} data-failed={errors > 0 || undefined}>
      <td className={classes.hop}>
        <HopEnds hop={edge} />
      </td>
      <td className={classes.figure} data-label="calls">
        {formatCount(calls)}
      </td>
      <td className={classes.figure} data-label="errors">
        {errors === 0 ? "0" : <b className={classes.errors}>{failed}</b>}
      </td>
      <td className={classes.figure} data-label="p50">
        {formatDuration(duration.p50_nano)}
      </td>
      <td className={classes.figure} data-label="p90">
        {formatDuration(duration.p90_nano)}
      </td>
      <td className={classes.figure} data-label="p99">
        {formatDuration(duration.p99_nano)}
      </td>
      <td className={classes.figure} data-label="gap p90">
        {hasGap(edge) ? formatDuration(gap.p90_nano) : "–"}
      </td>
      <td className={classes.share}>
        <ShareBar share={share} tone="plain" />
      </td>
    </tr>
  );
}

function keyOf({ caller, caller_kind, callee, callee_kind }: GraphEdge): string {
  return JSON.stringify([caller, caller_kind, callee, callee_kind]);
}
