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
    { j: run, Enter: run, Escape: run },
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

test("Enter on a button or a link is theirs, other keys are not", () => {
  const button = document.createElement("button");
  const inside = button.appendChild(document.createElement("span"));
  const link = document.createElement("a");
  link.href = "#";
  for (const target of [button, inside, link]) {
    expect(press("Enter", { target })).toBeNull();
    expect(press("j", { target })).toBe(run);
  }
  expect(press("Enter", { target: document.createElement("div") })).toBe(run);
});
