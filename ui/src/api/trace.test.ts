import { expect, test } from "vitest";
import { ApiError } from "./client";
import { isAwaited, NOT_FOUND_TRIES_MAX } from "./trace";

test("a missing trace is waited for, but not for ever", () => {
  const error = new ApiError("no such trace", "not_found");
  expect(isAwaited({ error, errorUpdateCount: 1 })).toBe(true);
  expect(isAwaited({ error, errorUpdateCount: NOT_FOUND_TRIES_MAX })).toBe(false);
});

test("any other error is not waited out", () => {
  const error = new ApiError("no trace id", "invalid_parameter");
  expect(isAwaited({ error, errorUpdateCount: 1 })).toBe(false);
  expect(isAwaited({ error: null, errorUpdateCount: 0 })).toBe(false);
});
