/** An attribute's value as text. */

import type { Value } from "../../api/types";

/** Deeper values end in an ellipsis: the wire allows any depth. */
const DEPTH_MAX = 16;

export function valueText(value: Value, depth = 0): string {
  if (depth > DEPTH_MAX) return "…";
  switch (value.type) {
    case "string":
      return depth === 0 ? value.value : JSON.stringify(value.value);
    case "array":
      return `[${value.value.map((one) => valueText(one, depth + 1)).join(", ")}]`;
    case "map":
      return `{${value.value
        .map(({ key, value: inner }) => `${JSON.stringify(key)}: ${valueText(inner, depth + 1)}`)
        .join(", ")}}`;
    case "empty":
      return "";
    default:
      return String(value.value);
  }
}
