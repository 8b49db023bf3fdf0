import type { MessageEnd, MessageHop, SpanAnswer } from "../../api/types";

/** The other side of a message that a span sent or took. */
export interface OtherEnd {
  end: MessageEnd;
  /** What that side did, and how long the message waited. */
  text: string;
  wait: number | null;
  destination: string | null;
}

/** Whether a span may have sent or taken messages: others need not be asked for. */
export function mayHaveMessages({ kind, links, attributes }: SpanAnswer): boolean {
  if (kind === "producer" || links.length > 0) return true;
  return kind === "client" && attributes.some(({ key }) => key.startsWith("messaging."));
}

/** The other sides of those of `messages` that the span sent or took. */
export function otherEnds(messages: MessageHop[], span: SpanAnswer): OtherEnd[] {
  const isSpan = (end: MessageEnd) =>
    end.span_id === span.span_id && end.trace_id === span.trace_id;
  return messages.flatMap(({ sender, receiver, destination, queue_wait_nano: wait }) => {
    const ends: OtherEnd[] = [];
    if (isSpan(sender)) ends.push({ end: receiver, text: "taken by", wait, destination });
    if (isSpan(receiver)) ends.push({ end: sender, text: "sent by", wait, destination });
    return ends;
  });
}
