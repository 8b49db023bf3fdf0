//! What the program gives back of what was sent.

use proto::Span;
use proto::otlp::{Limits, json};

pub(super) use crate::support::otlp::hex;
use crate::support::{Server, web};

/// A trace id that no other test uses.
pub(super) fn new_trace_id() -> [u8; 16] {
    rand::random()
}

/// The stored spans of a trace, in full, by start.
pub(super) fn spans(server: &Server, trace_id: &[u8]) -> Vec<Span> {
    let exported = web::json(server, &format!("/api/v1/traces/{}/otlp", hex(trace_id)));
    let decoded = json::decode_request(exported.to_string().as_bytes(), &Limits::default());
    let mut spans = decoded.expect("the export is OTLP").batch.spans();
    spans.sort_by_key(|span| (span.start_time_unix_nano, span.span_id));
    spans
}

/// The only stored span of a trace.
pub(super) fn span(server: &Server, trace_id: &[u8]) -> Span {
    let mut spans = spans(server, trace_id);
    assert_eq!(spans.len(), 1, "{spans:?}");
    spans.remove(0)
}

/// How many spans of a trace are stored.
pub(super) fn count(server: &Server, trace_id: &[u8]) -> usize {
    web::span_ids(server, &hex(trace_id)).map_or(0, |ids| ids.len())
}
