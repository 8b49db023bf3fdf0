//! OTLP by prost's generated code: the oracle.

use std::sync::Arc;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as AnyKind;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, InstrumentationScope, KeyValue, KeyValueList,
};
use opentelemetry_proto::tonic::resource::v1::Resource as WireResource;
use opentelemetry_proto::tonic::trace::v1::span::{Event as WireEvent, Link as WireLink};
use opentelemetry_proto::tonic::trace::v1::{
    ResourceSpans, ScopeSpans, Span as WireSpan, Status as WireStatus,
};
use prost::Message;
use proto::{
    Attribute, Event, Link, Resource, Scope, Span, SpanId, SpanKind, Status, StatusCode, TraceId,
    Value,
};

/// `spans` as prost writes them, each in an envelope of its own.
pub(crate) fn encode(spans: &[Span]) -> Vec<u8> {
    let resource_spans = spans.iter().map(|span| ResourceSpans {
        resource: Some(WireResource {
            attributes: key_values(&span.resource.attributes),
            dropped_attributes_count: span.resource.dropped_attributes_count,
            entity_refs: Vec::new(),
        }),
        scope_spans: vec![ScopeSpans {
            scope: Some(InstrumentationScope {
                name: span.scope.name.clone(),
                version: span.scope.version.clone(),
                attributes: key_values(&span.scope.attributes),
                dropped_attributes_count: span.scope.dropped_attributes_count,
            }),
            spans: vec![wire_span(span)],
            schema_url: span.scope.schema_url.clone(),
        }],
        schema_url: span.resource.schema_url.clone(),
    });
    ExportTraceServiceRequest { resource_spans: resource_spans.collect() }.encode_to_vec()
}

/// What a receiver by our rules keeps of `body`; an error where prost refuses it.
pub(crate) fn decode(body: &[u8]) -> Result<Vec<Span>, prost::DecodeError> {
    let request = ExportTraceServiceRequest::decode(body)?;
    let mut spans = Vec::new();
    for ResourceSpans { resource, scope_spans, schema_url } in request.resource_spans {
        let resource = resource.unwrap_or_default();
        let resource = Arc::new(Resource {
            attributes: attributes(resource.attributes),
            dropped_attributes_count: resource.dropped_attributes_count,
            schema_url,
        });
        for ScopeSpans { scope, spans: wire_spans, schema_url } in scope_spans {
            let scope = scope.unwrap_or_default();
            let scope = Arc::new(Scope {
                name: scope.name,
                version: scope.version,
                attributes: attributes(scope.attributes),
                dropped_attributes_count: scope.dropped_attributes_count,
                schema_url,
            });
            let kept =
                wire_spans.into_iter().filter_map(|span| model_span(span, &resource, &scope));
            spans.extend(kept);
        }
    }
    Ok(spans)
}

fn wire_span(span: &Span) -> WireSpan {
    WireSpan {
        trace_id: span.trace_id.as_bytes().to_vec(),
        span_id: span.span_id.as_bytes().to_vec(),
        trace_state: span.trace_state.clone(),
        parent_span_id: span.parent_span_id.map(|id| id.as_bytes().to_vec()).unwrap_or_default(),
        flags: span.flags,
        name: span.name.clone(),
        kind: span.kind.0,
        start_time_unix_nano: span.start_time_unix_nano,
        end_time_unix_nano: span.end_time_unix_nano,
        attributes: key_values(&span.attributes),
        dropped_attributes_count: span.dropped_attributes_count,
        events: span.events.iter().map(wire_event).collect(),
        dropped_events_count: span.dropped_events_count,
        links: span.links.iter().map(wire_link).collect(),
        dropped_links_count: span.dropped_links_count,
        status: Some(WireStatus { message: span.status.message.clone(), code: span.status.code.0 }),
    }
}

fn wire_event(event: &Event) -> WireEvent {
    WireEvent {
        time_unix_nano: event.time_unix_nano,
        name: event.name.clone(),
        attributes: key_values(&event.attributes),
        dropped_attributes_count: event.dropped_attributes_count,
    }
}

fn wire_link(link: &Link) -> WireLink {
    WireLink {
        trace_id: link.trace_id.as_bytes().to_vec(),
        span_id: link.span_id.as_bytes().to_vec(),
        trace_state: link.trace_state.clone(),
        attributes: key_values(&link.attributes),
        dropped_attributes_count: link.dropped_attributes_count,
        flags: link.flags,
    }
}

