import { useId } from "react";
import type { Finding } from "../api/types";
import type { Range } from "../search/searchUrl";
import { MapEdgePath } from "./MapEdgePath";
import { MapNodeBox } from "./MapNodeBox";
import type { ServiceMapLayout } from "./mapLayout";
import { ofEdge, ofNode, TONES } from "./mapTrouble";
import classes from "./ServiceMap.module.css";

interface Props {
  map: ServiceMapLayout;
  /** What is wrong now, the most harmful first. */
  findings: Finding[];
  /** In which the traces of a service are searched for. */
  range: Range;
}

/** The map, as large as it is, and smaller where there is less room. */
export function ServiceMap({ map: { nodes, edges, width, height }, findings, range }: Props) {
  const id = useId();
  const most = Math.max(1, ...edges.map((edge) => edge.figures.calls));
  return (
    <section className={classes.frame} aria-label="Service map">
      <svg className={classes.map} viewBox={`0 0 ${width} ${height}`} width={width} height={height}>
        <title>Who calls whom</title>
        <defs>
          {TONES.map((tone) => (
            <marker
              key={tone}
              id={`${id}-${tone}`}
              className={classes.tip}
              data-tone={tone}
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerWidth="8"
              markerHeight="8"
              markerUnits="userSpaceOnUse"
              orient="auto"
            >
              <path d="M0 0.5L8 4L0 7.5z" />
            </marker>
          ))}
        </defs>
        {edges.map((edge) => (
          <MapEdgePath
            key={edge.id}
            edge={edge}
            finding={ofEdge(findings, edge)}
            share={edge.figures.calls / most}
            tips={id}
          />
        ))}
        {nodes.map((node) => (
          <MapNodeBox key={node.id} node={node} finding={ofNode(findings, node)} range={range} />
        ))}
      </svg>
    </section>
  );
}
