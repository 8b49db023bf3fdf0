import { Link } from "@tanstack/react-router";
import type { Opportunity } from "../api/types";
import { searchOf } from "../hops/hopSearch";
import { DEFAULT_SINCE, encodeSearch } from "../search/searchUrl";
import { formatDuration, formatShare } from "../shared/format";
import { Sentence } from "../shared/Sentence";
import classes from "./ResolvedFindings.module.css";

/** What is listed: what comes after them saves less. */
const LISTED_MAX = 20;

/** What could be faster although nothing is wrong; closed until asked for, its best part in sight. */
export function Opportunities({ opportunities }: { opportunities: Opportunity[] }) {
  const [most] = opportunities;
  if (most === undefined) return null;
  const count =
    opportunities.length === 1 ? "1 opportunity" : `${opportunities.length} opportunities`;
  return (
    <details className={classes.resolved}>
      <summary>
        {count}: up to {formatShare(most.share)} of {most.entry.service} {most.entry.span_name}
      </summary>
      <ul aria-label="Opportunities">
        {opportunities.slice(0, LISTED_MAX).map((one) => (
          <li key={keyOf(one)}>
            <span className={classes.times} title="How much sooner a request would be answered">
              {formatDuration(one.nano_per_request)}
            </span>
            <span className={classes.sentence}>
              <Sentence text={one.sentence} words={wordsOf(one)} />{" "}
              <Link to="/" search={encodeSearch(tracesOf(one))}>
                traces
              </Link>
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}

function tracesOf({ service, span_name }: Opportunity) {
  return searchOf({ caller: null, callee: service, span_name }, { since: DEFAULT_SINCE });
}

function wordsOf(one: Opportunity) {
  const named = [one, one.entry, ...one.calls];
  return {
    services: [...new Set(named.map((it) => it.service))],
    spanNames: [...new Set(named.map((it) => it.span_name))],
  };
}

function keyOf({ kind, service, span_name, entry, calls }: Opportunity): string {
  return JSON.stringify([kind, service, span_name, entry, calls]);
}
