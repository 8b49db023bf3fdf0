import { Link, useSearch as useAddress, useNavigate, useParams } from "@tanstack/react-router";
import { useMemo, useRef } from "react";
import { isAwaited, isNotFound, useTrace } from "../api/trace";
import type { TraceAnswer } from "../api/types";
import { CompletenessNote } from "../shared/CompletenessNote";
import { ErrorState } from "../shared/ErrorState";
import { errorSentence } from "../shared/errorSentence";
import { Notice } from "../shared/Notice";
import { useTitle } from "../shared/useTitle";
import { Explanation } from "./explanation/Explanation";
import { SpanPanel } from "./span/SpanPanel";
import { TraceHeader } from "./TraceHeader";
import classes from "./TracePage.module.css";
import { TimelineContext } from "./timelineContext";
import { createTimeline } from "./timelineStore";
import { nameOf, readColumns, serviceOf } from "./traceColumns";
import { decodeView, encodeView, type TraceView } from "./traceUrl";
import { useTimelineAddress } from "./useTimelineAddress";
import { useTraceShortcuts } from "./useTraceShortcuts";
import { Waterfall } from "./waterfall/Waterfall";

/** One trace: what happened in a sentence, then the evidence. */
export function TracePage() {
  const { traceId } = useParams({ from: "/trace/$traceId" });
  const answer = useTrace(traceId);
  const reload = () => void answer.refetch();
  if (answer.data) {
    return (
      <LoadedTrace key={traceId} trace={answer.data} onReload={reload} busy={answer.isFetching} />
    );
  }
  if (isNotFound(answer.error)) {
    return (
      <Notice title={`Trace ${traceId} is not here${isAwaited(answer) ? " yet" : ""}`}>
        <p className={classes.missing}>
          {errorSentence(answer.error)}{" "}
          {isAwaited(answer)
            ? "This page asks again every few seconds, for its spans may be on their way."
            : "This page no longer asks for it by itself: reload it to look again."}
        </p>
        <Link to="/">To the list of traces</Link>
      </Notice>
    );
  }
  if (answer.error) return <ErrorState error={answer.error} onRetry={reload} />;
  return <Notice title="Loading the trace…" />;
}

interface Props {
  trace: TraceAnswer;
  onReload: () => void;
  busy: boolean;
}

function LoadedTrace({ trace, onReload, busy }: Props) {
  const view = decodeView(useAddress({ from: "/trace/$traceId" }));
  const navigate = useNavigate();
  const columns = useMemo(() => readColumns(trace), [trace]);
  const latestView = useRef(view);
  latestView.current = view;
  // A trace that grew gets a new timeline, with what the address says of the old one.
  const timeline = useMemo(() => createTimeline(columns, latestView.current), [columns]);
  useTitle(`${serviceOf(columns, 0)} ${nameOf(columns, 0)}`);
  const filterField = useRef<HTMLInputElement>(null);
  const setView = (next: TraceView) =>
    void navigate({ to: ".", search: encodeView(next), replace: true });
  useTimelineAddress(timeline, view, setView);
  useTraceShortcuts(timeline, trace, { onReload, onFilter: () => filterField.current?.focus() });

  return (
    <TimelineContext value={timeline}>
      <div className={classes.page}>
        <TraceHeader trace={trace} columns={columns} onReload={onReload} busy={busy} />
        <div className={classes.note}>
          <CompletenessNote completeness={trace.completeness} />
        </div>
        <Explanation trace={trace} />
        <div className={classes.evidence}>
          <Waterfall key={trace.trace_id} filterField={filterField} />
          <SpanPanel traceId={trace.trace_id} />
        </div>
      </div>
    </TimelineContext>
  );
}
