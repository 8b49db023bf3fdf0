//! Spans in Jaeger's own model (`traces_to_jaegerproto.go`), whatever it is then written as:
//! what OpenTelemetry tells apart becomes tags, in an order that is always the same.

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use proto::{Attribute, Event, Link, Resource, Span, SpanId, StatusCode, TraceId, Value, semconv};

use super::question::format_kind;

/// A key and what it says, of a span, a log or a process.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tag<'a> {
    pub(super) key: &'a str,
    pub(super) value: TagValue<'a>,
}

/// The types that tags have. Lists and maps are texts.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum TagValue<'a> {
    Text(Cow<'a, str>),
    Bool(bool),
    Int(i64),
    Double(f64),
    Bytes(&'a [u8]),
}

/// What another span is to this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RefType {
    ChildOf,
    FollowsFrom,
}

/// Another span that this one names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reference {
    pub(super) kind: RefType,
    pub(super) trace_id: TraceId,
    pub(super) span_id: SpanId,
}

/// The parent first, then what links point to. A link to the parent says what the parent
/// is instead.
pub(super) fn references(span: &Span) -> Vec<Reference> {
    let mut references = Vec::new();
    if let Some(span_id) = span.parent_span_id {
        let kind = RefType::ChildOf;
        references.push(Reference { kind, trace_id: span.trace_id, span_id });
    }
    for link in &span.links {
        let is_parent = link.trace_id == span.trace_id && span.parent_span_id == Some(link.span_id);
        let kind = RefType::of(link);
        match references.first_mut() {
            Some(parent) if is_parent => parent.kind = kind,
            _ => {
                references.push(Reference { kind, trace_id: link.trace_id, span_id: link.span_id })
            }
        }
    }
    references
}

impl RefType {
    fn of(link: &Link) -> Self {
        match proto::span::find_attribute(&link.attributes, "opentracing.ref_type") {
            Some(Value::String(text)) if text == "child_of" => Self::ChildOf,
            _ => Self::FollowsFrom,
        }
    }
}

/// The tags of a span.
pub(super) fn tags(span: &Span) -> Vec<Tag<'_>> {
    let status = match span.status.code {
        StatusCode::OK => "OK",
        StatusCode::ERROR => "ERROR",
        _ => "",
    };
    let mut tags = Vec::with_capacity(span.attributes.len() + 4);
    tags.extend(Tag::unless_empty("otel.scope.name", &span.scope.name));
    tags.extend(Tag::unless_empty("otel.scope.version", &span.scope.version));
    tags.extend(span.attributes.iter().map(Tag::of));
    tags.extend(Tag::unless_empty("span.kind", format_kind(span.kind)));
    tags.extend(Tag::unless_empty("otel.status_code", status));
    if span.is_error() {
        tags.push(Tag { key: "error", value: TagValue::Bool(true) });
    }
    tags.extend(Tag::unless_empty("otel.status_description", &span.status.message));
    tags.extend(Tag::unless_empty("w3c.tracestate", &span.trace_state));
    tags
}

/// The fields of the log that an event is.
pub(super) fn fields(event: &Event) -> Vec<Tag<'_>> {
    let is_named = event.attributes.iter().any(|attribute| attribute.key == "event");
    let name = if is_named { None } else { Tag::unless_empty("event", &event.name) };
    name.into_iter().chain(event.attributes.iter().map(Tag::of)).collect()
}

/// The tags of a process.
pub(super) fn process_tags(resource: &Resource) -> Vec<Tag<'_>> {
    let tags = resource.attributes.iter().filter(|it| it.key != semconv::SERVICE_NAME);
    tags.map(Tag::of).collect()
}

impl<'a> Tag<'a> {
    fn unless_empty(key: &'a str, text: &'a str) -> Option<Self> {
        let value = TagValue::Text(text.into());
        (!text.is_empty()).then_some(Self { key, value })
    }

    fn of(attribute: &'a Attribute) -> Self {
        let value = match &attribute.value {
            Value::Bool(value) => TagValue::Bool(*value),
            Value::Int(value) => TagValue::Int(*value),
            Value::Double(value) => TagValue::Double(*value),
            Value::Bytes(bytes) => TagValue::Bytes(bytes),
            value @ (Value::Array(_) | Value::Map(_)) => TagValue::Text(json_text(value).into()),
            value @ (Value::Empty | Value::String(_)) => TagValue::Text(value.text()),
        };
        Self { key: &attribute.key, value }
    }
}

/// A list or a map as Go writes it: keys in order, and nothing that HTML would read.
fn json_text(value: &Value) -> String {
    let json = json(value).to_string();
    json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

/// As deep as values nest, which the decoders bound.
fn json(value: &Value) -> serde_json::Value {
    /// Up to here whole numbers are written without an exponent.
    const WHOLE: f64 = 1e15;
    match value {
        Value::Empty => serde_json::Value::Null,
        Value::String(text) => text.as_str().into(),
        Value::Bool(value) => (*value).into(),
        Value::Int(value) => (*value).into(),
        Value::Double(value) if value.fract() == 0.0 && value.abs() < WHOLE => {
            (*value as i64).into()
        }
        Value::Double(value) => (*value).into(),
        Value::Bytes(bytes) => BASE64_STANDARD.encode(bytes).into(),
        Value::Array(values) => values.iter().map(json).collect(),
        Value::Map(entries) => {
            let entries: BTreeMap<_, _> =
                entries.iter().map(|entry| (entry.key.clone(), json(&entry.value))).collect();
            entries.into_iter().collect()
        }
    }
}
