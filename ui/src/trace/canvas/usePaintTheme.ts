import { useMemo, useSyncExternalStore } from "react";
import { type PaintTheme, readPaintTheme } from "./paintTheme";

const ATTRIBUTE = "data-mantine-color-scheme";

/** The painters' colours; new ones only when the theme changes. */
export function usePaintTheme(): PaintTheme {
  const scheme = useSyncExternalStore(subscribe, () =>
    document.documentElement.getAttribute(ATTRIBUTE),
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: the style sheet answers by the scheme.
  return useMemo(() => readPaintTheme(document.body), [scheme]);
}

function subscribe(onChange: () => void) {
  const observer = new MutationObserver(onChange);
  observer.observe(document.documentElement, { attributeFilter: [ATTRIBUTE] });
  return () => observer.disconnect();
}
