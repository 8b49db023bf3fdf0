/** The answers of the HTTP API, as docs/api.md describes them. */

/** Nanoseconds since the Unix epoch as decimal text: they exceed 2^53. */
export type UnixNano = string;

/** Whether an answer is all there is. */
export type Completeness =
  | { state: "complete" }
  | { state: "truncated"; limit: string }
  | { state: "partial"; missing: string[] };

/** Where the time of a hop, or its error, is. */
export type Where = "caller" | "gap" | "callee" | "downstream" | "silent";

/** One call edge between two services, or a service's own work. */
export interface Hop {
  /** Null for the request that entered the system. */
  caller: string | null;
  callee: string;
  span_name: string;
  client_span_id: string | null;
  server_span_id: string | null;
  row: number;
  start_offset_nano: number;
  duration_nano: number;
  /** Client minus server; null where either is missing. */
  gap_nano: number | null;
  callee_self_nano: number;
  critical_nano: number;
  /** `critical_nano` over the duration of the trace. */
  share: number;
  error: boolean;
  where: Where;
}

export interface Verdict {
  sentence: string;
  slowest_hop: Hop | null;
  failing_hop: Hop | null;
}

export interface TraceSummary {
  trace_id: string;
  start_unix_nano: UnixNano;
  duration_nano: number;
  span_count: number;
  error_count: number;
  root_service: string;
  root_name: string;
  services: { name: string; spans: number; errors: number }[];
  matched_count: number;
  matched: string[];
  /** Null for a trace too large to judge while listing. */
  verdict: Verdict | null;
}

export interface SearchAnswer {
  traces: TraceSummary[];
  more: boolean;
  next_cursor: string | null;
  completeness: Completeness;
  took_ms: number;
}

/** The call tree in pre-order: entry i of each column is row i. */
export interface Columns {
  span_id: string[];
  start: number[];
  duration: number[];
  self: number[];
  depth: number[];
  subtree: number[];
  service: number[];
  name: number[];
  kind: number[];
  status: number[];
  flags: number[];
}

export interface ErrorFinding {
  row: number;
  service: string;
  span_name: string;
  kind: "origin" | "swallowed" | "retried" | "silent";
  message: string;
  passed_up_through: string[];
  absorbed_by_row: number | null;
}

export interface ServiceShare {
  service: string;
  spans: number;
  errors: number;
  self_nano: number;
  critical_nano: number;
}

export interface Explanation {
  sentence: string;
  detail: string[];
  hops: Hop[];
  slowest_hop: Hop | null;
  failing_hop: Hop | null;
  errors: ErrorFinding[];
  retries: { caller_row: number; rows: number[]; masked: boolean }[];
  services: ServiceShare[];
}

export interface Warning {
  kind: string;
  row: number | null;
  message: string;
}

export interface TraceAnswer {
  trace_id: string;
  start_unix_nano: UnixNano;
  duration_nano: number;
  span_count: number;
  error_count: number;
  services: string[];
  names: string[];
  columns: Columns;
  critical_path: { row: number; start: number; end: number }[];
  /** When each row is the deepest active one: tiles each root, in order, root after root. */
  self_sections: { row: number[]; duration: number[] };
  explanation: Explanation;
  warnings: Warning[];
  completeness: Completeness;
  /** Since when it is kept beyond retention; null where it is not. */
  pinned_unix_nano: UnixNano | null;
}

export type Value =
  | { type: "string" | "int" | "bytes"; value: string }
  | { type: "bool"; value: boolean }
  | { type: "double"; value: number | string }
  | { type: "array"; value: Value[] }
  | { type: "map"; value: Attribute[] }
  | { type: "empty"; value?: null };

export interface Attribute {
  key: string;
  value: Value;
}

export interface SpanEvent {
  time_unix_nano: UnixNano;
  offset_nano: number;
  name: string;
  attributes: Attribute[];
  dropped_attributes_count: number;
}

export interface SpanLink {
  trace_id: string;
  span_id: string;
  trace_state: string;
  flags: number;
  attributes: Attribute[];
  dropped_attributes_count: number;
}

