/** The colours painters use, read from the style sheet once per theme change. */

import { colorVariable, SERVICE_COLORS } from "../../shared/serviceColor";

export interface PaintTheme {
  /** By colour number. */
  services: string[];
  text: string;
  textDim: string;
  grid: string;
  critical: string;
  criticalHalo: string;
  error: string;
  selected: string;
  hovered: string;
  font: string;
}

export function readPaintTheme(element: Element): PaintTheme {
  const style = getComputedStyle(element);
  const value = (name: string) => style.getPropertyValue(name).trim() || "#888888";
  return {
    services: Array.from({ length: SERVICE_COLORS }, (_, color) => value(colorVariable(color))),
    text: value("--text"),
    textDim: value("--text-dim"),
    grid: value("--grid"),
    critical: value("--critical"),
    criticalHalo: value("--surface"),
    error: value("--error"),
    selected: value("--row-selected"),
    hovered: value("--row-hovered"),
    font: `11px ${style.getPropertyValue("font-family") || "sans-serif"}`,
  };
}
