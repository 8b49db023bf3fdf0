/** What the search form calls the parameters of the API, for its fields and for what is wrong with them. */
export const FIELD_LABELS = {
  service: "Service",
  span_name: "Span name",
  status: "Status",
  min_duration: "Span lasts at least",
  attribute: "Attributes",
  q: "TraceQL",
  since: "Trace started",
  from: "From",
  to: "To",
} as const;
