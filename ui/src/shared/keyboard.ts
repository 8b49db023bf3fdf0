/** Single-key shortcuts that stay out of the way of typing. */

import { useEffect, useRef } from "react";

/** By `KeyboardEvent.key`, so `?` and `+` are what the keyboard's layout makes them. */
export type Shortcuts = Record<string, () => void>;

/**
 * What to run for a key press: nothing while typing, with a modifier, where another took it, or where
 * the key is the focused element's own, as Enter is a button's.
 */
export function shortcutFor(
  event: Pick<
    KeyboardEvent,
    "key" | "ctrlKey" | "metaKey" | "altKey" | "defaultPrevented" | "target"
  >,
  shortcuts: Shortcuts,
): (() => void) | null {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return null;
  if (isTyping(event.target) && event.key !== "Escape") return null;
  if (event.key === "Enter" && isPressed(event.target)) return null;
  return Object.hasOwn(shortcuts, event.key) ? (shortcuts[event.key] ?? null) : null;
}

/** Listens on the whole page while the component is shown and no dialog is over it. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const latest = useRef(shortcuts);
  useEffect(() => {
    latest.current = shortcuts;
  });
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      // What lies below a dialog is not to be moved from within it.
      if (document.querySelector("[aria-modal=true]") !== null) return;
      const run = shortcutFor(event, latest.current);
      if (run === null) return;
      event.preventDefault();
      run();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, []);
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

/** Whether Enter does something there by itself. */
function isPressed(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("a[href], button, summary") !== null;
}
