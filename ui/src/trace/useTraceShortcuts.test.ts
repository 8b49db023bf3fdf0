import { expect, test } from "vitest";
import { traceOf } from "../../test/traceNotation";
import { readColumns } from "./traceColumns";
import { nextError } from "./useTraceShortcuts";

test("errors are walked through round and round", () => {
  const columns = readColumns(traceOf("a x 0..9 !\n  b y 1..2\n  c z 3..4 !!\n  d w 5..6"));
  expect([null, 0, 1, 2, 3].map((from) => nextError(columns, from))).toEqual([0, 2, 2, 0, 0]);
  expect(nextError(readColumns(traceOf("a x 0..9")), null)).toBeUndefined();
});
