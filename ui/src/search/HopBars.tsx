import { Link } from "@tanstack/react-router";
import type { Hop, Verdict } from "../api/types";
import { formatDuration } from "../shared/format";
import { hopSpanId, isSameHop, whereLabel, whereSentence } from "../shared/hop";
import { ServiceName } from "../shared/ServiceName";
import { ShareBar } from "../shared/ShareBar";
import { EMPTY_VIEW, encodeView } from "../trace/traceUrl";
import classes from "./HopBars.module.css";

interface Props {
  traceId: string;
  verdict: Verdict;
}

/** The failing hop with where its error is, and the slowest with its share of the time. One line where they are one. */
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
          isSlowest={isBoth}
        />
      )}
      {slowest && !isBoth && (
        <HopLine traceId={traceId} hop={slowest} label="slowest" tone="slow" isSlowest />
      )}
    </div>
  );
}

interface LineProps {
  traceId: string;
  hop: Hop;
  label: string;
  tone: "slow" | "error";
  isSlowest: boolean;
}

/** Opens the trace at the hop. */
function HopLine({ traceId, hop, label, tone, isSlowest }: LineProps) {
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
      {/* How much time a failing hop took says nothing of how often it fails. */}
      <span className={classes.what}>
        {isSlowest ? (
          <>
            <ShareBar share={hop.share} tone={tone} /> of the time
          </>
        ) : (
          <bdi>{whereLabel(hop)}</bdi>
        )}
      </span>
    </Link>
  );
}
