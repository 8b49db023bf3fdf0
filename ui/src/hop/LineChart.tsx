import type { PointerEvent } from "react";
import classes from "./LineChart.module.css";
import { mostOf, nearestTo, pathOf } from "./series";

export type LineTone = "plain" | "accent" | "slow" | "error";

export interface Line {
  /** Empty where the chart has one line only: its title says enough. */
  name: string;
  tone: LineTone;
  /** One for each place. */
  values: (number | null)[];
}

interface Props {
  title: string;
  lines: Line[];
  /** Where each value lies, 0 to 1. */
  places: number[];
  format: (value: number) => string;
  /** Which of the values is told; null is the last that there is. */
  pointed: number | null;
  onPoint: (at: number | null) => void;
}

/** A small chart that begins at zero, with the figures of one moment above it. */
export function LineChart({ title, lines, places, format, pointed, onPoint }: Props) {
  const most = mostOf(lines.map((line) => line.values));
  const told = lines.map((line) => ({ ...line, value: toldOf(line.values, pointed) }));
  const point = (event: PointerEvent<SVGSVGElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    onPoint(nearestTo((event.clientX - left) / Math.max(1, width), places));
  };
  const mark = pointed === null ? undefined : places[pointed];
  return (
    <figure className={classes.chart}>
      <figcaption className={classes.head}>
        <b>{title}</b>
        {told.map(({ name, tone, value }) => (
          <span key={name} className={classes.told} data-tone={tone}>
            {name !== "" && <span className={classes.name}>{name} </span>}
            {value === null ? "–" : format(value)}
          </span>
        ))}
      </figcaption>
      <div className={classes.box}>
        <span className={classes.most}>{format(most)}</span>
        <svg
          className={classes.lines}
          viewBox="0 0 1 1"
          preserveAspectRatio="none"
          role="img"
          aria-label={`${title} over time, at most ${format(most)}`}
          onPointerMove={point}
          onPointerLeave={() => onPoint(null)}
        >
          {lines.map(({ name, tone, values }) => (
            <path key={name} data-tone={tone} d={pathOf(values, places, most)} />
          ))}
          {mark !== undefined && <path className={classes.mark} d={`M${mark} 0V1`} />}
        </svg>
      </div>
    </figure>
  );
}

/** The value that is pointed at, or the last. */
function toldOf(values: (number | null)[], pointed: number | null): number | null {
  if (pointed !== null) return values[pointed] ?? null;
  return values.findLast((value) => value !== null) ?? null;
}
