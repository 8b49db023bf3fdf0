import { useState } from "react";
import type { CallNode } from "../api/types";
import type { Range } from "../search/searchUrl";
import table from "../shared/FigureTable.module.css";
import { CallRow } from "./CallRow";
import { countBelow, isCompared, visibleNodes } from "./callTree";

interface Props {
  /** In pre-order. */
  nodes: CallNode[];
  range: Range;
}

/** The calls as an indented table; what is below a call can be hidden. */
export function CallTable({ nodes, range }: Props) {
  const [closed, setClosed] = useState<ReadonlySet<number>>(new Set());
  const root = nodes[0];
  if (root === undefined) return null;
  const toggle = (at: number) => {
    const next = new Set(closed);
    if (!next.delete(at)) next.add(at);
    setClosed(next);
  };
  return (
    <div className={table.frame}>
      <table className={table.table} aria-label="Calls">
        <thead>
          <tr>
            <th>Call</th>
            <th title="Of the time of all requests; all calls add up to 100 %">Share</th>
            <th className={table.figure} title="With all that is below">
              Below
            </th>
            <th className={table.figure}>Calls</th>
            <th className={table.figure} title="For each call of the line above">
              Per parent
            </th>
            <th className={table.figure}>Errors</th>
            <th className={table.figure} title="What half of the calls worked themselves, at most">
              Self p50
            </th>
            <th
              className={table.figure}
              title="How much longer half of the callers waited, at most, than the callee worked: connect, queue, network"
            >
              Gap p50
            </th>
            <th className={table.figure} title="Nine of ten calls took no longer">
              p90
            </th>
            {isCompared(root) && (
              <th
                className={table.figure}
                title="How much longer a request takes here, itself and in its gap, than in the time it is compared with"
              >
                Change
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {visibleNodes(nodes, closed).map((at) => {
            const node = nodes[at];
            if (node === undefined) return null;
            return (
              <CallRow
                key={at}
                node={node}
                root={root}
                range={range}
                below={countBelow(nodes, at)}
                isClosed={closed.has(at)}
                onToggle={() => toggle(at)}
              />
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