export interface SpanAnswer {
  trace_id: string;
  span_id: string;
  parent_span_id: string | null;
  trace_state: string;
  flags: number;
  name: string;
  kind: string;
  service: string;
  start_unix_nano: UnixNano;
  end_unix_nano: UnixNano;
  duration_nano: number;
  status: { code: string; message: string };
  attributes: Attribute[];
  dropped_attributes_count: number;
  events: SpanEvent[];
  dropped_events_count: number;
  links: SpanLink[];
  dropped_links_count: number;
  resource: { attributes: Attribute[]; dropped_attributes_count: number; schema_url: string };
  scope: {
    name: string;
    version: string;
    attributes: Attribute[];
    dropped_attributes_count: number;
    schema_url: string;
  };
  same_id: number;
}

/** One side of a message. */
export interface MessageEnd {
  trace_id: string;
  span_id: string;
  service: string;
  span_name: string;
  start_unix_nano: UnixNano;
  error: boolean;
}

/** One message, from who sent it to who took it. */
export interface MessageHop {
  sender: MessageEnd;
  receiver: MessageEnd;
  destination: string | null;
  /** Null where clocks differ by more than it waited. */
  queue_wait_nano: number | null;
}

export interface MessagesAnswer {
  messages: MessageHop[];
  more: boolean;
}

export interface StatusAnswer {
  version: string;
  accepting: boolean;
  refusing_reason: string | null;
  hot_spans: number;
  segments: number;
  sealed_spans: number;
  disk_bytes: number;
  oldest_unix_nano: UnixNano;
  /** Where OTLP/gRPC is taken, as `host:port`; a server may not tell. */
  otlp_grpc_address?: string;
  /** Where OTLP/HTTP is taken, as `host:port`; a server may not tell. */
  otlp_http_address?: string;
}

/** What is worse than before: see `src/findings/kinds.ts` for what each is called. */
export type FindingKind =
  | "slow_code"
  | "slow_gap"
  | "failing"
  | "swallowed"
  | "silent"
  | "error_events"
  | "stopped"
  | "appeared"
  | "multiplied"
  | "retried";

export interface FindingFigures {
  /** Calls, or those that might have made one. */
  calls: number;
  /** Of them those that the finding is about. */
  affected: number;
  p50_nano: number;
  p90_nano: number;
}

/** An attribute that bad ones have more often. */
export interface Difference {
  scope: "span" | "resource";
  key: string;
  value: string;
  /** The part of the bad ones that has it. */
  bad: number;
  /** The part of the others that has it. */
  normal: number;
}

/** What a finding does to requests that enter the system. */
export interface Harmed {
  service: string;
  span_name: string;
  /** The part of the finding's harm that is theirs. */
  harm: number;
  /** The part of what they got slower that it explains; may exceed 1. */
  share_of_slowdown: number | null;
  share_of_failures: number | null;
}

/** That a service runs another version than before. */
export interface VersionChange {
  service: string;
  version: string;
  version_before: string;
  /** The minute in which the first span of the new one began. */
  changed_unix_nano: UnixNano;
  /** Until when other versions ran, too. */
  others_until_unix_nano: UnixNano;
}

/** One thing that is worse than before, with its history. */
export interface Finding {
  kind: FindingKind;
  sentence: string;
  /** The service to blame. */
  service: string;
  /** The other end of the hop. */
  other: string | null;
  /** Whom the calls are to, where nobody answers. */
  peer?: { name: string; kind: Exclude<NodeKind, "service"> } | null;
  /** Null where that is not known. */
  hop_id: string | null;
  /** The span name, or what the event says; ids in it are `*`. */
  span_name: string;
  /** Of errors that are swallowed: who gets them and does not fail. */
  absorbed_by: string | null;
  /** The change since which it is so, where it is known to be due to one. */
  version_change?: VersionChange | null;
  /** By how much a request is worse, as a part: of its time, or of all requests. May exceed 1. */
  harm: number;
  nano_per_request: number;
  per_request: number;
  /** At how many paths it is so. */
  paths: number;
  now: FindingFigures;
  before: FindingFigures;
  /** What leads there, from the root on, along the path where it does most harm. */
  chain: { service: string; span_name: string }[];
  /** The requests that it harms, the most harmed first. */
  entries: Harmed[];
  /** What the bad ones have more often than others. */
  differences: Difference[];
  bad_trace_ids: string[];
  normal_trace_ids: string[];
  since_unix_nano: UnixNano;
  last_unix_nano: UnixNano;
  /** Null while it is not over. */
  resolved_unix_nano: UnixNano | null;
  harm_max: number;
}

