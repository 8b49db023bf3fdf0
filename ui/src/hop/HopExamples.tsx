import { Link } from "@tanstack/react-router";
import type { HopExamples as Examples } from "../api/types";
import classes from "./HopExamples.module.css";

/** As much of an id as tells traces apart at a glance. */
const ID_SHOWN = 8;

/** Traces to look at: slow ones, failing ones, and what is usual. */
export function HopExamples({ examples }: { examples: Examples }) {
  return (
    <ul className={classes.examples} aria-label="Example traces">
      <Traces label="slow" tone="slow" ids={examples.slow_trace_ids} />
      <Traces label="failing" tone="error" ids={examples.failing_trace_ids} />
      <Traces label="typical" tone="plain" ids={examples.typical_trace_ids} />
    </ul>
  );
}

function Traces({ label, tone, ids }: { label: string; tone: string; ids: string[] }) {
  if (ids.length === 0) return null;
  return (
    <li className={classes.kind}>
      <span className={classes.label} data-tone={tone}>
        {label}
      </span>
      {ids.map((traceId) => (
        <Link
          key={traceId}
          className={classes.trace}
          to="/trace/$traceId"
          params={{ traceId }}
          aria-label={`${label} trace ${traceId.slice(0, ID_SHOWN)}`}
        >
          {traceId.slice(0, ID_SHOWN)}
        </Link>
      ))}
    </li>
  );
}
