import type { TraceAnswer } from "../api/types";
import { useShortcuts } from "../shared/keyboard";
import type { TimelineStore } from "./timelineStore";
import { endOf, FLAG, hasFlag, type TraceColumns } from "./traceColumns";

const ZOOM_STEP = 0.6;
/** Of the window's length. */
const PAN_STEP = 0.2;
const PAGE_ROWS = 20;

interface Actions {
  onReload: () => void;
  onFilter: () => void;
}

/** The keys of the trace page, as the help overlay lists them. */
export function useTraceShortcuts(timeline: TimelineStore, trace: TraceAnswer, actions: Actions) {
  const { explanation } = trace;
  const at = () => timeline.getState();
  const go = (row: number | undefined) => row !== undefined && at().goTo(row);
  const pan = (share: number) => {
    const { window, pan } = at();
    pan((window.end - window.start) * share);
  };
  useShortcuts({
    j: () => at().move(1),
    ArrowDown: () => at().move(1),
    k: () => at().move(-1),
    ArrowUp: () => at().move(-1),
    PageDown: () => at().move(PAGE_ROWS),
    PageUp: () => at().move(-PAGE_ROWS),
    Home: () => at().move(Number.NEGATIVE_INFINITY),
    End: () => at().move(Number.POSITIVE_INFINITY),
    "[": () => fold(timeline),
    ArrowLeft: () => fold(timeline),
    "]": () => unfold(timeline),
    ArrowRight: () => unfold(timeline),
    "{": () => at().collapseAll(true),
    "}": () => at().collapseAll(false),
    "+": () => at().zoom(ZOOM_STEP),
    "=": () => at().zoom(ZOOM_STEP),
    "-": () => at().zoom(1 / ZOOM_STEP),
    "0": () => at().resetZoom(),
    h: () => pan(-PAN_STEP),
    l: () => pan(PAN_STEP),
    s: () => go(explanation.slowest_hop?.row),
    f: () => go(explanation.failing_hop?.row),
    e: () => go(nextError(at().columns, at().selected)),
    Enter: () => zoomToSelected(timeline),
    Escape: () => at().select(null),
    "/": actions.onFilter,
    r: actions.onReload,
  });
}

/** The next failed row below the selected one, round to the first; undefined where none failed. */
export function nextError(columns: TraceColumns, selected: number | null): number | undefined {
  const from = (selected ?? -1) + 1;
  for (let i = 0; i < columns.count; i += 1) {
    const row = (from + i) % columns.count;
    if (hasFlag(columns, row, FLAG.error)) return row;
  }
  return undefined;
}

/** Shows the span with some room on either side. */
export function zoomToRow(timeline: TimelineStore, row: number): void {
  const { columns, setWindow } = timeline.getState();
  const start = columns.start[row] ?? 0;
  const end = endOf(columns, row);
  const room = Math.max(1, (end - start) * 0.05);
  setWindow({ start: start - room, end: end + room });
}

function zoomToSelected(timeline: TimelineStore) {
  const { selected } = timeline.getState();
  if (selected !== null) zoomToRow(timeline, selected);
}

/** A row that is folded, or has nothing to fold, leads to its parent. */
function fold(timeline: TimelineStore) {
  const { selected, columns, collapsed, setCollapsed, goTo } = timeline.getState();
  if (selected === null) return;
  const parent = columns.parent[selected] ?? -1;
  if ((columns.subtree[selected] ?? 1) > 1 && !collapsed.has(selected))
    setCollapsed(selected, true);
  else if (parent >= 0) goTo(parent);
}

function unfold(timeline: TimelineStore) {
  const { selected, collapsed, setCollapsed, move } = timeline.getState();
  if (selected === null) return;
  if (collapsed.has(selected)) setCollapsed(selected, false);
  else move(1);
}
