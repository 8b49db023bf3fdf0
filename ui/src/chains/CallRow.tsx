import type { CallNode } from "../api/types";
import type { Range } from "../search/searchUrl";
import table from "../shared/FigureTable.module.css";
import { formatCount, formatDuration, formatNoun, formatShare } from "../shared/format";
import { Icon } from "../shared/Icon";
import { ShareBar } from "../shared/ShareBar";
import { CallLink } from "./CallLink";
import classes from "./CallRow.module.css";
import { changeOf } from "./callTree";
import { changeText, changeTone } from "./changeText";

/** How far a call stands right of its caller, in pixels. */
const INDENT = 14;

interface Props {
  node: CallNode;
  root: CallNode;
  range: Range;
  /** How many nodes are below it. */
  below: number;
  isClosed: boolean;
  onToggle: () => void;
}

/** One call; its name leads to its hop, or to traces with it. */
export function CallRow({ node, root, range, below, isClosed, onToggle }: Props) {
  const { now, service, span_name, left_out } = node;
  const change = changeOf(node, root);
  return (
    <tr className={table.row} data-gone={now.calls === 0 || undefined}>
      <td className={table.subject}>
        <span className={table.name} style={{ paddingLeft: node.depth * INDENT }}>
          {below > 0 ? (
            <button
              type="button"
              className={classes.toggle}
              aria-expanded={!isClosed}
              aria-label={`${service} ${span_name}: ${formatNoun(below, "call")} below`}
              onClick={onToggle}
            >
              <Icon name={isClosed ? "chevronRight" : "chevronDown"} size={12} />
            </button>
          ) : (
            <span className={classes.toggle} />
          )}
          <CallLink node={node} range={range} />
          {left_out.nodes > 0 && (
            <span className={classes.leftOut}>
              + {formatNoun(left_out.nodes, "call")}, {formatShare(left_out.share)}
            </span>
          )}
        </span>
      </td>
      <td data-label="share">
        <ShareBar share={now.share} tone="plain" />
      </td>
      <td className={table.figure} data-label="below">
        {formatShare(now.subtree_share)}
      </td>
      <td className={table.figure} data-label="calls">
        {formatCount(now.calls)}
      </td>
      <td className={table.figure} data-label="per parent">
        ×{now.calls_per_parent.toFixed(2)}
      </td>
      <td className={table.figure} data-label="errors">
        {now.errors === 0 ? (
          "0"
        ) : (
          <b className={table.errors} title={`${formatCount(now.errors_began)} began here`}>
            {formatCount(now.errors)}
          </b>
        )}
      </td>
      <td className={table.figure} data-label="self p50">
        {formatDuration(now.self.p50_nano)}
      </td>
      <td className={table.figure} data-label="gap p50">
        {now.gap.sum_nano > 0 ? formatDuration(now.gap.p50_nano) : "–"}
      </td>
      <td className={table.figure} data-label="p90">
        {now.duration ? formatDuration(now.duration.p90_nano) : "–"}
      </td>
      {change !== null && (
        <td className={table.figure} data-label="change" data-change={changeTone(change)}>
          {changeText(change)}
        </td>
      )}
    </tr>
  );
}
