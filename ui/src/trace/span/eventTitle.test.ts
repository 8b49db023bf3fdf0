import { expect, test } from "vitest";
import type { SpanEvent } from "../../api/types";
import { eventTitle } from "./eventTitle";

function event(name: string, attributes: Record<string, string>): SpanEvent {
  return {
    time_unix_nano: "1",
    offset_nano: 0,
    name,
    attributes: Object.entries(attributes).map(([key, value]) => ({
      key,
      value: { type: "string", value },
    })),
    dropped_attributes_count: 0,
  };
}

test("an event is called by its name", () => {
  expect(eventTitle(event("exception", { "exception.type": "IOError" }))).toEqual({
    text: "exception",
  });
});

test("a log record is called by the first line of what it says", () => {
  const log = event("log", { "log.severity": "ERROR", "log.message": "no card\n  at pay()" });
  expect(eventTitle(log)).toEqual({ text: "no card", severity: "ERROR" });
  expect(eventTitle(event("card.refused", { "log.severity": "WARN" }))).toEqual({
    text: "card.refused",
    severity: "WARN",
  });
  const long = eventTitle(event("log", { "log.message": "x".repeat(300) })).text;
  expect(long).toHaveLength(201);
});
