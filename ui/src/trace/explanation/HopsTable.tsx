import { useState } from "react";
import type { Explanation, Hop } from "../../api/types";
import { formatDuration } from "../../shared/format";
import { isSameHop, whereLabel, whereSentence } from "../../shared/hop";
import { ServiceName } from "../../shared/ServiceName";
import { ShareBar } from "../../shared/ShareBar";
import { useTimeline } from "../timelineContext";
import classes from "./HopsTable.module.css";
import { moreLabel, orderHops } from "./orderHops";

/** Hops that matter fit in these; the rest on demand. */
const FEW = 6;

interface Props {
  explanation: Explanation;
}

/** Each hop with its figures: the failing one first, then by share of the time. */
export function HopsTable({ explanation }: Props) {
  const [all, setAll] = useState(false);
  const hops = orderHops(explanation);
  if (hops.length === 0) return null;
  return (
    <div className={classes.hops}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th>Hop</th>
            <th>Span name</th>
            <th className={classes.figure}>Duration</th>
            <th
              className={classes.figure}
              title="Client span minus server span: connect, queue, network"
            >
              Gap
            </th>
            <th className={classes.figure} title="Time in the callee itself, in nothing it calls">
              Self
            </th>
            <th title="Of the trace's duration, on the critical path">Share of time</th>
            <th>Where</th>
          </tr>
        </thead>
        <tbody>
          {(all ? hops : hops.slice(0, FEW)).map((hop) => (
            <HopRow
              key={`${hop.row} ${hop.caller} ${hop.callee}`}
              hop={hop}
              isSlowest={isSameHop(hop, explanation.slowest_hop)}
            />
          ))}
        </tbody>
      </table>
      {hops.length > FEW && (
        <button type="button" className={classes.more} onClick={() => setAll(!all)}>
          {all ? "Fewer hops" : moreLabel(hops.length)}
        </button>
      )}
    </div>
  );
}

interface RowProps {
  hop: Hop;
  isSlowest: boolean;
}

function HopRow({ hop, isSlowest }: RowProps) {
  const goTo = useTimeline((t) => t.goTo);
  const isSelected = useTimeline((t) => t.selected === hop.row);
  return (
    <tr
      className={classes.row}
      data-failed={hop.error || undefined}
      data-selected={isSelected || undefined}
      onClick={() => goTo(hop.row)}
    >
      <td className={classes.hop}>
        {/* The row's own element for keyboard and screen reader; the rest of the row is a larger target. */}
        <button type="button" className={classes.edge} onClick={() => goTo(hop.row)}>
          {hop.caller !== null && (
            <>
              <ServiceName name={hop.caller} />
              <span className={classes.arrow}>→</span>
            </>
          )}
          <ServiceName name={hop.callee} />
        </button>
      </td>
      <td className={classes.name} title={hop.span_name} dir="auto">
        {hop.span_name}
      </td>
      <td className={classes.duration}>{formatDuration(hop.duration_nano)}</td>
      <td className={classes.figure} data-label="gap">
        {hop.gap_nano === null ? "–" : formatDuration(hop.gap_nano)}
      </td>
      <td className={classes.figure} data-label="self">
        {formatDuration(hop.callee_self_nano)}
      </td>
      <td className={classes.share}>
        <ShareBar share={hop.share} tone={isSlowest ? "slow" : "plain"} />
      </td>
      <td className={classes.where} title={whereSentence(hop)}>
        {hop.error && <b className={classes.failed}>fails </b>}
        <bdi>{whereLabel(hop)}</bdi>
      </td>
    </tr>
  );
}
