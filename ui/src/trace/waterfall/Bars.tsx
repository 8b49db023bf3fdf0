import { useCallback, useRef, useState } from "react";
import type { Size } from "../../shared/useSize";
import { Canvas } from "../canvas/Canvas";
import type { DrawTarget } from "../canvas/target";
import { usePaintTheme } from "../canvas/usePaintTheme";
import { useTimeline, useTimelineStore } from "../timelineContext";
import { zoomToRow } from "../useTraceShortcuts";
import { paintWaterfall } from "../waterfallPainter";
import { BarCard } from "./BarCard";
import classes from "./Bars.module.css";
import { ROW_HEIGHT } from "./rows";
import { type Pointed, useBarPointer } from "./useBarPointer";

/** The bars of the rows that are seen, on one canvas. */
export function Bars({ top }: { top: number }) {
  const timeline = useTimelineStore();
  const columns = useTimeline((t) => t.columns);
  const rows = useTimeline((t) => t.rows);
  const collapsed = useTimeline((t) => t.collapsed);
  const window = useTimeline((t) => t.window);
  const selected = useTimeline((t) => t.selected);
  const theme = usePaintTheme();
  const [pointed, setPointed] = useState<Pointed | null>(null);
  const hovered = pointed?.row ?? null;
  const box = useRef<HTMLDivElement>(null);
  const pointer = useBarPointer(box, top, setPointed);
  const paint = useCallback(
    (target: DrawTarget, { width, height }: Size) =>
      paintWaterfall(target, {
        columns,
        rows,
        collapsed,
        scrollTop: top,
        rowHeight: ROW_HEIGHT,
        height,
        scale: { ...window, width },
        theme,
        selected,
        hovered,
      }),
    [columns, rows, collapsed, top, window, theme, selected, hovered],
  );
  return (
    <>
      <Canvas
        ref={box}
        className={classes.bars}
        paint={paint}
        {...pointer}
        onDoubleClick={() => hovered !== null && zoomToRow(timeline, hovered)}
      />
      {pointed?.onBar && <BarCard pointed={pointed} />}
    </>
  );
}
