import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { useSize } from "../../shared/useSize";
import { contentTop, revealTop, scrollHeight, scrollTopFor } from "../scrolling";
import { useTimeline, useTimelineStore } from "../timelineContext";
import { positionOf } from "../visibleRows";
import { Bars } from "./Bars";
import { Names } from "./Names";
import classes from "./RowsView.module.css";
import { ROW_HEIGHT, rowElementId } from "./rows";

/** Scrolls names and bars together. Only what is seen exists: a viewport that stays while the page moves under it. */
export function RowsView() {
  const store = useTimelineStore();
  const rows = useTimeline((t) => t.rows);
  const reveal = useTimeline((t) => t.reveal);
  const selected = useTimeline((t) => t.selected);
  const scroller = useRef<HTMLDivElement>(null);
  const { height } = useSize(scroller);
  const [scrolled, setScrolled] = useState(0);
  const scrolling = { contentHeight: rows.length * ROW_HEIGHT, viewHeight: height };
  const latest = useRef(scrolling);
  useLayoutEffect(() => {
    latest.current = scrolling;
  });

  useEffect(() => {
    const { selected, rows } = store.getState();
    const position = selected === null ? -1 : positionOf(rows, selected);
    const element = scroller.current;
    const s = latest.current;
    if (reveal === 0 || position < 0 || element === null || height === 0) return;
    const current = contentTop(s, element.scrollTop);
    const top = revealTop(s, current, position * ROW_HEIGHT, ROW_HEIGHT);
    if (top !== current) element.scrollTop = scrollTopFor(s, top);
  }, [store, reveal, height]);

  const top = Math.max(
    0,
    Math.min(contentTop(scrolling, scrolled), scrolling.contentHeight - height),
  );
  return (
    <div
      ref={scroller}
      className={classes.scroller}
      role="treegrid"
      aria-label="Spans"
      aria-rowcount={rows.length}
      aria-activedescendant={selected === null ? undefined : rowElementId(selected)}
      tabIndex={0}
      onScroll={(event) => setScrolled(event.currentTarget.scrollTop)}
    >
      <div className={classes.content} style={{ height: scrollHeight(scrolling) }}>
        <div className={classes.viewport} style={{ height }}>
          <Names top={top} height={height} />
          <Bars top={top} />
        </div>
      </div>
    </div>
  );
}
