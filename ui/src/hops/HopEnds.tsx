import type { HopFigures } from "../api/types";
import { ServiceName } from "../shared/ServiceName";
import classes from "./HopEnds.module.css";

type Ends = Pick<HopFigures, "caller" | "callee" | "span_name">;

/** Who calls whom for what. */
export function HopEnds({ hop: { caller, callee, span_name } }: { hop: Ends }) {
  return (
    <>
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
    </>
  );
}
