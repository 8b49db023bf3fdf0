import type { HopFigures } from "../api/types";
import type { Range } from "../search/searchUrl";
import { DurationHeads } from "./DurationCells";
import { HopRow } from "./HopRow";
import classes from "./HopsTable.module.css";

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
    <div className={classes.hops}>
      <table className={classes.table} aria-label={label}>
        <thead>
          <tr>
            <th>Hop</th>
            <th className={classes.figure}>Calls</th>
            <th className={classes.figure}>Errors</th>
            <DurationHeads />
            <th className={classes.figure} title="What the callee did itself, on average">
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
