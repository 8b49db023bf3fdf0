import { type CSSProperties, useState } from "react";
import type { CallNode } from "../api/types";
import type { Range } from "../search/searchUrl";
import { formatCount, formatDuration, formatNoun, formatShare } from "../shared/format";
import { colorVariable, serviceColor } from "../shared/serviceColor";
import { CallLink } from "./CallLink";
import { changeOf, changePart, type FlameBox, flameBoxes } from "./callTree";
import { changeText } from "./changeText";
import classes from "./Flame.module.css";

/** How high a row is, in pixels. */
const ROW = 22;

interface Props {
  /** In pre-order. */
  nodes: CallNode[];
  range: Range;
}

/** The calls as boxes below their callers, as wide as their part of the time; a click widens one. */
export function Flame({ nodes, range }: Props) {
  const [top, setTop] = useState(0);
  const [pointed, setPointed] = useState<number | null>(null);
  const root = nodes[0];
  if (root === undefined) return null;
  const boxes = flameBoxes(nodes, top);
  const rows = boxes.reduce((most, box) => Math.max(most, box.row), 0) + 1;
  const told = nodes[pointed ?? top] ?? root;
  return (
    <div className={classes.flame}>
      <p className={classes.told} aria-live="polite">
        <Told node={told} root={root} range={range} />
        {top > 0 && (
          <button type="button" className={classes.back} onClick={() => setTop(0)}>
            Show all
          </button>
        )}
      </p>
      <div className={classes.boxes} style={{ height: rows * ROW }}>
        {boxes.map((box) => {
          const node = nodes[box.node];
          if (node === undefined) return null;
          return (
            <button
              type="button"
              key={box.node}
              className={classes.box}
              style={{ ...placeOf(box), ...colorOf(node, root, nodes) }}
              data-failed={node.now.errors_began > 0 || undefined}
              onClick={() => setTop(box.node)}
              onMouseEnter={() => setPointed(box.node)}
              onMouseLeave={() => setPointed(null)}
              onFocus={() => setPointed(box.node)}
              onBlur={() => setPointed(null)}
            >
              {node.service} {node.span_name}
            </button>
          );
        })}
      </div>
    </div>
  );
}

function Told({ node, root, range }: { node: CallNode; root: CallNode; range: Range }) {
  const { now } = node;
  const change = changeOf(node, root);
  const figures = [
    `${formatShare(now.subtree_share)} of the time, ${formatShare(now.share)} itself`,
    formatNoun(now.calls, "call"),
    `self ${formatDuration(now.self.p50_nano)}`,
    ...(now.gap.sum_nano > 0 ? [`gap ${formatDuration(now.gap.p50_nano)}`] : []),
    ...(now.errors > 0 ? [`${formatCount(now.errors)} errors`] : []),
    ...(change === null ? [] : [`${changeText(change)} for each request`]),
  ];
  return (
    <>
      <CallLink node={node} range={range} />
      {` · ${figures.join(" · ")}`}
    </>
  );
}

function placeOf({ row, left, width }: FlameBox): CSSProperties {
  return { top: row * ROW, left: `${left * 100}%`, width: `${width * 100}%`, height: ROW - 1 };
}

/** The service's; with a reference red where requests take longer, blue where they take less. */
function colorOf(node: CallNode, root: CallNode, nodes: CallNode[]): CSSProperties {
  const change = changeOf(node, root);
  if (change === null) {
    const own = `var(${colorVariable(serviceColor(node.service))})`;
    return { background: `color-mix(in srgb, ${own} 38%, var(--surface))` };
  }
  // Half of it is seen well already: a request seldom takes twice as long by one call.
  const part = changePart(change, root, nodes);
  const strength = Math.min(100, Math.round(Math.sqrt(Math.abs(part)) * 100));
  const tone = part > 0 ? "--error" : "--accent";
  return { background: `color-mix(in srgb, var(${tone}) ${strength}%, var(--surface-raised))` };
}
