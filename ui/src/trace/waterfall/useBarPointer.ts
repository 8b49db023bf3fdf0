import { type PointerEvent, type RefObject, useEffect, useRef } from "react";
import { isOnBar, positionAt } from "../canvas/hitTest";
import { useTimelineStore } from "../timelineContext";
import { toNano } from "../timeScale";
import { ROW_HEIGHT } from "./rows";

/** What the pointer is over, and where on the screen. */
export interface Pointed {
  row: number;
  onBar: boolean;
  x: number;
  y: number;
}

/** A shorter drag was a click. */
const DRAG_PIXELS_MIN = 4;
/** Zoom per pixel of the wheel: a notch of 100 pixels is a fifth. */
const WHEEL_ZOOM = 0.002;

/** The pointer on the bars: hover, click to select, drag to move, wheel to zoom and move. */
export function useBarPointer(
  box: RefObject<HTMLDivElement | null>,
  top: number,
  setPointed: (pointed: Pointed | null) => void,
) {
  const timeline = useTimelineStore();
  const drag = useRef<{ startX: number; lastX: number; moved: boolean } | null>(null);
  useWheel(box);

  const pointedAt = (event: PointerEvent<HTMLElement>): Pointed | null => {
    const { columns, rows, window } = timeline.getState();
    const { left, top: boxTop, width } = event.currentTarget.getBoundingClientRect();
    const position = positionAt(event.clientY - boxTop, top, ROW_HEIGHT, rows.length);
    const row = position === null ? undefined : rows[position];
    if (row === undefined) return null;
    const onBar = isOnBar(columns, row, { ...window, width }, event.clientX - left);
    return { row, onBar, x: event.clientX, y: event.clientY };
  };
  return {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      drag.current = { startX: event.clientX, lastX: event.clientX, moved: false };
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      const held = drag.current;
      if (held === null) return setPointed(pointedAt(event));
      held.moved ||= Math.abs(event.clientX - held.startX) >= DRAG_PIXELS_MIN;
      if (!held.moved) return;
      setPointed(null);
      const { window, pan } = timeline.getState();
      const perPixel = (window.end - window.start) / Math.max(1, event.currentTarget.clientWidth);
      pan((held.lastX - event.clientX) * perPixel);
      held.lastX = event.clientX;
    },
    onPointerUp: (event: PointerEvent<HTMLElement>) => {
      const wasClick = drag.current !== null && !drag.current.moved;
      drag.current = null;
      const pointed = wasClick ? pointedAt(event) : null;
      if (pointed !== null) timeline.getState().select(pointed.row);
    },
    onPointerCancel: () => {
      drag.current = null;
    },
    onPointerLeave: () => setPointed(null),
  };
}

/** Not by React: its wheel listeners cannot keep the page from zooming. */
function useWheel(box: RefObject<HTMLDivElement | null>) {
  const timeline = useTimelineStore();
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const onWheel = (event: WheelEvent) => {
      const { window, zoom, pan } = timeline.getState();
      const { left, width } = element.getBoundingClientRect();
      const sideways = event.shiftKey ? event.deltaX || event.deltaY : event.deltaX;
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        zoom(
          Math.exp(event.deltaY * WHEEL_ZOOM),
          toNano({ ...window, width }, event.clientX - left),
        );
      } else if (
        Math.abs(sideways) > 0 &&
        (event.shiftKey || Math.abs(sideways) > Math.abs(event.deltaY))
      ) {
        event.preventDefault();
        pan((sideways / Math.max(1, width)) * (window.end - window.start));
      }
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  }, [box, timeline]);
}
