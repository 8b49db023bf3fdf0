import { expect, test } from "vitest";
import { localInput, parseLocalInput } from "./localTime";

test("a time goes into the field and back, to the minute", () => {
  const time = "2026-11-23T10:42:00.000Z";
  expect(parseLocalInput(localInput(time))).toBe(time);
});

test("what is no date is empty", () => {
  expect(localInput(null)).toBe("");
  expect(localInput("1763900000")).toBe("");
  expect(parseLocalInput("")).toBeNull();
  expect(parseLocalInput("2026-11")).not.toBe("");
});
