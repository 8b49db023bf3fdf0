import { type PointerEvent, useState } from "react";
import { useTimeline } from "../timelineContext";
import { type TimeWindow, toNano, windowBetween } from "../timeScale";
import classes from "./Brush.module.css";

/** A shorter drag was a click. */
const DRAG_PIXELS_MIN = 4;

interface Drag {
  from: number;
  to: number;
  /** Width of the element. */
  width: number;
}

/** Covers a canvas whose width shows `window`: a drag zooms to what it covers, a double click to the whole. */
export function Brush({ window }: { window: TimeWindow }) {
  const setWindow = useTimeline((t) => t.setWindow);
  const resetZoom = useTimeline((t) => t.resetZoom);
  const duration = useTimeline((t) => t.columns.duration);
  const [drag, setDrag] = useState<Drag | null>(null);

  const start = (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const at = event.clientX - left;
    setDrag({ from: at, to: at, width });
  };
  const move = (event: PointerEvent<HTMLElement>) => {
    if (drag === null) return;
    const { left } = event.currentTarget.getBoundingClientRect();
    setDrag({ ...drag, to: event.clientX - left });
  };
  const finish = () => {
    setDrag(null);
    if (drag === null || Math.abs(drag.to - drag.from) < DRAG_PIXELS_MIN) return;
    const scale = { ...window, width: drag.width };
    setWindow(windowBetween(toNano(scale, drag.from), toNano(scale, drag.to), duration));
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys + - 0 h l do the same.
    <div
      className={classes.brush}
      onPointerDown={start}
      onPointerMove={move}
      onPointerUp={finish}
      onPointerCancel={() => setDrag(null)}
      onDoubleClick={resetZoom}
    >
      {drag && (
        <div
          className={classes.covered}
          style={{ left: Math.min(drag.from, drag.to), width: Math.abs(drag.to - drag.from) }}
        />
      )}
    </div>
  );
}
