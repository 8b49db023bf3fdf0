import type { Hop, SearchAnswer, SpanAnswer, TraceAnswer, TraceSummary } from "../src/api/types";
import { spanIdOf, traceOf } from "./traceNotation";

/** What a shop's services and spans are called; a test may give them any names. */
export interface ShopNames {
  frontend: string;
  payment: string;
  bank: string;
  /** Of the bank's span. */
  charge: string;
  /** What the bank's span says of its failure. */
  message: string;
}

export const SHOP_NAMES: ShopNames = {
  frontend: "frontend",
  payment: "payment",
  bank: "bank",
  charge: "POST /charge",
  message: "deadlock detected",
};

const MILLI = 1e6;

/** One trace in which the bank is slow and failing: as a list tells it, as its page does, and its spans. */
export function shopAnswers(names: ShopNames = SHOP_NAMES) {
  const trace = shopTrace(names);
  return {
    trace,
    search: shopSearch(names, trace),
    span: (row: number) => shopSpan(names, trace, row),
  };
}

function shopTrace(names: ShopNames): TraceAnswer {
  const answer = traceOf(`
    frontend checkout 0..1100000000 !
      payment charges 20000000..1080000000 !
        bank charge 210000000..1022000000 !! *
      frontend render 1085000000..1095000000
  `);
  const { frontend, payment, bank, charge, message } = names;
  const hop = shopHop(names);
  return {
    ...answer,
    services: [frontend, payment, bank],
    names: ["GET /checkout", "POST /charges", charge, "render"],
    explanation: {
      ...answer.explanation,
      sentence: sentenceOf(names),
      detail: [`${told(bank)} \`${told(charge)}\`: ${message}`],
      hops: [
        hop,
        { ...hop, caller: frontend, callee: payment, row: 1, critical_nano: 0, share: 0 },
        { ...hop, caller: null, callee: frontend, row: 0, share: 0.2, where: "downstream" },
      ],
      slowest_hop: hop,
      failing_hop: hop,
      errors: [
        {
          row: 2,
          service: bank,
          span_name: charge,
          kind: "origin",
          message,
          passed_up_through: [payment, frontend],
          absorbed_by_row: null,
        },
      ],
      services: [
        { service: bank, spans: 1, errors: 1, self_nano: 812 * MILLI, critical_nano: 812 * MILLI },
        {
          service: payment,
          spans: 1,
          errors: 1,
          self_nano: 248 * MILLI,
          critical_nano: 248 * MILLI,
        },
        {
          service: frontend,
          spans: 2,
          errors: 1,
          self_nano: 40 * MILLI,
          critical_nano: 40 * MILLI,
        },
      ],
    },
  };
}

function sentenceOf(names: ShopNames): string {
  const [payment, bank, charge] = [names.payment, names.bank, names.charge].map(told);
  return (
    `error began in ${bank} \`${charge}\` and was passed up through 2 services; ` +
    `${payment} → ${bank} \`${charge}\` took 812 ms of 1.10 s (74 %), all of it in ${bank}`
  );
}

/** A name as the server writes it in a sentence. */
function told(name: string): string {
  const characters = [...name];
  return characters.length > 80 ? `${characters.slice(0, 80).join("")}…` : name;
}

function shopHop({ payment, bank, charge }: ShopNames): Hop {
  return {
    caller: payment,
    callee: bank,
    span_name: charge,
    client_span_id: null,
    server_span_id: spanIdOf(2),
    row: 2,
    start_offset_nano: 210 * MILLI,
    duration_nano: 812 * MILLI,
    gap_nano: 2 * MILLI,
    callee_self_nano: 809 * MILLI,
    critical_nano: 810 * MILLI,
    share: 0.735,
    error: true,
    where: "callee",
  };
}

function shopSearch(names: ShopNames, trace: TraceAnswer): SearchAnswer {
  const { frontend, payment, bank } = names;
  const hop = shopHop(names);
  const summary: TraceSummary = {
    trace_id: trace.trace_id,
    start_unix_nano: trace.start_unix_nano,
    duration_nano: trace.duration_nano,
    span_count: trace.span_count,
    error_count: trace.error_count,
    root_service: frontend,
    root_name: "GET /checkout",
    services: [
      { name: bank, spans: 1, errors: 1 },
      { name: frontend, spans: 2, errors: 1 },
      { name: payment, spans: 1, errors: 1 },
    ],
    matched_count: 1,
    matched: [],
    verdict: { sentence: sentenceOf(names), slowest_hop: hop, failing_hop: hop },
  };
  const slowElsewhere = {
    ...summary,
    trace_id: "1".repeat(32),
    verdict: {
      sentence: sentenceOf(names),
      slowest_hop: { ...hop, caller: frontend, callee: payment, row: 1, error: false },
      failing_hop: { ...hop, share: 0 },
    },
  };
  return {
    traces: [summary, slowElsewhere],
    more: false,
    next_cursor: null,
    completeness: { state: "complete" },
    took_ms: 4,
  };
}

function shopSpan(names: ShopNames, trace: TraceAnswer, row: number): SpanAnswer {
  const none = { attributes: [], dropped_attributes_count: 0, schema_url: "" };
  const string = (key: string, value: string) => ({
    key,
    value: { type: "string" as const, value },
  });
  return {
    trace_id: trace.trace_id,
    span_id: spanIdOf(row),
    parent_span_id: null,
    trace_state: "",
    flags: 0,
    name: names.charge,
    kind: "server",
    service: names.bank,
    start_unix_nano: trace.start_unix_nano,
    end_unix_nano: trace.start_unix_nano,
    duration_nano: 812 * MILLI,
    status: { code: "error", message: names.message },
    attributes: [string("http.route", names.charge)],
    dropped_attributes_count: 0,
    events: [
      {
        time_unix_nano: trace.start_unix_nano,
        offset_nano: 5 * MILLI,
        name: names.charge,
        attributes: [string("exception.message", names.message)],
        dropped_attributes_count: 0,
      },
    ],
    dropped_events_count: 0,
    links: [],
    dropped_links_count: 0,
    resource: { ...none, attributes: [string("service.name", names.bank)] },
    scope: { ...none, name: names.bank, version: "1" },
    same_id: 1,
  };
}
