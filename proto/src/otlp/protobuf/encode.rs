use super::writer::Writer;
use crate::otlp::group::{ResourceGroup, group};
use crate::{Attribute, Event, Link, Resource, Scope, Span, Value};

/// Writes an `ExportTraceServiceRequest` (also a `TracesData`: the same bytes).
///
/// Everything in the model is kept. Spans are grouped by resource and scope, by
/// what these say, in the order in which each group's first span stands; within a
/// group they keep their order.
pub fn encode_request(spans: &[Span]) -> Vec<u8> {
    let mut out = Writer::default();
    for ResourceGroup { resource, scopes } in group(spans) {
        out.message(1, |out| {
            out.message(1, |out| write_resource(out, resource));
            for (scope, spans) in scopes {
                out.message(2, |out| {
                    out.message(1, |out| write_scope(out, scope));
                    for span in spans {
                        out.message(2, |out| write_span(out, span));
                    }
                    out.text(3, &scope.schema_url);
                });
            }
            out.text(3, &resource.schema_url);
        });
    }
    out.into_bytes()
}

fn write_resource(out: &mut Writer, resource: &Resource) {
    write_attributes(out, 1, &resource.attributes);
    out.varint(2, u64::from(resource.dropped_attributes_count));
}

fn write_scope(out: &mut Writer, scope: &Scope) {
    out.text(1, &scope.name);
    out.text(2, &scope.version);
    write_attributes(out, 3, &scope.attributes);
    out.varint(4, u64::from(scope.dropped_attributes_count));
}

fn write_span(out: &mut Writer, span: &Span) {
    out.bytes_always(1, span.trace_id.as_bytes());
    out.bytes_always(2, span.span_id.as_bytes());
    out.text(3, &span.trace_state);
    if let Some(parent_span_id) = &span.parent_span_id {
        out.bytes_always(4, parent_span_id.as_bytes());
    }
    out.text(5, &span.name);
    out.varint(6, span.kind.0 as u64);
    out.fixed64(7, span.start_time_unix_nano);
    out.fixed64(8, span.end_time_unix_nano);
    write_attributes(out, 9, &span.attributes);
    out.varint(10, u64::from(span.dropped_attributes_count));
    for event in &span.events {
        out.message(11, |out| write_event(out, event));
    }
    out.varint(12, u64::from(span.dropped_events_count));
    for link in &span.links {
        out.message(13, |out| write_link(out, link));
    }
    out.varint(14, u64::from(span.dropped_links_count));
    out.message(15, |out| {
        out.text(2, &span.status.message);
        out.varint(3, span.status.code.0 as u64);
    });
    out.fixed32(16, span.flags);
}

fn write_event(out: &mut Writer, event: &Event) {
    out.fixed64(1, event.time_unix_nano);
    out.text(2, &event.name);
    write_attributes(out, 3, &event.attributes);
    out.varint(4, u64::from(event.dropped_attributes_count));
}

fn write_link(out: &mut Writer, link: &Link) {
    out.bytes_always(1, link.trace_id.as_bytes());
    out.bytes_always(2, link.span_id.as_bytes());
    out.text(3, &link.trace_state);
    write_attributes(out, 4, &link.attributes);
    out.varint(5, u64::from(link.dropped_attributes_count));
    out.fixed32(6, link.flags);
}

fn write_attributes(out: &mut Writer, field: u32, attributes: &[Attribute]) {
    for attribute in attributes {
        out.message(field, |out| {
            out.text(1, &attribute.key);
            out.message(2, |out| write_value(out, &attribute.value));
        });
    }
}

/// Recursion is as deep as the value, which the decoders bound.
fn write_value(out: &mut Writer, value: &Value) {
    match value {
        Value::Empty => {}
        Value::String(text) => out.bytes_always(1, text.as_bytes()),
        Value::Bool(value) => out.varint_always(2, u64::from(*value)),
        Value::Int(value) => out.varint_always(3, *value as u64),
        Value::Double(value) => out.fixed64_always(4, value.to_bits()),
        Value::Array(values) => out.message(5, |out| {
            for value in values {
                out.message(1, |out| write_value(out, value));
            }
        }),
        Value::Map(entries) => out.message(6, |out| write_attributes(out, 1, entries)),
        Value::Bytes(bytes) => out.bytes_always(7, bytes),
    }
}

/// What a resource says, as a key to compare by.
pub(in crate::otlp) fn resource_identity(resource: &Resource) -> Vec<u8> {
    let mut out = Writer::default();
    write_resource(&mut out, resource);
    out.text(3, &resource.schema_url);
    out.into_bytes()
}

/// What a scope says, as a key to compare by.
pub(in crate::otlp) fn scope_identity(scope: &Scope) -> Vec<u8> {
    let mut out = Writer::default();
    write_scope(&mut out, scope);
    out.text(5, &scope.schema_url);
    out.into_bytes()
}
