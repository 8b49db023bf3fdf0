import type { PointerEvent } from "react";
import classes from "./Splitter.module.css";

const KEY_STEP = 24;

interface Props {
  width: number;
  min: number;
  max: number;
  onChange: (width: number) => void;
}

/** Moves the border between names and bars. */
export function Splitter({ width, min, max, onChange }: Props) {
  const set = (value: number) => onChange(Math.max(min, Math.min(max, value)));
  const drag = (event: PointerEvent<HTMLElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const left = event.currentTarget.parentElement?.getBoundingClientRect().left ?? 0;
    set(event.clientX - left);
  };
  return (
    <hr
      className={classes.splitter}
      aria-label="Width of the names"
      aria-orientation="vertical"
      aria-valuenow={width}
      aria-valuemin={min}
      aria-valuemax={max}
      tabIndex={0}
      style={{ left: width - 3 }}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={drag}
      onKeyDown={(event) => {
        const by = { ArrowLeft: -KEY_STEP, ArrowRight: KEY_STEP }[event.key];
        if (by === undefined) return;
        event.preventDefault();
        set(width + by);
      }}
    />
  );
}
