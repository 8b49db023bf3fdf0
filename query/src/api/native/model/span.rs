use proto::{SpanId, SpanKind, StatusCode, TraceId};
use serde::Serialize;
use utoipa::ToSchema;

use super::AsText;
use super::value::{Attribute, attributes};
use crate::service::FoundSpan;

/// One span in full, as stored.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct SpanAnswer<'a> {
    #[schema(value_type = String)]
    trace_id: AsText<TraceId>,
    #[schema(value_type = String)]
    span_id: AsText<SpanId>,
    /// Null for a root.
    #[schema(value_type = Option<String>)]
    parent_span_id: Option<AsText<SpanId>>,
    /// W3C `tracestate`.
    trace_state: &'a str,
    /// W3C trace flags in bits 0 to 7; bits 8 and 9 say whether the parent is remote.
    flags: u32,
    name: &'a str,
    /// `internal`, `server`, `client`, `producer`, `consumer`, `unspecified`, or
    /// `unknown(7)`.
    #[schema(value_type = String)]
    kind: AsText<SpanKind>,
    service: String,
    /// Nanoseconds since the Unix epoch by the sender's clock; "0" where unknown.
    #[schema(value_type = String)]
    start_unix_nano: AsText<u64>,
    /// Likewise; may lie before the start.
    #[schema(value_type = String)]
    end_unix_nano: AsText<u64>,
    /// End minus start; 0 where that is negative or unknown.
    duration_nano: u64,
    status: Status<'a>,
    attributes: Vec<Attribute<'a>>,
    dropped_attributes_count: u32,
    events: Vec<Event<'a>>,
    dropped_events_count: u32,
    links: Vec<Link<'a>>,
    dropped_links_count: u32,
    resource: Resource<'a>,
    scope: Scope<'a>,
    /// How many spans of the trace have this id.
    same_id: usize,
}

/// How a span ended.
#[derive(Debug, Serialize, ToSchema)]
struct Status<'a> {
    /// `unset`, `ok`, `error`, or `unknown(7)`.
    #[schema(value_type = String)]
    code: AsText<StatusCode>,
    message: &'a str,
}

/// Something that happened during a span.
#[derive(Debug, Serialize, ToSchema)]
struct Event<'a> {
    #[schema(value_type = String)]
    time_unix_nano: AsText<u64>,
    /// From the span's start; negative where the event is earlier, 0 where either time
    /// is unknown.
    offset_nano: i64,
    name: &'a str,
    attributes: Vec<Attribute<'a>>,
    dropped_attributes_count: u32,
}

/// A relation to a span that is not the parent.
#[derive(Debug, Serialize, ToSchema)]
struct Link<'a> {
    #[schema(value_type = String)]
    trace_id: AsText<TraceId>,
    #[schema(value_type = String)]
    span_id: AsText<SpanId>,
    trace_state: &'a str,
    flags: u32,
    attributes: Vec<Attribute<'a>>,
    dropped_attributes_count: u32,
}

/// Who sent the span.
#[derive(Debug, Serialize, ToSchema)]
struct Resource<'a> {
    attributes: Vec<Attribute<'a>>,
    dropped_attributes_count: u32,
    schema_url: &'a str,
}

/// Which instrumentation made it.
#[derive(Debug, Serialize, ToSchema)]
struct Scope<'a> {
    name: &'a str,
    version: &'a str,
    attributes: Vec<Attribute<'a>>,
    dropped_attributes_count: u32,
    schema_url: &'a str,
}

impl<'a> SpanAnswer<'a> {
    pub(in crate::api::native) fn of(found: &'a FoundSpan) -> Self {
        let FoundSpan { span, same_id } = found;
        let start = span.start_time_unix_nano;
        Self {
            trace_id: AsText(span.trace_id),
            span_id: AsText(span.span_id),
            parent_span_id: span.parent_span_id.map(AsText),
            trace_state: &span.trace_state,
            flags: span.flags,
            name: &span.name,
            kind: AsText(span.kind),
            service: span.service_name().into_owned(),
            start_unix_nano: AsText(start),
            end_unix_nano: AsText(span.end_time_unix_nano),
            duration_nano: span.duration_nano(),
            status: Status { code: AsText(span.status.code), message: &span.status.message },
            attributes: attributes(&span.attributes),
            dropped_attributes_count: span.dropped_attributes_count,
            events: span.events.iter().map(|event| Event::of(event, start)).collect(),
            dropped_events_count: span.dropped_events_count,
            links: span.links.iter().map(Link::of).collect(),
            dropped_links_count: span.dropped_links_count,
            resource: Resource {
                attributes: attributes(&span.resource.attributes),
                dropped_attributes_count: span.resource.dropped_attributes_count,
                schema_url: &span.resource.schema_url,
            },
            scope: Scope {
                name: &span.scope.name,
                version: &span.scope.version,
                attributes: attributes(&span.scope.attributes),
                dropped_attributes_count: span.scope.dropped_attributes_count,
                schema_url: &span.scope.schema_url,
            },
            same_id: *same_id,
        }
    }
}

impl<'a> Event<'a> {
    fn of(event: &'a proto::Event, span_start_unix_nano: u64) -> Self {
        Self {
            time_unix_nano: AsText(event.time_unix_nano),
            offset_nano: signed_difference(event.time_unix_nano, span_start_unix_nano),
            name: &event.name,
            attributes: attributes(&event.attributes),
            dropped_attributes_count: event.dropped_attributes_count,
        }
    }
}

/// `later` minus `earlier` as far as fits; 0 where either is unknown (0).
fn signed_difference(later: u64, earlier: u64) -> i64 {
    if later == 0 || earlier == 0 {
        return 0;
    }
    let size = i64::try_from(later.abs_diff(earlier)).unwrap_or(i64::MAX);
    if later >= earlier { size } else { -size }
}

impl<'a> Link<'a> {
    fn of(link: &'a proto::Link) -> Self {
        Self {
            trace_id: AsText(link.trace_id),
            span_id: AsText(link.span_id),
            trace_state: &link.trace_state,
            flags: link.flags,
            attributes: attributes(&link.attributes),
            dropped_attributes_count: link.dropped_attributes_count,
        }
    }
}
