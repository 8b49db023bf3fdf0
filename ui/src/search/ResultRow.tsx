import { Link } from "@tanstack/react-router";
import { memo, useMemo } from "react";
import type { TraceSummary } from "../api/types";
import {
  formatAgo,
  formatDateTime,
  formatDuration,
  formatNoun,
  formatWhen,
} from "../shared/format";
import { hopServices } from "../shared/hop";
import { Sentence } from "../shared/Sentence";
import { ServiceName } from "../shared/ServiceName";
import { HopBars } from "./HopBars";
import classes from "./ResultRow.module.css";
import { ServiceChips } from "./ServiceChips";

interface Props {
  trace: TraceSummary;
  /** The longest duration in the list: its bar is full. */
  slowestNano: number;
  /** Milliseconds since the epoch. */
  now: number;
  /** By the keyboard. */
  marked: boolean;
}

/** One trace: its verdict first, then what it is. */
export const ResultRow = memo(function ResultRow({ trace, slowestNano, now, marked }: Props) {
  const words = useMemo(() => wordsOf(trace), [trace]);
  const failed = trace.error_count > 0;
  return (
    <li
      id={`result-${trace.trace_id}`}
      className={classes.row}
      data-failed={failed || undefined}
      data-marked={marked || undefined}
    >
      <div className={classes.verdict}>
        <Link
          className={classes.sentence}
          to="/trace/$traceId"
          params={{ traceId: trace.trace_id }}
        >
          {trace.verdict === null ? (
            `A trace of ${formatNoun(trace.span_count, "span")}: open it for its verdict`
          ) : (
            <span className={classes.clamped}>
              <Sentence text={trace.verdict.sentence} words={words} />
            </span>
          )}
        </Link>
        {trace.verdict && <HopBars traceId={trace.trace_id} verdict={trace.verdict} />}
      </div>
      <div className={classes.about}>
        <span className={classes.root}>
          <ServiceName name={trace.root_service} plain />{" "}
          <code title={trace.root_name}>
            <bdi>{trace.root_name}</bdi>
          </code>
        </span>
        <ServiceChips services={trace.services} />
      </div>
      <div className={classes.figures}>
        <span className={classes.duration}>{formatDuration(trace.duration_nano)}</span>
        <span className={classes.durationTrack} aria-hidden="true">
          <span
            className={classes.durationBar}
            style={{ width: `${(100 * trace.duration_nano) / slowestNano}%` }}
          />
        </span>
        <span className={classes.counts}>
          {formatNoun(trace.span_count, "span")}
          {failed && <b className={classes.errors}>{formatNoun(trace.error_count, "error")}</b>}
        </span>
        <time className={classes.time} title={formatDateTime(trace.start_unix_nano)}>
          {formatWhen(trace.start_unix_nano, now)} · {formatAgo(trace.start_unix_nano, now)}
        </time>
      </div>
    </li>
  );
});

function wordsOf(trace: TraceSummary) {
  const { slowest_hop, failing_hop } = trace.verdict ?? {};
  const hops = [slowest_hop, failing_hop].filter((hop) => !!hop);
  return {
    services: [...trace.services.map((service) => service.name), ...hopServices(hops)],
    spanNames: [trace.root_name, ...hops.map((hop) => hop.span_name)],
  };
}
