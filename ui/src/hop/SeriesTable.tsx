import { formatDuration, formatShare } from "../shared/format";
import { formatRate } from "./formatRate";
import classes from "./HopCharts.module.css";
import type { Moment } from "./series";

/** Newer ones are what is looked at. */
const ROWS_MAX = 100;

/** The figures of the charts in words, for who does not see them or wants them exactly. */
export function SeriesTable(props: { moments: Moment[]; when: (millis: number) => string }) {
  const { moments, when } = props;
  const rows = moments.slice(-ROWS_MAX).reverse();
  const text = (value: number | null, format: (value: number) => string) =>
    value === null ? "–" : format(value);
  return (
    <details className={classes.table}>
      <summary>Figures</summary>
      <table aria-label="Figures over time">
        <thead>
          <tr>
            {["Time", "Rate", "Errors", "p50", "p90", "p99"].map((name) => (
              <th key={name}>{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ time, rate, failed, p50, p90, p99 }) => (
            <tr key={time}>
              <td>{when(time)}</td>
              <td>{text(rate, formatRate)}</td>
              <td>{text(failed, formatShare)}</td>
              <td>{text(p50, formatDuration)}</td>
              <td>{text(p90, formatDuration)}</td>
              <td>{text(p99, formatDuration)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
