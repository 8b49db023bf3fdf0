//! Answers of the legacy API (`internal/uimodel/model.go`), and how spans become them
//! (`traces_to_jaegerproto.go`): what OpenTelemetry tells apart becomes tags, in an order
//! that is always the same.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use proto::{
    Attribute, Event, Link, Resource, Span, SpanKind, StatusCode, TraceId, Value, semconv,
};
use serde::Serialize;

use crate::api::jaeger::adjust::Adjusted;
use crate::api::jaeger::id;
use crate::api::jaeger::question::format_kind;

/// One trace.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Trace {
    #[serde(rename = "traceID")]
    trace_id: String,
    spans: Vec<TraceSpan>,
    processes: BTreeMap<String, Process>,
    warnings: Option<Vec<String>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct TraceSpan {
    #[serde(rename = "traceID")]
    trace_id: String,
    #[serde(rename = "spanID")]
    span_id: String,
    operation_name: String,
    references: Vec<Reference>,
    /// Microseconds since the Unix epoch.
    start_time: u64,
    /// Microseconds.
    duration: u64,
    tags: Vec<Tag>,
    logs: Vec<Log>,
    #[serde(rename = "processID")]
    process_id: String,
    warnings: Option<Vec<String>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Reference {
    ref_type: RefType,
    #[serde(rename = "traceID")]
    trace_id: String,
    #[serde(rename = "spanID")]
    span_id: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum RefType {
    ChildOf,
    FollowsFrom,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Process {
    service_name: String,
    tags: Vec<Tag>,
}

#[derive(Debug, Serialize)]
struct Log {
    /// Microseconds since the Unix epoch.
    timestamp: u64,
    fields: Vec<Tag>,
}

#[derive(Debug, Serialize)]
struct Tag {
    key: String,
    #[serde(rename = "type")]
    kind: &'static str,
    value: serde_json::Value,
}

impl Trace {
    /// Of the spans of one trace; `warnings` are about it as a whole.
    pub(super) fn of(id: TraceId, spans: Vec<Adjusted>, warnings: Vec<String>) -> Self {
        let mut processes = Processes::default();
        let spans = spans.into_iter().map(|span| TraceSpan::of(span, &mut processes)).collect();
        Self {
            trace_id: id::format(id),
            spans,
            processes: processes.named,
            warnings: some(warnings),
        }
    }
}

impl TraceSpan {
    fn of(adjusted: Adjusted, processes: &mut Processes) -> Self {
        let Adjusted { span, warnings } = adjusted;
        Self {
            trace_id: id::format(span.trace_id),
            span_id: id::format_span(span.span_id),
            references: references(&span),
            start_time: span.start_time_unix_nano / 1_000,
            duration: span.duration_nano() / 1_000,
            tags: tags(&span),
            logs: span.events.iter().map(Log::of).collect(),
            process_id: processes.name(&span.resource),
            warnings: some(warnings),
            operation_name: span.name,
        }
    }
}

fn some(warnings: Vec<String>) -> Option<Vec<String>> {
    Some(warnings).filter(|warnings| !warnings.is_empty())
}

/// The parent first, then what links point to. A link to the parent says what the parent
/// is instead.
fn references(span: &Span) -> Vec<Reference> {
    let mut references = Vec::new();
    if let Some(parent) = span.parent_span_id {
        references.push(Reference {
            ref_type: RefType::ChildOf,
            trace_id: id::format(span.trace_id),
            span_id: id::format_span(parent),
        });
    }
    for link in &span.links {
        let is_parent = link.trace_id == span.trace_id && span.parent_span_id == Some(link.span_id);
        match references.first_mut() {
            Some(parent) if is_parent => parent.ref_type = RefType::of(link),
            _ => references.push(Reference {
                ref_type: RefType::of(link),
                trace_id: id::format(link.trace_id),
                span_id: id::format_span(link.span_id),
            }),
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

fn tags(span: &Span) -> Vec<Tag> {
    let mut tags = Vec::with_capacity(span.attributes.len() + 4);
    let text = |tags: &mut Vec<Tag>, key: &str, text: &str| {
        if !text.is_empty() {
            tags.push(Tag::text(key, text));
        }
    };
    text(&mut tags, "otel.scope.name", &span.scope.name);
    text(&mut tags, "otel.scope.version", &span.scope.version);
    tags.extend(span.attributes.iter().map(Tag::of));
    text(&mut tags, "span.kind", format_kind(span.kind));
    let status = match span.status.code {
        StatusCode::OK => "OK",
        StatusCode::ERROR => "ERROR",
        _ => "",
    };
    text(&mut tags, "otel.status_code", status);
    if span.is_error() {
        tags.push(Tag { key: "error".to_owned(), kind: "bool", value: true.into() });
    }
    text(&mut tags, "otel.status_description", &span.status.message);
    text(&mut tags, "w3c.tracestate", &span.trace_state);
    tags
}

impl Log {
    fn of(event: &Event) -> Self {
        let named = event.attributes.iter().any(|attribute| attribute.key == "event");
        let name = (!named && !event.name.is_empty()).then(|| Tag::text("event", &event.name));
        Self {
            timestamp: event.time_unix_nano / 1_000,
            fields: name.into_iter().chain(event.attributes.iter().map(Tag::of)).collect(),
        }
    }
}

impl Tag {
    fn text(key: &str, text: &str) -> Self {
        Self { key: key.to_owned(), kind: "string", value: text.into() }
    }

    fn of(attribute: &Attribute) -> Self {
        /// What a number of a browser is still exact for.
        const SAFE: std::ops::RangeInclusive<i64> = -((1 << 53) - 1)..=(1 << 53) - 1;
        let (kind, value): (_, serde_json::Value) = match &attribute.value {
            Value::Bool(value) => ("bool", (*value).into()),
            Value::Int(value) if SAFE.contains(value) => ("int64", (*value).into()),
            Value::Int(value) => ("int64", value.to_string().into()),
            Value::Double(value) if value.is_finite() => ("float64", (*value).into()),
            // JSON has no such numbers.
            value @ Value::Double(_) => ("float64", value.text().into_owned().into()),
            Value::Bytes(bytes) => ("binary", BASE64_STANDARD.encode(bytes).into()),
            value @ (Value::Array(_) | Value::Map(_)) => ("string", json_text(value).into()),
            value @ (Value::Empty | Value::String(_)) => ("string", value.text().into()),
        };
        Self { key: attribute.key.clone(), kind, value }
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

/// The resources of a trace, `p1`, `p2`, … in the order in which spans have them.
#[derive(Default)]
struct Processes {
    named: BTreeMap<String, Process>,
    /// Kept, so that no other resource can have the address.
    by_address: HashMap<usize, (Arc<Resource>, String)>,
    by_content: HashMap<String, String>,
}

impl Processes {
    fn name(&mut self, resource: &Arc<Resource>) -> String {
        let address = Arc::as_ptr(resource) as usize;
        if let Some((_, name)) = self.by_address.get(&address) {
            return name.clone();
        }
        let process = Process::of(resource);
        let content =
            serde_json::to_string(&process).expect("every key is text and no writer fails");
        let next = format!("p{}", self.by_content.len() + 1);
        let name = self.by_content.entry(content).or_insert(next).clone();
        self.named.entry(name.clone()).or_insert(process);
        self.by_address.insert(address, (Arc::clone(resource), name.clone()));
        name
    }
}

impl Process {
    fn of(resource: &Resource) -> Self {
        let tags = resource.attributes.iter().filter(|it| it.key != semconv::SERVICE_NAME);
        Self {
            service_name: resource.service_name().into_owned(),
            tags: tags.map(Tag::of).collect(),
        }
    }
}

/// A span name of a service.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Operation {
    pub(super) name: String,
    pub(super) span_kind: &'static str,
}

impl Operation {
    pub(super) fn of((name, kind): (String, SpanKind)) -> Self {
        Self { name, span_kind: format_kind(kind) }
    }
}

/// So many calls of one service by another.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Dependency {
    pub(super) parent: String,
    pub(super) child: String,
    pub(super) call_count: u64,
}
