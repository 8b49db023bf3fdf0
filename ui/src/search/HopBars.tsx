import { Link } from "@tanstack/react-router";
import type { Hop, Verdict } from "../api/types";
import { formatDuration } from "../shared/format";
import { hopSpanId, isSameHop, whereSentence } from "../shared/hop";
import { ServiceName } from "../shared/ServiceName";
import { ShareBar } from "../shared/ShareBar";
import { EMPTY_VIEW, encodeView } from "../trace/traceUrl";
import classes from "./HopBars.module.css";

interface Props {
  traceId: string;
  verdict: Verdict;
}

/** The slowest hop with its share of the time, and the first failing hop. One line where they are one. */
export function HopBars({ traceId, verdict }: Props) {
  const { slowest_hop: slowest, failing_hop: failing } = verdict;
  const isBoth = isSameHop(slowest, failing);
  return (
    <div className={classes.hops}>
      {failing && (
        <HopLine
          traceId={traceId}
          hop={failing}
          label={isBoth ? "fails, slowest" : "fails"}
          tone="error"
        />
      )}
      {slowest && !isBoth && (
        <HopLine traceId={traceId} hop={slowest} label="slowest" tone="slow" />
      )}
    </div>
  );
}

interface LineProps {
  traceId: string;
  hop: Hop;
  label: string;
  tone: "slow" | "error";
}

/** Opens the trace at the hop. */
function HopLine({ traceId, hop, label, tone }: LineProps) {
  return (
    <Link
      className={classes.hop}
      title={whereSentence(hop)}
      to="/trace/$traceId"
      params={{ traceId }}
      search={encodeView({ ...EMPTY_VIEW, spanId: hopSpanId(hop) })}
    >
      <span className={classes.label} data-tone={tone}>
        {label}
      </span>
      <ShareBar share={hop.share} tone={tone} />
      <span className={classes.edge}>
        {hop.caller !== null && (
          <>
            <ServiceName name={hop.caller} />
            <span className={classes.arrow}>→</span>
          </>
        )}
        <ServiceName name={hop.callee} />
      </span>
      <span className={classes.duration}>{formatDuration(hop.duration_nano)}</span>
    </Link>
  );
}
