import { expect, test } from "vitest";
import { parseTraceInput, whyNoTrace } from "./traceIdInput";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";

test.each([
  [TRACE, null],
  [`  ${TRACE.toUpperCase()}\n`, null],
  ["0af76519-16cd-43dd-8448-eb211c80319c", null],
  [`00-${TRACE}-${SPAN}-01`, SPAN],
  [`traceparent: 00-${TRACE}-${SPAN}-01`, SPAN],
  [`https://example.org/jaeger/trace/${TRACE}?uiFind=x`, null],
])("%s opens the trace", (text, spanId) => {
  expect(parseTraceInput(text)).toEqual({ traceId: TRACE, spanId });
});

test.each(["", "checkout", SPAN, `${TRACE}00`, "0".repeat(32)])("%j is no trace", (text) => {
  expect(parseTraceInput(text)).toBeNull();
});

test.each([
  ["checkout", "No trace id: 32 hex digits, a UUID or a traceparent."],
  [SPAN, "A trace id has 32 hex digits, this has 16."],
  ["0".repeat(32), "A trace id of zeros is not valid."],
])("%s is told why it is none", (text, why) => {
  expect(whyNoTrace(text)).toBe(why);
});
