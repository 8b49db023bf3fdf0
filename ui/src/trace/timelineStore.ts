/** What the reader does to a timeline: zoom, fold, select, filter. One store per opened trace. */

import { createStore, type StoreApi } from "zustand/vanilla";
import { clampWindow, isWhole, panWindow, type TimeWindow, zoomWindow } from "./timeScale";
import { endOf, kindOf, type TraceColumns } from "./traceColumns";
import type { TraceView } from "./traceUrl";
import { ancestorsOf, positionOf, visibleRows } from "./visibleRows";

export interface TimelineState {
  columns: TraceColumns;
  window: TimeWindow;
  collapsed: ReadonlySet<number>;
  selected: number | null;
  filter: string;
  /** What `visibleRows` makes of the above. */
  rows: Uint32Array;
  /** Counts the wishes to bring the selected row into view. */
  reveal: number;
}

export interface TimelineActions {
  /** Selects a row, unfolds what hides it and brings it into view, in both directions. */
  goTo: (row: number) => void;
  /** Selects a row that is seen already; null for none. */
  select: (row: number | null) => void;
  /** Selects the row so many visible rows further down. */
  move: (by: number) => void;
  setCollapsed: (row: number, folded: boolean) => void;
  /** Folds every row that has rows below it, but the roots; or unfolds all. */
  collapseAll: (folded: boolean) => void;
  setFilter: (filter: string) => void;
  setWindow: (window: TimeWindow) => void;
  /** Makes the window `factor` times as long around `at`, or around its middle. */
  zoom: (factor: number, at?: number) => void;
  pan: (nano: number) => void;
  resetZoom: () => void;
  /** Takes over what an address says. */
  show: (view: TraceView) => void;
}

export type Timeline = TimelineState & TimelineActions;
export type TimelineStore = StoreApi<Timeline>;

export function createTimeline(columns: TraceColumns, view: TraceView): TimelineStore {
  return createStore<Timeline>((set, get) => {
    const place = (change: Partial<Pick<TimelineState, "collapsed" | "filter">>) => {
      const { collapsed, filter } = { ...get(), ...change };
      return { ...change, rows: visibleRows(columns, collapsed, filter) };
    };
    return {
      columns,
      ...stateOf(columns, view),
      reveal: view.spanId === null ? 0 : 1,
      goTo: (row) =>
        set((s) => {
          const hidden = positionOf(s.rows, row) < 0;
          return {
            ...(hidden
              ? place({ collapsed: unfolded(columns, s.collapsed, row), filter: "" })
              : {}),
            window: windowOver(columns, s.window, row),
            selected: row,
            reveal: s.reveal + 1,
          };
        }),
      select: (row) => set({ selected: row }),
      move: (by) =>
        set((s) => {
          const at = s.selected === null ? -1 : positionOf(s.rows, s.selected);
          const to = Math.max(0, Math.min(s.rows.length - 1, at + by));
          const row = s.rows[to];
          return row === undefined ? {} : { selected: row, reveal: s.reveal + 1 };
        }),
      setCollapsed: (row, folded) =>
        set((s) => {
          if ((columns.subtree[row] ?? 1) < 2 || s.collapsed.has(row) === folded) return {};
          const collapsed = new Set(s.collapsed);
          if (folded) collapsed.add(row);
          else collapsed.delete(row);
          return place({ collapsed });
        }),
      collapseAll: (folded) =>
        set(() => place({ collapsed: folded ? foldable(columns) : new Set<number>() })),
      setFilter: (filter) => set(() => place({ filter })),
      setWindow: (window) => set({ window: clampWindow(window, columns.duration) }),
      zoom: (factor, at) =>
        set((s) => {
          const around = at ?? (s.window.start + s.window.end) / 2;
          return { window: zoomWindow(s.window, around, factor, columns.duration) };
        }),
      pan: (nano) => set((s) => ({ window: panWindow(s.window, nano, columns.duration) })),
      resetZoom: () => set({ window: { start: 0, end: columns.duration } }),
      show: (next) => set((s) => ({ ...stateOf(columns, next), reveal: s.reveal + 1 })),
    };
  });
}

/** The address of what is shown. */
export function viewOf(state: TimelineState): TraceView {
  const { columns, selected } = state;
  const spanId = selected === null ? null : (columns.spanId[selected] ?? null);
  const shared = spanId !== null && columns.spanId.indexOf(spanId) !== selected;
  return {
    spanId,
    kind: shared && selected !== null ? kindOf(columns, selected) : null,
    zoom: isWhole(state.window, columns.duration) ? null : state.window,
    collapsed: Array.from(state.collapsed, (row) => columns.spanId[row] ?? ""),
    filter: state.filter,
  };
}

function stateOf(columns: TraceColumns, view: TraceView) {
  const whole = { start: 0, end: columns.duration };
  const collapsed = new Set<number>();
  for (const id of view.collapsed) {
    const row = columns.spanId.indexOf(id);
    if (row >= 0) collapsed.add(row);
  }
  return {
    window: view.zoom === null ? whole : clampWindow(view.zoom, columns.duration),
    collapsed,
    selected: findSpan(columns, view.spanId, view.kind),
    filter: view.filter,
    rows: visibleRows(columns, collapsed, view.filter),
  };
}

/** The window as it is, or moved to a span it does not show. */
function windowOver(columns: TraceColumns, window: TimeWindow, row: number): TimeWindow {
  const start = columns.start[row] ?? 0;
  const end = endOf(columns, row);
  if (start < window.end && end > window.start) return window;
  const middle = (start + end - window.start - window.end) / 2;
  return panWindow(window, middle, columns.duration);
}

function findSpan(columns: TraceColumns, spanId: string | null, kind: string | null) {
  if (spanId === null) return null;
  const sameId = (row: number) => columns.spanId[row] === spanId;
  const firstRow = columns.spanId.indexOf(spanId);
  if (firstRow < 0 || kind === null) return firstRow < 0 ? null : firstRow;
  for (let row = firstRow; row < columns.count; row += 1) {
    if (sameId(row) && kindOf(columns, row) === kind) return row;
  }
  return firstRow;
}

function unfolded(columns: TraceColumns, collapsed: ReadonlySet<number>, row: number) {
  const left = new Set(collapsed);
  for (const above of ancestorsOf(columns, row)) left.delete(above);
  return left;
}

function foldable(columns: TraceColumns): Set<number> {
  const rows = new Set<number>();
  for (let row = 0; row < columns.count; row += 1) {
    if ((columns.parent[row] ?? -1) >= 0 && (columns.subtree[row] ?? 1) > 1) rows.add(row);
  }
  return rows;
}
