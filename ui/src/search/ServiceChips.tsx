import type { TraceSummary } from "../api/types";
import { formatNoun } from "../shared/format";
import { ServiceDot } from "../shared/ServiceName";
import classes from "./ServiceChips.module.css";

/** More chips than this make a row tall; the rest is a number. */
const CHIPS_MAX = 10;

/** The services of a trace; those with errors first, so that the cut never hides them. */
export function ServiceChips({ services }: { services: TraceSummary["services"] }) {
  const sorted = [...services].sort((a, b) => Number(b.errors > 0) - Number(a.errors > 0));
  const rest = sorted.length - CHIPS_MAX;
  return (
    <span className={classes.chips}>
      {sorted.slice(0, CHIPS_MAX).map(({ name, spans, errors }) => (
        <span
          key={name}
          className={classes.chip}
          data-failed={errors > 0 || undefined}
          title={`${name}: ${formatNoun(spans, "span")}, ${formatNoun(errors, "error")}`}
        >
          <ServiceDot name={name} />
          <bdi className={classes.name}>{name}</bdi>
          <span className={classes.count}>{spans}</span>
        </span>
      ))}
      {rest > 0 && <span className={classes.rest}>{`+${rest} more`}</span>}
    </span>
  );
}
