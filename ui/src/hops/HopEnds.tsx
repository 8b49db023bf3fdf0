import type { HopFigures } from "../api/types";
import classes from "./HopEnds.module.css";
import { NodeName } from "./NodeName";

type Ends = Pick<HopFigures, "caller" | "caller_kind" | "callee" | "callee_kind"> & {
  /** What for; of all that one asks of the other there is none. */
  span_name?: string;
};

/** Who calls whom for what. */
export function HopEnds({ hop }: { hop: Ends }) {
  const { caller, callee, span_name } = hop;
  return (
    <>
      <span className={classes.edge}>
        {caller === null ? (
          <span className={classes.none}>entry</span>
        ) : (
          <NodeName name={caller} kind={hop.caller_kind} />
        )}
        <span className={classes.arrow}> → </span>
        {callee === null ? (
          <span className={classes.none}>(no answer)</span>
        ) : (
          <NodeName name={callee} kind={hop.callee_kind} />
        )}
      </span>
      {span_name !== undefined && (
        <>
          {" "}
          <code className={classes.name} title={span_name}>
            <bdi>{span_name}</bdi>
          </code>
        </>
      )}
    </>
  );
}
