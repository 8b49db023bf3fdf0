import type { SpanAnswer } from "../../api/types";
import { CopyButton } from "../../shared/CopyButton";
import { formatDateTime, formatDuration, formatShare } from "../../shared/format";
import { ServiceName } from "../../shared/ServiceName";
import { useTimeline } from "../timelineContext";
import { endOf, kindOf, nameOf, serviceOf, type TraceColumns } from "../traceColumns";
import classes from "./SpanFacts.module.css";

interface Props {
  columns: TraceColumns;
  row: number;
  /** What the columns do not tell; of the span before while this one's is on its way. */
  span: SpanAnswer | undefined;
}

/** What the span is, and its figures. */
export function SpanFacts({ columns, row, span }: Props) {
  const goTo = useTimeline((t) => t.goTo);
  const spanId = columns.spanId[row] ?? "";
  const parent = columns.parent[row] ?? -1;
  const own = span?.span_id === spanId ? span : undefined;
  return (
    <>
      <h2 className={classes.title}>
        <ServiceName name={serviceOf(columns, row)} />
        <span className={classes.kind}>{own?.kind ?? kindOf(columns, row)}</span>
      </h2>
      <p className={classes.name}>
        <bdi className={classes.nameText}>{nameOf(columns, row)}</bdi>
        <CopyButton text={nameOf(columns, row)} label="Copy the span name" />
      </p>
      {own && <Status status={own.status} />}
      <dl className={classes.facts}>
        <Fact label="Duration">{formatDuration(columns.spanDuration[row] ?? 0)}</Fact>
        <Fact label="Self time">{selfTime(columns, row)}</Fact>
        <Fact label="In the trace">
          {formatDuration(columns.start[row] ?? 0)} – {formatDuration(endOf(columns, row))}
        </Fact>
        {own && <Fact label="Started">{formatDateTime(own.start_unix_nano)}</Fact>}
        <Fact label="Span id">
          <code>{spanId}</code>
          <CopyButton text={spanId} label="Copy the span id" />
          {own && own.same_id > 1 && <span> shared by {own.same_id} spans</span>}
        </Fact>
        {parent >= 0 && (
          <Fact label="Parent">
            <button type="button" className={classes.parent} onClick={() => goTo(parent)}>
              <bdi>{serviceOf(columns, parent)}</bdi> <bdi>{nameOf(columns, parent)}</bdi>
            </button>
          </Fact>
        )}
        {own && own.trace_state !== "" && (
          <Fact label="Trace state">
            <bdi>{own.trace_state}</bdi>
          </Fact>
        )}
      </dl>
    </>
  );
}

function selfTime(columns: TraceColumns, row: number): string {
  const duration = columns.spanDuration[row] ?? 0;
  const self = columns.self[row] ?? 0;
  const share = duration > 0 ? ` (${formatShare(self / duration)})` : "";
  return `${formatDuration(self)}${share}`;
}

function Status({ status }: { status: SpanAnswer["status"] }) {
  if (status.code === "unset" && status.message === "") return null;
  return (
    <p className={classes.status} data-failed={status.code === "error" || undefined}>
      <b>{status.code}</b> <bdi>{status.message}</bdi>
    </p>
  );
}

function Fact({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </>
  );
}
