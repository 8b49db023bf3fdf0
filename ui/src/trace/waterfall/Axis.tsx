import { useCallback, useRef } from "react";
import type { Size } from "../../shared/useSize";
import { paintAxis } from "../axisPainter";
import { Canvas } from "../canvas/Canvas";
import type { DrawTarget } from "../canvas/target";
import { usePaintTheme } from "../canvas/usePaintTheme";
import { useTimeline } from "../timelineContext";
import classes from "./Axis.module.css";
import { Brush } from "./Brush";

/** The times above the bars; dragging over them zooms in. */
export function Axis() {
  const window = useTimeline((t) => t.window);
  const theme = usePaintTheme();
  const box = useRef<HTMLDivElement>(null);
  const paint = useCallback(
    (target: DrawTarget, { width, height }: Size) =>
      paintAxis(target, { scale: { ...window, width }, height, theme }),
    [window, theme],
  );
  return (
    <Canvas ref={box} className={classes.axis} paint={paint}>
      <Brush window={window} />
    </Canvas>
  );
}
