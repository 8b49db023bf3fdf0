import { Link } from "@tanstack/react-router";
import type { CallNode } from "../api/types";
import { searchOf } from "../hops/hopSearch";
import { encodeHops } from "../hops/hopsUrl";
import { encodeSearch, type Range } from "../search/searchUrl";
import { ServiceName } from "../shared/ServiceName";
import classes from "./CallLink.module.css";

type Named = Pick<CallNode, "service" | "span_name" | "kind" | "hop_id">;

/** A call by its name. It leads to its hop; within a service, where there is none, to traces with it. */
export function CallLink({ node, range }: { node: Named; range: Range }) {
  const { service, span_name, kind, hop_id } = node;
  const name = (
    <>
      <ServiceName name={service} /> <code className={classes.span}>{span_name}</code>
    </>
  );
  const title = `${service} ${span_name} (${kind})`;
  if (hop_id !== null) {
    return (
      <Link
        className={classes.link}
        to="/hops/$hopId"
        params={{ hopId: hop_id }}
        search={encodeHops(range)}
        title={title}
      >
        {name}
      </Link>
    );
  }
  const traces = searchOf({ caller: null, callee: service, span_name }, range);
  return (
    <Link
      className={classes.link}
      to="/"
      search={encodeSearch(traces)}
      title={`Traces with ${title}`}
    >
      {name}
    </Link>
  );
}
