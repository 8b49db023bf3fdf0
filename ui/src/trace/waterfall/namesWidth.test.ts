import { expect, test } from "vitest";
import { namesWidth } from "./namesWidth";

test.each([
  ["a large screen", null, 1440, 400],
  ["a phone leaves room for bars", null, 390, 176],
  ["a wish counts", 700, 1440, 700],
  ["but not all of the room", 900, 390, 270],
  ["nor none of it", 10, 390, 140],
  ["before the layout is known", null, 0, 400],
])("%s", (_, wanted, whole, width) => {
  expect(namesWidth(wanted, whole)).toBe(width);
});
