import { type RefObject, useRef, useState } from "react";
import { useSize } from "../../shared/useSize";
import { useTimeline } from "../timelineContext";
import { Axis } from "./Axis";
import { FilterField } from "./FilterField";
import { Minimap } from "./Minimap";
import { NAMES_MIN, namesWidth, namesWidthMax } from "./namesWidth";
import { RowsView } from "./RowsView";
import { Splitter } from "./Splitter";
import classes from "./Waterfall.module.css";

interface Props {
  filterField: RefObject<HTMLInputElement | null>;
}

/** The call tree: names on the left, bars over time on the right, the whole in miniature above. */
export function Waterfall({ filterField }: Props) {
  const [wanted, setWanted] = useState<number | null>(null);
  const section = useRef<HTMLElement>(null);
  const whole = useSize(section).width;
  const names = namesWidth(wanted, whole);
  const empty = useTimeline((t) => t.rows.length === 0);
  return (
    <section
      ref={section}
      className={classes.waterfall}
      aria-label="Waterfall"
      style={{ "--names-width": `${names}px` }}
    >
      <div className={classes.line} data-tall="">
        <div className={classes.names}>
          <FilterField ref={filterField} />
        </div>
        <div className={classes.minimap}>
          <Minimap />
        </div>
      </div>
      <div className={classes.line}>
        <div className={classes.names}>
          <Legend />
        </div>
        <div className={classes.axis}>
          <Axis />
        </div>
      </div>
      {empty ? (
        <p className={classes.none}>No service, span name or span id has this text.</p>
      ) : (
        <RowsView />
      )}
      <Splitter width={names} min={NAMES_MIN} max={namesWidthMax(whole)} onChange={setWanted} />
    </section>
  );
}

function Legend() {
  return (
    <span className={classes.legend} title="At each instant the deepest span at work is solid">
      <i className={classes.self} /> self
      <i className={classes.waiting} /> a deeper span
      <i className={classes.critical} /> critical path
    </span>
  );
}
