import { Link } from "@tanstack/react-router";
import type { HopFigures } from "../api/types";
import { encodeSearch, type Range } from "../search/searchUrl";
import { ServiceName } from "../shared/ServiceName";
import classes from "./HopLink.module.css";
import { searchOf } from "./hopSearch";

/** Who calls whom for what; leads to the search for it. */
export function HopLink({ hop, range }: { hop: HopFigures; range: Range }) {
  const { caller, callee, span_name } = hop;
  return (
    <Link className={classes.link} to="/" search={encodeSearch(searchOf(hop, range))}>
      <span className={classes.edge}>
        {caller === null ? (
          <span className={classes.none}>entry</span>
        ) : (
          <ServiceName name={caller} />
        )}
        <span className={classes.arrow}> → </span>
        {callee === null ? (
          <span className={classes.none}>(no answer)</span>
        ) : (
          <ServiceName name={callee} />
        )}
      </span>{" "}
      <code className={classes.name} title={span_name}>
        <bdi>{span_name}</bdi>
      </code>
    </Link>
  );
}