export interface Compared {
  from_unix_nano: UnixNano;
  to_unix_nano: UnixNano;
  reference_from_unix_nano: UnixNano;
  reference_to_unix_nano: UnixNano;
  /** With what it was compared, and in what the workload was another then. */
  sentence: string;
  requests: number;
  reference_requests: number;
  request_nano: number;
  is_other_workload?: boolean;
  baseline?: { kind: string; version_change: VersionChange | null };
}

/** Calls made one after the other that might be made at once. Nothing is wrong there. */
export interface Opportunity {
  kind: string;
  sentence: string;
  /** Who makes the calls. */
  service: string;
  span_name: string;
  /** Those that take longest first; not all. */
  calls: { service: string; span_name: string }[];
  /** The request that enters the system. */
  entry: { service: string; span_name: string };
  requests: number;
  /** How much sooner one would be answered at most, on average. */
  nano_per_request: number;
  /** The same as a part of what it takes. */
  share: number;
}

export interface FindingsAnswer {
  /** The most harmful first. */
  open: Finding[];
  /** The last first. */
  resolved: Finding[];
  /** Those that save the most first. */
  opportunities: Opportunity[];
  /** Null where there was too little to compare. */
  compared: Compared | null;
  /** The time since a service changed its version with the hour before, the last that did first. */
  compared_by_version?: Compared[];
  silent_because: string | null;
}

/** A trace that is kept beyond retention, as it was when something was added to its pin last. */
export interface Pin {
  trace_id: string;
  pinned_unix_nano: UnixNano;
  /** What it takes on the disk. */
  bytes: number;
  /** "0" where it is not known. */
  start_unix_nano: UnixNano;
  duration_nano: number;
  span_count: number;
  error_count: number;
  root_service: string;
  root_name: string;
}

export interface PinsAnswer {
  /** The newest pin first. */
  pins: Pin[];
  bytes: number;
}

export interface Quantiles {
  p50_nano: number;
  p90_nano: number;
  p99_nano: number;
}

/** What a node of the service map is; all but services send no spans. */
export type NodeKind = "service" | "database" | "queue" | "external";

/** What a node of the service map was called for. */
export interface NodeFigures {
  calls: number;
  errors: number;
  duration: Quantiles;
  /** Of the time of all requests. */
  share: number;
}

/** All calls from one node of the service map to another. */
export interface GraphEdge extends NodeFigures {
  /** Null for the requests that entered the system. */
  caller: string | null;
  caller_kind: NodeKind | null;
  /** Null where nobody answers and the calls do not say who should. */
  callee: string | null;
  callee_kind: NodeKind | null;
  gap: Quantiles;
}

export interface GraphAnswer {
  services: (NodeFigures & { service: string })[];
  peers: (NodeFigures & { name: string; kind: Exclude<NodeKind, "service"> })[];
  edges: GraphEdge[];
  completeness: Completeness;
}

/** All calls of one kind from one service to another. */
export interface HopFigures {
  /** The same always and everywhere. */
  id: string;
  /** Null for the requests that entered the system. */
  caller: string | null;
  caller_kind?: NodeKind | null;
  /** Null where nobody answers and the calls do not say who should. */
  callee: string | null;
  callee_kind?: NodeKind | null;
  /** Ids in it are `*`. */
  span_name: string;
  calls: number;
  errors: number;
  errors_began: number;
  retries: number;
  duration: Quantiles;
  gap: Quantiles;
  self_nano_per_call: number;
  /** Of the time of all requests. */
  share: number;
}

export interface HopsAnswer {
  /** The largest share first. */
  hops: HopFigures[];
  more: boolean;
  completeness: Completeness;
}

/** What came in one step of time. */
export interface SeriesPoint {
  start_unix_nano: UnixNano;
  calls: number;
  errors: number;
  duration: Quantiles;
}

