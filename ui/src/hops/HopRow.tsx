import type { HopFigures } from "../api/types";
import type { Range } from "../search/searchUrl";
import table from "../shared/FigureTable.module.css";
import { formatCount, formatDuration, formatShare } from "../shared/format";
import { ShareBar } from "../shared/ShareBar";
import { DurationCells } from "./DurationCells";
import { HopLink } from "./HopLink";
import { hasGap } from "./sides";

/** One hop: its ends lead to its page. */
export function HopRow({ hop, range }: { hop: HopFigures; range: Range }) {
  const { duration, gap } = hop;
  return (
    <tr className={table.row} data-failed={hop.errors > 0 || undefined}>
      <td className={table.subject}>
        <HopLink hop={hop} range={range} />
      </td>
      <td className={table.figure} data-label="calls">
        {formatCount(hop.calls)}
      </td>
      <td className={table.figure} data-label="errors">
        <Errors hop={hop} />
      </td>
      <DurationCells duration={duration} gap={hasGap(hop) ? gap : null} />
      <td className={table.figure} data-label="self per call">
        {formatDuration(hop.self_nano_per_call)}
      </td>
      <td>
        <ShareBar share={hop.share} tone="plain" />
      </td>
    </tr>
  );
}

function Errors({ hop: { calls, errors, errors_began, retries } }: { hop: HopFigures }) {
  const title = `${formatCount(errors_began)} began here, ${formatCount(retries)} called again after one failed`;
  if (errors === 0) return <span title={title}>0</span>;
  return (
    <b className={table.errors} title={title}>
      {formatCount(errors)} ({formatShare(errors / Math.max(1, calls))})
    </b>
  );
}
