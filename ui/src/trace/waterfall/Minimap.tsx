import { useCallback } from "react";
import type { Size } from "../../shared/useSize";
import { Canvas } from "../canvas/Canvas";
import type { DrawTarget } from "../canvas/target";
import { usePaintTheme } from "../canvas/usePaintTheme";
import { paintMinimap } from "../minimapPainter";
import { useTimeline } from "../timelineContext";
import { Brush } from "./Brush";
import classes from "./Minimap.module.css";

/** Room above and below the lines. */
const MARGIN = 4;

/** The whole trace in miniature with the zoomed part bright; dragging over it zooms. */
export function Minimap() {
  const columns = useTimeline((t) => t.columns);
  const rows = useTimeline((t) => t.rows);
  const { start, end } = useTimeline((t) => t.window);
  const theme = usePaintTheme();
  const paint = useCallback(
    (target: DrawTarget, { width, height }: Size) =>
      paintMinimap(target, {
        columns,
        rows,
        scale: { start: 0, end: columns.duration, width },
        top: MARGIN,
        height: height - 2 * MARGIN,
        theme,
      }),
    [columns, rows, theme],
  );
  const percent = (nano: number) => `${(100 * nano) / columns.duration}%`;
  return (
    <Canvas className={classes.minimap} paint={paint}>
      <div className={classes.outside} style={{ left: 0, width: percent(start) }} />
      <div className={classes.outside} style={{ left: percent(end), right: 0 }} />
      <Brush window={{ start: 0, end: columns.duration }} />
    </Canvas>
  );
}
