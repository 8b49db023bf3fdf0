//! Spans as `proto/protos/jaeger/api_v2/model.proto` has them.

use prost::Message;
use proto::{Event, Resource};

use super::super::moment::Moment;
use crate::api::jaeger::adjust::Adjusted;
use crate::api::jaeger::translate::{self, RefType, TagValue};

#[derive(Clone, PartialEq, Message)]
pub(super) struct SpansResponseChunk {
    #[prost(message, repeated, tag = "1")]
    pub(super) spans: Vec<Span>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Span {
    #[prost(bytes = "vec", tag = "1")]
    trace_id: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    span_id: Vec<u8>,
    #[prost(string, tag = "3")]
    operation_name: String,
    #[prost(message, repeated, tag = "4")]
    references: Vec<SpanRef>,
    #[prost(message, optional, tag = "6")]
    start_time: Option<Moment>,
    #[prost(message, optional, tag = "7")]
    duration: Option<Moment>,
    #[prost(message, repeated, tag = "8")]
    tags: Vec<KeyValue>,
    #[prost(message, repeated, tag = "9")]
    logs: Vec<Log>,
    #[prost(message, optional, tag = "10")]
    process: Option<Process>,
    #[prost(string, repeated, tag = "12")]
    warnings: Vec<String>,
}

#[derive(Clone, PartialEq, Message)]
struct SpanRef {
    #[prost(bytes = "vec", tag = "1")]
    trace_id: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    span_id: Vec<u8>,
    /// 0 child of, 1 follows from.
    #[prost(int32, tag = "3")]
    ref_type: i32,
}

/// The value is in the field of its type; the others are at their defaults.
#[derive(Clone, PartialEq, Message)]
struct KeyValue {
    #[prost(string, tag = "1")]
    key: String,
    /// 0 text, 1 bool, 2 whole number, 3 double, 4 bytes.
    #[prost(int32, tag = "2")]
    kind: i32,
    #[prost(string, tag = "3")]
    text: String,
    #[prost(bool, tag = "4")]
    bool: bool,
    #[prost(int64, tag = "5")]
    int: i64,
    #[prost(double, tag = "6")]
    double: f64,
    #[prost(bytes = "vec", tag = "7")]
    bytes: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct Log {
    #[prost(message, optional, tag = "1")]
    timestamp: Option<Moment>,
    #[prost(message, repeated, tag = "2")]
    fields: Vec<KeyValue>,
}

#[derive(Clone, PartialEq, Message)]
struct Process {
    #[prost(string, tag = "1")]
    service_name: String,
    #[prost(message, repeated, tag = "2")]
    tags: Vec<KeyValue>,
}

impl Span {
    pub(super) fn of(Adjusted { span, warnings }: Adjusted) -> Self {
        Self {
            trace_id: span.trace_id.as_bytes().to_vec(),
            span_id: span.span_id.as_bytes().to_vec(),
            references: translate::references(&span).into_iter().map(SpanRef::of).collect(),
            start_time: Some(Moment::of_nano(span.start_time_unix_nano)),
            duration: Some(Moment::of_nano(span.duration_nano())),
            tags: KeyValue::all(translate::tags(&span)),
            logs: span.events.iter().map(Log::of).collect(),
            process: Some(Process::of(&span.resource)),
            warnings,
            operation_name: span.name,
        }
    }
}

impl SpanRef {
    fn of(reference: translate::Reference) -> Self {
        Self {
            trace_id: reference.trace_id.as_bytes().to_vec(),
            span_id: reference.span_id.as_bytes().to_vec(),
            ref_type: match reference.kind {
                RefType::ChildOf => 0,
                RefType::FollowsFrom => 1,
            },
        }
    }
}

impl KeyValue {
    fn all(tags: Vec<translate::Tag<'_>>) -> Vec<Self> {
        tags.into_iter().map(Self::of).collect()
    }

    fn of(tag: translate::Tag<'_>) -> Self {
        let key = tag.key.to_owned();
        match tag.value {
            TagValue::Text(text) => Self { key, text: text.into_owned(), ..Self::default() },
            TagValue::Bool(bool) => Self { key, kind: 1, bool, ..Self::default() },
            TagValue::Int(int) => Self { key, kind: 2, int, ..Self::default() },
            TagValue::Double(double) => Self { key, kind: 3, double, ..Self::default() },
            TagValue::Bytes(bytes) => {
                Self { key, kind: 4, bytes: bytes.to_vec(), ..Self::default() }
            }
        }
    }
}

impl Log {
    fn of(event: &Event) -> Self {
        Self {
            timestamp: Some(Moment::of_nano(event.time_unix_nano)),
            fields: KeyValue::all(translate::fields(event)),
        }
    }
}

impl Process {
    fn of(resource: &Resource) -> Self {
        Self {
            service_name: resource.service_name().into_owned(),
            tags: KeyValue::all(translate::process_tags(resource)),
        }
    }
}
