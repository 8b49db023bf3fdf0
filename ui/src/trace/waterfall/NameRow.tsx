import { memo } from "react";
import { formatCount } from "../../shared/format";
import { Icon } from "../../shared/Icon";
import { colorVariable } from "../../shared/serviceColor";
import { useTimeline } from "../timelineContext";
import { FLAG, hasFlag, nameOf, serviceOf } from "../traceColumns";
import classes from "./NameRow.module.css";
import { rowElementId } from "./rows";

const INDENT = 12;
/** Deeper rows are not moved further right: their names would leave the column. */
const INDENT_LEVELS_MAX = 14;

interface Props {
  row: number;
  /** Among the visible rows. */
  position: number;
  /** Pixels below the top of the chunk. */
  offset: number;
}

export const NameRow = memo(function NameRow({ row, position, offset }: Props) {
  const columns = useTimeline((t) => t.columns);
  const isSelected = useTimeline((t) => t.selected === row);
  const isCollapsed = useTimeline((t) => t.collapsed.has(row));
  const isFiltered = useTimeline((t) => t.filter.trim() !== "");
  const select = useTimeline((t) => t.select);
  const setCollapsed = useTimeline((t) => t.setCollapsed);
  const depth = columns.depth[row] ?? 0;
  const below = (columns.subtree[row] ?? 1) - 1;
  const canFold = below > 0 && !isFiltered;
  const color = columns.colors[columns.service[row] ?? 0] ?? 0;
  const service = serviceOf(columns, row);
  const name = nameOf(columns, row);
  const isOrigin = hasFlag(columns, row, FLAG.errorOrigin);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the page's, see useTraceShortcuts.
    // biome-ignore lint/a11y/useSemanticElements: a table lays out all rows, a window of rows has to be placed.
    // biome-ignore lint/a11y/useFocusableInteractive: the treegrid has the focus and names its active row.
    <div
      id={rowElementId(row)}
      className={classes.row}
      role="row"
      aria-level={depth + 1}
      aria-rowindex={position + 1}
      aria-selected={isSelected}
      aria-expanded={canFold ? !isCollapsed : undefined}
      style={{ transform: `translateY(${offset}px)` }}
      onClick={() => select(row)}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: as above. */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: as above. */}
      <span
        className={classes.cell}
        role="gridcell"
        style={{ paddingLeft: 6 + Math.min(depth, INDENT_LEVELS_MAX) * INDENT }}
      >
        <button
          type="button"
          tabIndex={-1}
          className={classes.fold}
          data-leaf={!canFold || undefined}
          aria-label={isCollapsed ? "Unfold" : "Fold"}
          onClick={(event) => {
            event.stopPropagation();
            setCollapsed(row, !isCollapsed);
          }}
        >
          {canFold && <Icon name={isCollapsed ? "chevronRight" : "chevronDown"} size={11} />}
        </button>
        <span className={classes.service} style={{ borderColor: `var(${colorVariable(color)})` }}>
          <bdi title={service}>{service}</bdi>
        </span>
        <bdi className={classes.name} title={name}>
          {name}
        </bdi>
        {isCollapsed && canFold && <span className={classes.below}>+{formatCount(below)}</span>}
        {hasFlag(columns, row, FLAG.orphan) && (
          <Mark text="orphan" title="Its parent is not in the trace" />
        )}
        {hasFlag(columns, row, FLAG.retried) && (
          <Mark text="retried" title="Tried again by its caller" />
        )}
        {hasFlag(columns, row, FLAG.serverMissing) && (
          <Mark text="no server span" title="The callee recorded nothing" />
        )}
        {hasFlag(columns, row, FLAG.error) && (
          <span
            className={classes.error}
            data-origin={isOrigin || undefined}
            title={isOrigin ? "The error began here" : "Failed"}
          >
            !
          </span>
        )}
      </span>
    </div>
  );
});

function Mark({ text, title }: { text: string; title: string }) {
  return (
    <span className={classes.mark} title={title}>
      {text}
    </span>
  );
}
