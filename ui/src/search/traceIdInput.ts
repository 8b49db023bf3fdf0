/** What people paste to open a trace. */

export interface PastedTrace {
  traceId: string;
  spanId: string | null;
}

/**
 * Understands a trace id (hex in either case, or written as a UUID), a `traceparent` header
 * (W3C Trace Context §3.2) and an address that has one of them in its path. Null for anything else.
 */
export function parseTraceInput(text: string): PastedTrace | null {
  const trimmed = text.trim().toLowerCase();
  const header = /\b[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}\b/.exec(trimmed);
  if (header?.[1]) return valid(header[1], header[2] ?? null);
  const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(trimmed);
  if (uuid) return valid(trimmed.replaceAll("-", ""), null);
  const bare = /(?:^|[^0-9a-f])([0-9a-f]{32})(?:$|[^0-9a-f])/.exec(trimmed);
  return bare?.[1] ? valid(bare[1], null) : null;
}

/** Why `text`, which opens no trace, opens none: a sentence. */
export function whyNoTrace(text: string): string {
  const digits = text.trim();
  if (!/^[0-9a-f]+$/i.test(digits)) return "No trace id: 32 hex digits, a UUID or a traceparent.";
  if (digits.length === 32) return "A trace id of zeros is not valid.";
  return `A trace id has 32 hex digits, this has ${digits.length}.`;
}

/** All zeros is no trace id. */
function valid(traceId: string, spanId: string | null): PastedTrace | null {
  return /^0+$/.test(traceId) ? null : { traceId, spanId };
}
