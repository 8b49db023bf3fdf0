import type { HopFigures } from "../api/types";
import type { Range } from "../search/searchUrl";
import table from "../shared/FigureTable.module.css";
import { DurationHeads } from "./DurationCells";
import { HopRow } from "./HopRow";

interface Props {
  /** What these are, for who does not see it. */
  label?: string;
  /** The largest share first. */
  hops: HopFigures[];
  /** In which they were counted, and in which their traces are searched for. */
  range: Range;
}

/** Each hop with its figures. */
export function HopsTable({ label = "Hops", hops, range }: Props) {
  if (hops.length === 0) return null;
  return (
    <div className={table.frame}>
      <table className={table.table} aria-label={label}>
        <thead>
          <tr>
            <th>Hop</th>
            <th className={table.figure}>Calls</th>
            <th className={table.figure}>Errors</th>
            <DurationHeads />
            <th className={table.figure} title="What the callee did itself, on average">
              Self per call
            </th>
            <th title="Of the time of all requests; all hops add up to 100 %">Share</th>
          </tr>
        </thead>
        <tbody>
          {hops.map((hop) => (
            <HopRow key={keyOf(hop)} hop={hop} range={range} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function keyOf({ caller, callee, span_name }: HopFigures): string {
  return JSON.stringify([caller, callee, span_name]);
}