fn key_values(attributes: &[Attribute]) -> Vec<KeyValue> {
    attributes
        .iter()
        .map(|attribute| KeyValue {
            key: attribute.key.clone(),
            value: Some(any_value(&attribute.value)),
            ..KeyValue::default()
        })
        .collect()
}

fn any_value(value: &Value) -> AnyValue {
    let value = match value {
        Value::Empty => None,
        Value::String(text) => Some(AnyKind::StringValue(text.clone())),
        Value::Bool(value) => Some(AnyKind::BoolValue(*value)),
        Value::Int(value) => Some(AnyKind::IntValue(*value)),
        Value::Double(value) => Some(AnyKind::DoubleValue(*value)),
        Value::Bytes(bytes) => Some(AnyKind::BytesValue(bytes.clone())),
        Value::Array(values) => {
            Some(AnyKind::ArrayValue(ArrayValue { values: values.iter().map(any_value).collect() }))
        }
        Value::Map(entries) => {
            Some(AnyKind::KvlistValue(KeyValueList { values: key_values(entries) }))
        }
    };
    AnyValue { value }
}

fn model_span(span: WireSpan, resource: &Arc<Resource>, scope: &Arc<Scope>) -> Option<Span> {
    let parent_span_id = match &span.parent_span_id[..] {
        [] => None,
        bytes => Some(SpanId::from_slice(bytes)?).filter(SpanId::is_valid),
    };
    let links_sent = span.links.len();
    let links: Vec<_> = span.links.into_iter().filter_map(model_link).collect();
    let links_dropped = (links_sent - links.len()) as u32;
    let status = span.status.unwrap_or_default();
    Some(Span {
        trace_id: TraceId::from_slice(&span.trace_id).filter(TraceId::is_valid)?,
        span_id: SpanId::from_slice(&span.span_id).filter(SpanId::is_valid)?,
        parent_span_id,
        trace_state: span.trace_state,
        flags: span.flags,
        name: span.name,
        kind: SpanKind(if span.kind == -1 { 0 } else { span.kind }),
        start_time_unix_nano: span.start_time_unix_nano,
        end_time_unix_nano: span.end_time_unix_nano,
        attributes: attributes(span.attributes),
        dropped_attributes_count: span.dropped_attributes_count,
        events: span
            .events
            .into_iter()
            .map(|event| Event {
                time_unix_nano: event.time_unix_nano,
                name: event.name,
                attributes: attributes(event.attributes),
                dropped_attributes_count: event.dropped_attributes_count,
            })
            .collect(),
        dropped_events_count: span.dropped_events_count,
        links,
        dropped_links_count: span.dropped_links_count.saturating_add(links_dropped),
        status: Status { code: StatusCode(status.code), message: status.message },
        resource: Arc::clone(resource),
        scope: Arc::clone(scope),
    })
}

fn model_link(link: WireLink) -> Option<Link> {
    let trace_id = match &link.trace_id[..] {
        [] => TraceId::default(),
        bytes => TraceId::from_slice(bytes)?,
    };
    let span_id = match &link.span_id[..] {
        [] => SpanId::default(),
        bytes => SpanId::from_slice(bytes)?,
    };
    Some(Link {
        trace_id,
        span_id,
        trace_state: link.trace_state,
        flags: link.flags,
        attributes: attributes(link.attributes),
        dropped_attributes_count: link.dropped_attributes_count,
    })
}

fn attributes(key_values: Vec<KeyValue>) -> Vec<Attribute> {
    key_values
        .into_iter()
        .map(|KeyValue { key, value, .. }| Attribute { key, value: model_value(value) })
        .collect()
}

fn model_value(value: Option<AnyValue>) -> Value {
    match value.and_then(|value| value.value) {
        None | Some(AnyKind::StringValueStrindex(_)) => Value::Empty,
        Some(AnyKind::StringValue(text)) => Value::String(text),
        Some(AnyKind::BoolValue(value)) => Value::Bool(value),
        Some(AnyKind::IntValue(value)) => Value::Int(value),
        Some(AnyKind::DoubleValue(value)) => Value::Double(value),
        Some(AnyKind::BytesValue(bytes)) => Value::Bytes(bytes),
        Some(AnyKind::ArrayValue(array)) => {
            Value::Array(array.values.into_iter().map(|value| model_value(Some(value))).collect())
        }
        Some(AnyKind::KvlistValue(map)) => Value::Map(attributes(map.values)),
    }
}
