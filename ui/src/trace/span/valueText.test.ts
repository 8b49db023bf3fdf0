import { expect, test } from "vitest";
import type { Value } from "../../api/types";
import { valueText } from "./valueText";

test.each<[Value, string]>([
  [{ type: "string", value: "a b" }, "a b"],
  [{ type: "int", value: "9223372036854775807" }, "9223372036854775807"],
  [{ type: "double", value: "NaN" }, "NaN"],
  [{ type: "bool", value: false }, "false"],
  [{ type: "empty" }, ""],
  [
    {
      type: "array",
      value: [
        { type: "string", value: "a" },
        { type: "int", value: "2" },
      ],
    },
    '["a", 2]',
  ],
  [{ type: "map", value: [{ key: "k", value: { type: "bool", value: true } }] }, '{"k": true}'],
])("%j is read as text", (value, text) => {
  expect(valueText(value)).toBe(text);
});

test("endless nesting ends", () => {
  let value: Value = { type: "string", value: "deep" };
  for (let i = 0; i < 10_000; i += 1) value = { type: "array", value: [value] };
  expect(valueText(value)).toContain("…");
});
