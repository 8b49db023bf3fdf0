import { expect, test } from "vitest";
import type { MessageEnd, MessageHop, SpanAnswer } from "../../api/types";
import { mayHaveMessages, otherEnds } from "./otherEnds";

const end = (traceId: string, spanId: string): MessageEnd => ({
  trace_id: traceId,
  span_id: spanId,
  service: `service of ${spanId}`,
  span_name: "orders",
  start_unix_nano: "1",
  error: false,
});
const hop = (sender: MessageEnd, receiver: MessageEnd): MessageHop => ({
  sender,
  receiver,
  destination: "kafka/orders",
  queue_wait_nano: 5,
});
const span = (traceId: string, spanId: string, further: Partial<SpanAnswer> = {}) =>
  ({
    trace_id: traceId,
    span_id: spanId,
    kind: "server",
    links: [],
    attributes: [],
    ...further,
  }) as unknown as SpanAnswer;

test("a span's messages are told from its side", () => {
  const messages = [
    hop(end("a", "1"), end("b", "2")),
    hop(end("a", "1"), end("c", "3")),
    // Another trace may use the same span id.
    hop(end("b", "1"), end("c", "2")),
  ];
  const told = (spanOf: SpanAnswer) =>
    otherEnds(messages, spanOf).map(({ text, end: { service } }) => `${text} ${service}`);
  expect(told(span("a", "1"))).toEqual(["taken by service of 2", "taken by service of 3"]);
  expect(told(span("c", "3"))).toEqual(["sent by service of 1"]);
  expect(told(span("a", "2"))).toEqual([]);
});

test("only spans that send or link may have messages", () => {
  const messaging = { key: "messaging.system", value: { type: "string", value: "kafka" } } as const;
  const link = { trace_id: "b", span_id: "2" } as SpanAnswer["links"][number];
  expect(mayHaveMessages(span("a", "1", { kind: "producer" }))).toBe(true);
  expect(mayHaveMessages(span("a", "1", { links: [link] }))).toBe(true);
  expect(mayHaveMessages(span("a", "1", { kind: "client", attributes: [messaging] }))).toBe(true);
  expect(mayHaveMessages(span("a", "1", { kind: "client" }))).toBe(false);
});