/** Rate, errors and duration over time. */
export interface Series {
  step_seconds: number;
  /** Times in which nothing came are left out. */
  points: SeriesPoint[];
  /** Whether there are earlier ones. */
  more: boolean;
}

/** One way from a request to a hop. */
export interface HopChain {
  calls: number;
  errors: number;
  duration: Quantiles;
  gap: Quantiles;
  /** Of the time of all requests. */
  share: number;
  /** From the request on; the last is the hop. */
  links: { id: string; service: string; span_name: string }[];
}

export interface HopExamples {
  slow_trace_ids: string[];
  failing_trace_ids: string[];
  typical_trace_ids: string[];
}

export interface HopAnswer {
  hop: HopFigures;
  series: Series;
  /** The largest share first, as are those below. */
  chains: HopChain[];
  further_chains: number;
  /** Within which it is called. */
  callers: HopFigures[];
  /** Which it leads to. */
  callees: HopFigures[];
  examples: HopExamples;
  completeness: Completeness;
}

export interface QuantilesAndSum extends Quantiles {
  sum_nano: number;
}

/** Figures of the spans at one path of calls. */
export interface CallFigures {
  calls: number;
  errors: number;
  errors_began: number;
  calls_per_parent: number;
  /** 0 of a call that is answered: what its caller waited is its answer's gap. */
  self: QuantilesAndSum;
  gap: QuantilesAndSum;
  /** Null within a service. */
  duration: Quantiles | null;
  /** Of the time of all requests that are asked for. */
  share: number;
  /** With all that is below. */
  subtree_share: number;
}

/** What is beyond the limit. */
export interface LeftOut {
  nodes: number;
  share: number;
  reference_share: number;
}

/** The spans that one path of calls leads to. */
export interface CallNode {
  depth: number;
  service: string;
  /** Ids in it are `*`. */
  span_name: string;
  kind: string;
  hop_id: string | null;
  now: CallFigures;
  /** Null where no reference is asked for. */
  reference: CallFigures | null;
  left_out: LeftOut;
}

/** Services of which each waits for the next. */
export interface ServiceChain {
  depth: number;
  calls_per_request: number;
  share: number;
  hops: {
    service: string;
    calls_per_request: number;
    self_nano_per_request: number;
    gap_nano_per_request: number;
  }[];
}

/** A kind of request, and the calls that it makes. */
export interface EntryChains {
  service: string;
  span_name: string;
  requests: number;
  duration: Quantiles;
  share: number;
  shape: {
    kind: "chain" | "hub" | "mixed";
    deepest: string[];
    fan_out: number;
    widest: string;
    sequential: number;
  };
  chains: ServiceChain[];
  further_chains: number;
  /** In pre-order; the first is the request. */
  nodes: CallNode[];
}

/** Which traces an answer is made from. */
export interface PickedTraces {
  traces: number;
  more: boolean;
  /** Null without a reference. */
  reference_traces: number | null;
  reference_more: boolean | null;
}

export interface ChainsAnswer {
  /** Those that take the most time first. */
  entries: EntryChains[];
  left_out: LeftOut;
  /** Null where it is all of the time range. */
  picked: PickedTraces | null;
  completeness: Completeness;
}

/** What a trace has of a call. */
export interface CallsPerTrace {
  calls: number;
  errors: number;
  errors_began: number;
  self_nano: number;
  gap_nano: number;
}

/** The spans that one path of calls leads to, in two traces. */
export interface DifferenceCall {
  depth: number;
  service: string;
  /** Ids in it are `*`. */
  span_name: string;
  kind: string;
  hop_id: string | null;
  /** Null where there is no such call. */
  now: CallsPerTrace | null;
  reference: CallsPerTrace | null;
  /** How much longer it makes the trace: self time and gap. */
  difference_nano: number;
  /** With all that is below. */
  subtree_difference_nano: number;
}

export interface DifferenceSide {
  traces: number;
  more: boolean;
  requests: number;
  errors: number;
  duration_nano: number;
}

export interface DifferenceAnswer {
  now: DifferenceSide;
  reference: DifferenceSide;
  /** What all nodes and what is left out add up to. */
  difference_nano: number;
  /** In pre-order. */
  nodes: DifferenceCall[];
  left_out: { nodes: number; difference_nano: number };
  completeness: Completeness;
}
