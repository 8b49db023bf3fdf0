/** The state of the trace page ⇄ the address. */

import { all, first, type QueryParams } from "../shared/queryString";
import type { TimeWindow } from "./timeScale";

/** Everything of the page that a link keeps. Spans are named by id: rows move while spans arrive. */
export interface TraceView {
  /** The selected span. */
  spanId: string | null;
  /** Tells two spans that share an id apart, as `?kind=` of the API does. */
  kind: string | null;
  /** Null for the whole trace. */
  zoom: TimeWindow | null;
  /** Span ids whose subtrees are folded. */
  collapsed: string[];
  filter: string;
}

export const EMPTY_VIEW: TraceView = {
  spanId: null,
  kind: null,
  zoom: null,
  collapsed: [],
  filter: "",
};

/** An address has to stay short enough for every proxy; more folded subtrees than this are not kept. */
const COLLAPSED_MAX = 64;

const SPAN_ID = /^[0-9a-f]{16}$/;

/** Never fails: what it does not understand is left out. */
export function decodeView(params: QueryParams): TraceView {
  const spanId = first(params.span);
  return {
    spanId: spanId !== null && SPAN_ID.test(spanId) ? spanId : null,
    kind: first(params.kind),
    zoom: decodeZoom(first(params.zoom)),
    collapsed: (all(params.collapsed)[0] ?? "")
      .split(".")
      .filter((id) => SPAN_ID.test(id))
      .slice(0, COLLAPSED_MAX),
    filter: first(params.filter) ?? "",
  };
}

export function encodeView(view: TraceView): QueryParams {
  const params: QueryParams = {};
  if (view.spanId !== null) params.span = view.spanId;
  if (view.spanId !== null && view.kind !== null) params.kind = view.kind;
  if (view.zoom !== null) params.zoom = encodeZoom(view.zoom);
  if (view.collapsed.length > 0)
    params.collapsed = view.collapsed.slice(0, COLLAPSED_MAX).join(".");
  if (view.filter !== "") params.filter = view.filter;
  return params;
}

/** Whole nanoseconds since the trace's start: `210000000-1022000000`. */
function encodeZoom(zoom: TimeWindow): string {
  return `${Math.round(zoom.start)}-${Math.round(zoom.end)}`;
}

function decodeZoom(text: string | null): TimeWindow | null {
  const found = /^(\d{1,16})-(\d{1,16})$/.exec(text ?? "");
  if (!found) return null;
  const zoom = { start: Number(found[1]), end: Number(found[2]) };
  return zoom.start < zoom.end ? zoom : null;
}
