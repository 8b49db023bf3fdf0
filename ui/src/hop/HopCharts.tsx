import { useMemo, useState } from "react";
import type { Series } from "../api/types";
import { formatDateTime, formatDuration, formatShare, formatWhen } from "../shared/format";
import { formatRate } from "./formatRate";
import classes from "./HopCharts.module.css";
import { LineChart } from "./LineChart";
import { SeriesTable } from "./SeriesTable";
import { momentsOf, placesOf } from "./series";

interface Props {
  series: Series;
  /** When it was answered, in milliseconds since the epoch. */
  now: number;
}

/** Rate, errors and duration over the same time; pointing at one points at all. */
export function HopCharts({ series, now }: Props) {
  const moments = useMemo(() => momentsOf(series, now), [series, now]);
  const places = useMemo(() => placesOf(moments), [moments]);
  const [pointed, setPointed] = useState<number | null>(null);
  const shared = { places, pointed, onPoint: setPointed };
  const [first, last] = [moments[0], moments.at(-1)];
  if (first === undefined || last === undefined) return null;
  const told = pointed === null ? undefined : moments[pointed];
  const nano = (millis: number) => `${millis}000000`;
  const when = (millis: number) => formatWhen(nano(millis), now).slice(0, -":ss.mmm".length);
  return (
    <section className={classes.charts} aria-label="Over time">
      <LineChart
        {...shared}
        title="Rate"
        format={formatRate}
        lines={[{ name: "", tone: "accent", values: moments.map(({ rate }) => rate) }]}
      />
      <LineChart
        {...shared}
        title="Errors"
        format={formatShare}
        lines={[{ name: "", tone: "error", values: moments.map(({ failed }) => failed) }]}
      />
      <LineChart
        {...shared}
        title="Duration"
        format={formatDuration}
        lines={[
          { name: "p50", tone: "plain", values: moments.map(({ p50 }) => p50) },
          { name: "p90", tone: "accent", values: moments.map(({ p90 }) => p90) },
          { name: "p99", tone: "slow", values: moments.map(({ p99 }) => p99) },
        ]}
      />
      <p className={classes.times}>
        <span title={formatDateTime(nano(first.time))}>{when(first.time)}</span>
        <span className={classes.told}>{told ? when(told.time) : stepText(series)}</span>
        <span title={formatDateTime(nano(last.time))}>{when(last.time)}</span>
      </p>
      <SeriesTable moments={moments} when={when} />
    </section>
  );
}

function stepText({ step_seconds, more }: Series): string {
  const steps = [
    [86_400, "day"],
    [3_600, "hour"],
    [60, "minute"],
    [1, "second"],
  ] as const;
  const [size, unit] = steps.find(([size]) => step_seconds % size === 0) ?? [1, "second"];
  const count = step_seconds / size;
  const each = count === 1 ? `each ${unit}` : `each ${count} ${unit}s`;
  return more ? `${each}, the last of them` : each;
}
