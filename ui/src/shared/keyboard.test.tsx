import { expect, test } from "vitest";
import { shortcutFor } from "./keyboard";

const run = () => {};
const press = (key: string, more: object = {}) =>
  shortcutFor(
    {
      key,
      ctrlKey: false,
      metaKey: false,
      altKey: false,
      defaultPrevented: false,
      target: document.body,
      ...more,
    },
    { j: run, Escape: run },
  );

test("a key runs its shortcut", () => {
  expect(press("j")).toBe(run);
  expect(press("x")).toBeNull();
  expect(press("toString")).toBeNull();
});

test("typing, modifiers and keys others took are left alone", () => {
  const target = document.createElement("input");
  expect(press("j", { target })).toBeNull();
  expect(press("Escape", { target })).toBe(run);
  expect(press("j", { ctrlKey: true })).toBeNull();
  expect(press("j", { defaultPrevented: true })).toBeNull();
});
