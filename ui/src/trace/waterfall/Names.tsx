import { useTimeline } from "../timelineContext";
import { visibleRange } from "../waterfallFrame";
import { NameRow } from "./NameRow";
import classes from "./Names.module.css";
import { ROW_HEIGHT } from "./rows";

/** Rows keep their place for so many rows of scrolling, and need no new rendering meanwhile. */
const CHUNK_ROWS = 64;

interface Props {
  /** Pixels of content above the viewport. */
  top: number;
  height: number;
}

/** The names of the rows that are seen, as text that can be selected and read aloud. */
export function Names({ top, height }: Props) {
  const rows = useTimeline((t) => t.rows);
  const { first, end } = visibleRange({ rows, scrollTop: top, rowHeight: ROW_HEIGHT, height });
  const pool = Math.ceil(height / ROW_HEIGHT) + 1;
  const origin = Math.floor(first / CHUNK_ROWS) * CHUNK_ROWS;
  const seen: number[] = [];
  for (let position = first; position < end; position += 1) seen.push(position);
  return (
    <div className={classes.names}>
      <div style={{ transform: `translateY(${origin * ROW_HEIGHT - top}px)` }}>
        {seen.map((position) => (
          // A row that scrolls out lends its elements to the one that scrolls in.
          <NameRow
            key={position % pool}
            row={rows[position] ?? 0}
            position={position}
            offset={(position - origin) * ROW_HEIGHT}
          />
        ))}
      </div>
    </div>
  );
}
