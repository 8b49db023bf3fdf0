import { expect, test } from "vitest";
import { ApiError } from "../api/client";
import { errorSentence } from "./errorSentence";

const invalid = (message: string, parameter: string) =>
  new ApiError(message, "invalid_parameter", parameter);

test("a parameter is called what the reader knows it by", () => {
  const error = invalid("min_duration: '9' is no duration", "min_duration");
  expect(errorSentence(error, { min_duration: "Lasts" })).toBe("Lasts: '9' is no duration.");
  expect(errorSentence(error)).toBe("'9' is no duration.");
  expect(errorSentence(invalid("toString: empty", "toString"))).toBe("Empty.");
});

test("a sentence that does not begin with the parameter stays whole", () => {
  const error = invalid("unknown order 'x': use newest", "order");
  expect(errorSentence(error, { order: "Order" })).toBe("Unknown order 'x': use newest.");
  expect(errorSentence(new Error("the server is gone!"))).toBe("The server is gone!");
});
