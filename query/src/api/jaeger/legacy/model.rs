//! Answers of the legacy API (`internal/uimodel/model.go`): Jaeger's model as its JSON.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use proto::{Event, Resource, SpanKind, TraceId, Value};
use serde::Serialize;

use crate::api::jaeger::adjust::Adjusted;
use crate::api::jaeger::id;
use crate::api::jaeger::question::format_kind;
use crate::api::jaeger::translate::{self, RefType, TagValue};

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
    ref_type: &'static str,
    #[serde(rename = "traceID")]
    trace_id: String,
    #[serde(rename = "spanID")]
    span_id: String,
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
            references: translate::references(&span).into_iter().map(Reference::of).collect(),
            start_time: span.start_time_unix_nano / 1_000,
            duration: span.duration_nano() / 1_000,
            tags: Tag::all(translate::tags(&span)),
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

impl Reference {
    fn of(reference: translate::Reference) -> Self {
        let translate::Reference { kind, trace_id, span_id } = reference;
        Self {
            ref_type: match kind {
                RefType::ChildOf => "CHILD_OF",
                RefType::FollowsFrom => "FOLLOWS_FROM",
            },
            trace_id: id::format(trace_id),
            span_id: id::format_span(span_id),
        }
    }
}

impl Log {
    fn of(event: &Event) -> Self {
        Self { timestamp: event.time_unix_nano / 1_000, fields: Tag::all(translate::fields(event)) }
    }
}

impl Tag {
    fn all(tags: Vec<translate::Tag<'_>>) -> Vec<Self> {
        tags.into_iter().map(Self::of).collect()
    }

    fn of(tag: translate::Tag<'_>) -> Self {
        /// What a number of a browser is still exact for.
        const SAFE: std::ops::RangeInclusive<i64> = -((1 << 53) - 1)..=(1 << 53) - 1;
        let (kind, value): (_, serde_json::Value) = match tag.value {
            TagValue::Bool(value) => ("bool", value.into()),
            TagValue::Int(value) if SAFE.contains(&value) => ("int64", value.into()),
            TagValue::Int(value) => ("int64", value.to_string().into()),
            TagValue::Double(value) if value.is_finite() => ("float64", value.into()),
            // JSON has no such numbers.
            TagValue::Double(value) => ("float64", Value::Double(value).text().into()),
            TagValue::Bytes(bytes) => ("binary", BASE64_STANDARD.encode(bytes).into()),
            TagValue::Text(text) => ("string", text.into()),
        };
        Self { key: tag.key.to_owned(), kind, value }
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
        Self {
            service_name: resource.service_name().into_owned(),
            tags: Tag::all(translate::process_tags(resource)),
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
