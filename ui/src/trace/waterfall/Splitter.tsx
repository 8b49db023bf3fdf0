import type { PointerEvent } from "react";
import classes from "./Splitter.module.css";

const WIDTH_MIN = 160;
const WIDTH_MAX = 900;
const KEY_STEP = 24;

interface Props {
  width: number;
  onChange: (width: number) => void;
}

/** Moves the border between names and bars. */
export function Splitter({ width, onChange }: Props) {
  const set = (value: number) => onChange(Math.max(WIDTH_MIN, Math.min(WIDTH_MAX, value)));
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
      aria-valuemin={WIDTH_MIN}
      aria-valuemax={WIDTH_MAX}
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
