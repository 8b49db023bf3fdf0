import { formatDuration, formatShare } from "../../shared/format";
import { ServiceName } from "../../shared/ServiceName";
import { useTimeline } from "../timelineContext";
import { nameOf, serviceOf } from "../traceColumns";
import classes from "./BarCard.module.css";
import type { Pointed } from "./useBarPointer";

/** Beside the pointer, on the side where there is room. */
const OFFSET = 14;

/** The figures of the bar under the pointer. */
export function BarCard({ pointed }: { pointed: Pointed }) {
  const columns = useTimeline((t) => t.columns);
  const { row, x, y } = pointed;
  const duration = columns.spanDuration[row] ?? 0;
  const self = columns.self[row] ?? 0;
  const isRight = x > window.innerWidth * 0.65;
  const isLow = y > window.innerHeight * 0.8;
  return (
    <div
      className={classes.card}
      role="tooltip"
      style={{
        ...(isRight ? { right: window.innerWidth - x + OFFSET } : { left: x + OFFSET }),
        ...(isLow ? { bottom: window.innerHeight - y + OFFSET } : { top: y + OFFSET }),
      }}
    >
      <div className={classes.title}>
        <ServiceName name={serviceOf(columns, row)} /> <bdi>{nameOf(columns, row)}</bdi>
      </div>
      <div className={classes.figures}>
        {formatDuration(duration)}, from {formatDuration(columns.start[row] ?? 0)}
      </div>
      <div className={classes.figures}>
        self {formatDuration(self)}
        {duration > 0 && ` (${formatShare(self / duration)})`}
      </div>
    </div>
  );
}
