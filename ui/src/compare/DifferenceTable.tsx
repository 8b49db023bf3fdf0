import type { CallsPerTrace, DifferenceCall } from "../api/types";
import { CallLink } from "../chains/CallLink";
import { changeText, changeTone } from "../chains/changeText";
import { DEFAULT_SINCE } from "../search/searchUrl";
import table from "../shared/FigureTable.module.css";
import { formatDuration } from "../shared/format";
import classes from "./DifferenceTable.module.css";

/** How far a call stands right of its caller, in pixels. */
const INDENT = 14;

/** Each call with what both have of it. All changes add up to that of the whole. */
export function DifferenceTable({ nodes }: { nodes: DifferenceCall[] }) {
  return (
    <div className={table.frame}>
      <table className={table.table} aria-label="Differences">
        <thead>
          <tr>
            <th>Call</th>
            <th className={table.figure}>Calls</th>
            <th className={table.figure}>Errors</th>
            <th className={table.figure} title="What the calls worked themselves, all together">
              Self
            </th>
            <th
              className={table.figure}
              title="How much longer callers waited than callees worked: connect, queue, network"
            >
              Gap
            </th>
            <th className={table.figure} title="Self time and gap; all add up to the whole">
              Change
            </th>
            <th className={table.figure} title="With all that is below">
              With below
            </th>
          </tr>
        </thead>
        <tbody>
          {nodes.map((node, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: calls do not change place
            <DifferenceRow key={at} node={node} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function DifferenceRow({ node }: { node: DifferenceCall }) {
  const { now, reference, difference_nano, subtree_difference_nano } = node;
  const both = (of: (calls: CallsPerTrace) => number, format: (value: number) => string) => {
    const [here, there] = [now, reference].map((side) => format(side === null ? 0 : of(side)));
    return here === there ? here : `${here} against ${there}`;
  };
  return (
    <tr className={table.row} data-gone={now === null || undefined}>
      <td className={table.subject}>
        <span className={table.name} style={{ paddingLeft: node.depth * INDENT }}>
          <CallLink node={node} range={{ since: DEFAULT_SINCE }} />
          {reference === null && <span className={classes.only}>only here</span>}
          {now === null && <span className={classes.only}>missing here</span>}
        </span>
      </td>
      <td className={table.figure} data-label="calls">
        {both((calls) => calls.calls, String)}
      </td>
      <td className={table.figure} data-label="errors">
        {both((calls) => calls.errors, String)}
      </td>
      <td className={table.figure} data-label="self">
        {both((calls) => calls.self_nano, formatDuration)}
      </td>
      <td className={table.figure} data-label="gap">
        {both((calls) => calls.gap_nano, formatDuration)}
      </td>
      <td className={table.figure} data-label="change" data-change={changeTone(difference_nano)}>
        {changeText(difference_nano)}
      </td>
      <td
        className={table.figure}
        data-label="with below"
        data-change={changeTone(subtree_difference_nano)}
      >
        {changeText(subtree_difference_nano)}
      </td>
    </tr>
  );
}
