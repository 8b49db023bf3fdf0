import { type RefObject, useState } from "react";
import { useTimeline } from "../timelineContext";
import { Axis } from "./Axis";
import { FilterField } from "./FilterField";
import { Minimap } from "./Minimap";
import { RowsView } from "./RowsView";
import { Splitter } from "./Splitter";
import classes from "./Waterfall.module.css";

const NAMES_WIDTH = 400;

interface Props {
  filterField: RefObject<HTMLInputElement | null>;
}

/** The call tree: names on the left, bars over time on the right, the whole in miniature above. */
export function Waterfall({ filterField }: Props) {
  const [namesWidth, setNamesWidth] = useState(NAMES_WIDTH);
  const empty = useTimeline((t) => t.rows.length === 0);
  return (
    <section className={classes.waterfall} aria-label="Waterfall">
      <div className={classes.line} data-tall="">
        <div className={classes.names} style={{ width: namesWidth }}>
          <FilterField ref={filterField} />
        </div>
        <Minimap />
      </div>
      <div className={classes.line}>
        <div className={classes.names} style={{ width: namesWidth }}>
          <Legend />
        </div>
        <Axis />
      </div>
      {empty ? (
        <p className={classes.none}>No service, span name or span id has this text.</p>
      ) : (
        <RowsView namesWidth={namesWidth} />
      )}
      <Splitter width={namesWidth} onChange={setNamesWidth} />
    </section>
  );
}

function Legend() {
  return (
    <span className={classes.legend}>
      <i className={classes.self} /> self
      <i className={classes.waiting} /> in children
      <i className={classes.critical} /> critical path
    </span>
  );
}
