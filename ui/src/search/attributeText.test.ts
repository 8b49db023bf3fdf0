import { expect, test } from "vitest";
import { isUnfinished, readTyping, suggestions } from "./attributeText";

test("before the operator a key is typed, behind it a value", () => {
  expect(readTyping("http.ro")).toEqual({ part: "key", text: "http.ro" });
  expect(readTyping("resource:host.name!=no")).toEqual({
    part: "value",
    scope: "resource:",
    key: "host.name",
    operator: "!=",
    text: "no",
  });
  expect(readTyping("a>=1")).toMatchObject({ key: "a", operator: ">=", text: "1" });
});

test("keys are offered with the operator that waits for a value, then values", () => {
  expect(suggestions("span:ht", ["http.route"], [])).toEqual(["span:http.route="]);
  expect(suggestions("http.route=/c", [], ["/charge"])).toEqual(["http.route=/charge"]);
});

test("a condition without its value is unfinished, a key alone asks for presence", () => {
  expect(["k=", "k>=", "k", "k=v"].map(isUnfinished)).toEqual([true, true, false, false]);
});
