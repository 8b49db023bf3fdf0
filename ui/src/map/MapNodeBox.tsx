import { Link } from "@tanstack/react-router";
import type { Finding } from "../api/types";
import { NodeName } from "../hops/NodeName";
import { EMPTY_SEARCH, encodeSearch, type Range } from "../search/searchUrl";
import { formatNoun, formatShare } from "../shared/format";
import classes from "./MapNodeBox.module.css";
import { type MapNode, NODE_HEIGHT } from "./mapLayout";
import { toneOf } from "./mapTrouble";

interface Props {
  node: MapNode;
  finding: Finding | null;
  range: Range;
}

/** One node; a service leads to what is wrong with it, else to its traces. */
export function MapNodeBox({ node, finding, range }: Props) {
  const { kind, name, x, y, width } = node;
  return (
    <foreignObject x={x - width / 2} y={y - NODE_HEIGHT / 2} width={width} height={NODE_HEIGHT}>
      <div className={classes.node} data-tone={toneOf(finding)} data-kind={kind}>
        {kind === "entry" ? (
          <span className={classes.entry}>{name}</span>
        ) : (
          <>
            <Named node={node} finding={finding} range={range} />
            <Figures node={node} />
          </>
        )}
      </div>
    </foreignObject>
  );
}

function Named({ node: { name, kind }, finding, range }: Props) {
  if (kind === "entry") return null;
  const label = <NodeName name={name} kind={kind} />;
  if (kind !== "service") return <span className={classes.name}>{label}</span>;
  if (finding?.hop_id) {
    return (
      <Link
        className={classes.name}
        to="/hops/$hopId"
        params={{ hopId: finding.hop_id }}
        title={finding.sentence}
      >
        {label}
      </Link>
    );
  }
  return (
    <Link
      className={classes.name}
      to="/"
      search={encodeSearch({ ...EMPTY_SEARCH, service: name, range })}
    >
      {label}
    </Link>
  );
}

function Figures({ node: { calls, errors } }: { node: MapNode }) {
  if (calls === 0) return <span className={classes.figures}>calls only</span>;
  return (
    <span className={classes.figures}>
      {formatNoun(calls, "call")}
      {errors > 0 && (
        <>
          , <b className={classes.failed}>{formatShare(errors / calls)} failed</b>
        </>
      )}
    </span>
  );
}
