use proto::SpanId;
use serde::Serialize;
use utoipa::ToSchema;

use super::AsText;
use crate::trace;

/// One call edge between two services. Offsets and durations in nanoseconds.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct Hop<'a> {
    /// The calling service; null for the request that entered the system.
    caller: Option<&'a str>,
    /// The called service, or what its caller says of it.
    callee: &'a str,
    span_name: &'a str,
    /// Null where the caller sent no span for the call.
    #[schema(value_type = Option<String>)]
    client_span_id: Option<AsText<SpanId>>,
    /// Null where the callee sent no span for the call.
    #[schema(value_type = Option<String>)]
    server_span_id: Option<AsText<SpanId>>,
    /// The row of the client span, else of the server span.
    row: usize,
    /// When that row starts, from the trace's start.
    start_offset_nano: u64,
    duration_nano: u64,
    /// Client minus server; null where either is missing.
    gap_nano: Option<u64>,
    /// The callee's own work.
    callee_self_nano: u64,
    /// The hop's own time on the critical path.
    critical_nano: u64,
    /// `critical_nano` over the duration.
    share: f64,
    /// Whether either side says that it failed.
    error: bool,
    /// Where the time or the error is: `caller`, `gap`, `callee`, `downstream` or
    /// `silent` (the callee never answered).
    #[serde(rename = "where")]
    place: &'static str,
}

impl<'a> Hop<'a> {
    pub(in crate::api::native) fn of(hop: &'a trace::Hop) -> Self {
        Self {
            caller: hop.caller.as_deref(),
            callee: &hop.callee,
            span_name: &hop.span_name,
            client_span_id: hop.client_span_id.map(AsText),
            server_span_id: hop.server_span_id.map(AsText),
            row: hop.row,
            start_offset_nano: hop.start_offset_nano,
            duration_nano: hop.duration_nano,
            gap_nano: hop.gap_nano,
            callee_self_nano: hop.callee_self_nano,
            critical_nano: hop.critical_nano,
            share: hop.share,
            error: hop.error,
            place: hop.place.as_str(),
        }
    }
}
