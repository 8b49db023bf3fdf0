import type { Quantiles } from "../api/types";
import table from "../shared/FigureTable.module.css";
import { formatDuration } from "../shared/format";

/** The heads of the columns of {@link DurationCells}. */
export function DurationHeads() {
  return (
    <>
      <th className={table.figure} title="Half of the calls took no longer">
        p50
      </th>
      <th className={table.figure} title="Nine of ten calls took no longer">
        p90
      </th>
      <th className={table.figure} title="99 of 100 calls took no longer">
        p99
      </th>
      <th
        className={table.figure}
        title="How much longer nine of ten callers waited, at most, than the callee worked: connect, queue, network"
      >
        Gap p90
      </th>
    </>
  );
}

interface Props {
  duration: Quantiles;
  /** Null where there is no way between two. */
  gap: Quantiles | null;
}

/** How long calls took, and how much longer their callers waited. */
export function DurationCells({ duration, gap }: Props) {
  return (
    <>
      <td className={table.figure} data-label="p50">
        {formatDuration(duration.p50_nano)}
      </td>
      <td className={table.figure} data-label="p90">
        {formatDuration(duration.p90_nano)}
      </td>
      <td className={table.figure} data-label="p99">
        {formatDuration(duration.p99_nano)}
      </td>
      <td className={table.figure} data-label="gap p90">
        {gap === null ? "–" : formatDuration(gap.p90_nano)}
      </td>
    </>
  );
}
