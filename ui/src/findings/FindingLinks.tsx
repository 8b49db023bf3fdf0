import { Link } from "@tanstack/react-router";
import type { Finding } from "../api/types";
import { EMPTY_SEARCH, encodeSearch } from "../search/searchUrl";
import { ServiceName } from "../shared/ServiceName";
import classes from "./FindingLinks.module.css";
import { kindLook } from "./kinds";

/** Where to look: traces in which it happened, one of before, the hop, and all of the service. */
export function FindingLinks({ finding }: { finding: Finding }) {
  return (
    <span className={classes.links}>
      <Traces label={kindLook(finding.kind).badTrace} ids={finding.bad_trace_ids} />
      <Traces label="normal trace" ids={finding.normal_trace_ids} />
      <Comparison bad={finding.bad_trace_ids[0]} normal={finding.normal_trace_ids[0]} />
      {finding.hop_id !== null && (
        <Link className={classes.link} to="/hops/$hopId" params={{ hopId: finding.hop_id }}>
          the hop
        </Link>
      )}
      <Link
        className={classes.link}
        to="/"
        search={encodeSearch({ ...EMPTY_SEARCH, service: finding.service })}
      >
        all traces of <ServiceName name={finding.service} plain />
      </Link>
    </span>
  );
}

/** What is different about a bad one, call by call. */
function Comparison({ bad, normal }: { bad: string | undefined; normal: string | undefined }) {
  if (bad === undefined || normal === undefined) return null;
  return (
    <Link className={classes.link} to="/compare" search={{ trace: bad, reference_trace: normal }}>
      compare them
    </Link>
  );
}

/** One is a link by its name; of several each has its number. */
function Traces({ label, ids }: { label: string; ids: string[] }) {
  if (ids.length === 0) return null;
  return (
    <span className={classes.traces}>
      {ids.length > 1 && label}
      {ids.map((traceId, at) => (
        <Link
          key={traceId}
          className={classes.link}
          to="/trace/$traceId"
          params={{ traceId }}
          aria-label={ids.length > 1 ? `${label} ${at + 1}` : undefined}
        >
          {ids.length > 1 ? at + 1 : label}
        </Link>
      ))}
    </span>
  );
}
