import { Link, useSearch as useAddress } from "@tanstack/react-router";
import { useCompareTraces } from "../api/compare";
import type { DifferenceSide } from "../api/types";
import { changeText, changeTone } from "../chains/changeText";
import { CompletenessNote } from "../shared/CompletenessNote";
import { ErrorState } from "../shared/ErrorState";
import { formatDuration, formatNoun } from "../shared/format";
import { Notice } from "../shared/Notice";
import { first } from "../shared/queryString";
import { useTitle } from "../shared/useTitle";
import classes from "./ComparePage.module.css";
import { DifferenceTable } from "./DifferenceTable";

/** As much of an id as tells traces apart at a glance. */
const ID_SHOWN = 8;

/** Two traces, call by call: what one has more or less of, and what makes it longer. */
export function ComparePage() {
  const address = useAddress({ from: "/compare" });
  const trace = first(address.trace);
  const reference = first(address.reference_trace);
  const { data, error, isPending, refetch } = useCompareTraces(trace, reference);
  useTitle("Compare");
  if (trace === null || reference === null) {
    return <Notice title="The address names no two traces to compare" />;
  }
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <h1 className={classes.title}>
          <TraceLink label="Trace" traceId={trace} /> compared with{" "}
          <TraceLink label="trace" traceId={reference} />
        </h1>
        {data && (
          <p className={classes.facts}>
            {took(data.now)} against {took(data.reference)}:{" "}
            <b data-change={changeTone(data.difference_nano)}>{changeText(data.difference_nano)}</b>
          </p>
        )}
        {isPending && <p className={classes.facts}>Comparing…</p>}
      </header>
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {data && (
        <>
          <div className={classes.note}>
            <CompletenessNote completeness={data.completeness} />
          </div>
          <DifferenceTable nodes={data.nodes} />
          {data.left_out.nodes > 0 && (
            <p className={classes.note}>
              and {formatNoun(data.left_out.nodes, "further call")},{" "}
              {changeText(data.left_out.difference_nano)}
            </p>
          )}
        </>
      )}
    </div>
  );
}

function TraceLink({ label, traceId }: { label: string; traceId: string }) {
  return (
    <Link to="/trace/$traceId" params={{ traceId }}>
      {label} <code>{traceId.slice(0, ID_SHOWN)}</code>
    </Link>
  );
}

function took({ duration_nano, requests }: DifferenceSide): string {
  const roots = requests === 1 ? "" : ` (${formatNoun(requests, "root")})`;
  return `${formatDuration(duration_nano)}${roots}`;
}
