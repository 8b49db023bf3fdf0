import { expect, test } from "vitest";
import { formatQuery, parseQuery } from "./queryString";

test.each([
  "",
  "?a=1",
  "?a=1&a=2&b=x",
  "?q=/charge:%26%3D%25",
  "?name=%F0%9F%92%B6+or+two",
])("%s goes there and back", (text) => {
  expect(formatQuery(parseQuery(text))).toBe(text);
});

test("what is undefined is left out", () => {
  expect(formatQuery({ a: undefined, b: null, c: [] })).toBe("");
});
