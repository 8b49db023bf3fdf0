import type { GraphEdge } from "../api/types";
import { DurationCells, DurationHeads } from "../hops/DurationCells";
import { HopEnds } from "../hops/HopEnds";
import { hasGap } from "../hops/sides";
import table from "../shared/FigureTable.module.css";
import { formatCount, formatShare } from "../shared/format";
import { ShareBar } from "../shared/ShareBar";

/** All that the map shows, and what it has no room for, as figures. */
export function EdgesTable({ edges }: { edges: GraphEdge[] }) {
  if (edges.length === 0) return null;
  const byShare = [...edges].sort((one, other) => other.share - one.share);
  return (
    <div className={table.frame}>
      <table className={table.table} aria-label="Calls between services">
        <thead>
          <tr>
            <th>Calls from → to</th>
            <th className={table.figure}>Calls</th>
            <th className={table.figure}>Errors</th>
            <DurationHeads />
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
    <tr className={table.row} data-failed={errors > 0 || undefined}>
      <td className={table.subject}>
        <HopEnds hop={edge} />
      </td>
      <td className={table.figure} data-label="calls">
        {formatCount(calls)}
      </td>
      <td className={table.figure} data-label="errors">
        {errors === 0 ? "0" : <b className={table.errors}>{failed}</b>}
      </td>
      <DurationCells duration={duration} gap={hasGap(edge) ? gap : null} />
      <td>
        <ShareBar share={share} tone="plain" />
      </td>
    </tr>
  );
}

function keyOf({ caller, caller_kind, callee, callee_kind }: GraphEdge): string {
  return JSON.stringify([caller, caller_kind, callee, callee_kind]);
}
