//! The messages that only a store's reader has, as `proto/protos/jaeger/storage/v2` has them.

use bytes::Bytes;
use prost::{Message, Oneof};
use storage::TraceSummary;

use super::super::ask;
use super::super::message::TraceQueryParameters;
use super::super::moment::Moment;
use crate::api::jaeger::question::Question;

#[derive(Clone, PartialEq, Message)]
pub(super) struct GetTracesRequest {
    #[prost(message, repeated, tag = "1")]
    pub(super) query: Vec<GetTraceParams>,
}

/// Its times are hints, which our stores need not.
#[derive(Clone, PartialEq, Message)]
pub(super) struct GetTraceParams {
    #[prost(bytes = "bytes", tag = "1")]
    pub(super) trace_id: Bytes,
}

/// Of traces, their ids, and their summaries.
#[derive(Clone, PartialEq, Message)]
pub(super) struct FindRequest {
    #[prost(message, optional, tag = "1")]
    pub(super) query: Option<Query>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Query {
    #[prost(string, tag = "1")]
    service_name: String,
    #[prost(string, tag = "2")]
    operation_name: String,
    #[prost(message, repeated, tag = "3")]
    attributes: Vec<KeyValue>,
    #[prost(message, optional, tag = "4")]
    start_time_min: Option<Moment>,
    #[prost(message, optional, tag = "5")]
    start_time_max: Option<Moment>,
    #[prost(message, optional, tag = "6")]
    duration_min: Option<Moment>,
    #[prost(message, optional, tag = "7")]
    duration_max: Option<Moment>,
    #[prost(int32, tag = "8")]
    search_depth: i32,
    /// An expression, which is refused whatever it says.
    #[prost(bytes = "vec", optional, tag = "9")]
    filter: Option<Vec<u8>>,
}

#[derive(Clone, PartialEq, Message)]
struct KeyValue {
    #[prost(string, tag = "1")]
    key: String,
    #[prost(message, optional, tag = "2")]
    value: Option<AnyValue>,
}

#[derive(Clone, PartialEq, Message)]
struct AnyValue {
    #[prost(oneof = "Any", tags = "1, 2, 3, 4, 5, 6, 7")]
    value: Option<Any>,
}

#[derive(Clone, PartialEq, Oneof)]
enum Any {
    #[prost(string, tag = "1")]
    Text(String),
    #[prost(bool, tag = "2")]
    Bool(bool),
    #[prost(int64, tag = "3")]
    Int(i64),
    #[prost(double, tag = "4")]
    Double(f64),
    /// A list, which nobody searches for.
    #[prost(bytes, tag = "5")]
    Array(Vec<u8>),
    /// A map, likewise.
    #[prost(bytes, tag = "6")]
    Map(Vec<u8>),
    #[prost(bytes, tag = "7")]
    Bytes(Vec<u8>),
}

impl Query {
    /// What it asks for.
    ///
    /// # Errors
    /// What cannot be asked for.
    pub(super) fn question(self) -> Result<Question, String> {
        if self.filter.is_some() {
            return Err("filter is not supported".to_owned());
        }
        let attributes = self.attributes.into_iter().map(KeyValue::text);
        Ok(ask::question(TraceQueryParameters {
            service_name: self.service_name,
            operation_name: self.operation_name,
            attributes: attributes.collect::<Result<_, _>>()?,
            start_time_min: self.start_time_min,
            start_time_max: self.start_time_max,
            duration_min: self.duration_min,
            duration_max: self.duration_max,
            search_depth: self.search_depth,
            raw_traces: true,
            filter: None,
        }))
    }
}

impl KeyValue {
    /// The value as the text by which attributes are compared.
    fn text(self) -> Result<(String, String), String> {
        let value = match self.value.and_then(|value| value.value) {
            None => proto::Value::Empty,
            Some(Any::Text(text)) => proto::Value::String(text),
            Some(Any::Bool(value)) => proto::Value::Bool(value),
            Some(Any::Int(value)) => proto::Value::Int(value),
            Some(Any::Double(value)) => proto::Value::Double(value),
            Some(Any::Bytes(bytes)) => proto::Value::Bytes(bytes),
            Some(Any::Array(_) | Any::Map(_)) => {
                return Err(format!("attribute {:?} must not be a list or a map", self.key));
            }
        };
        Ok((self.key, value.text().into_owned()))
    }
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct FoundTraceIds {
    #[prost(message, repeated, tag = "1")]
    pub(super) ids: Vec<FoundTraceId>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct FoundTraceId {
    #[prost(bytes = "vec", tag = "1")]
    id: Vec<u8>,
    #[prost(message, optional, tag = "2")]
    start: Option<Moment>,
    #[prost(message, optional, tag = "3")]
    end: Option<Moment>,
}

impl FoundTraceId {
    pub(super) fn of(summary: &TraceSummary) -> Self {
        let start = summary.start_unix_nano;
        Self {
            id: summary.trace_id.as_bytes().to_vec(),
            start: Some(Moment::of_nano(start)),
            end: Some(Moment::of_nano(start.saturating_add(summary.duration_nano))),
        }
    }
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Capabilities {
    #[prost(message, optional, tag = "1")]
    search: Option<SearchCapabilities>,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct SearchCapabilities {
    #[prost(bool, tag = "1")]
    without_service_name: bool,
    /// All attributes of a question are found on one span.
    #[prost(bool, tag = "2")]
    same_span_conjunction: bool,
}

impl Capabilities {
    /// What our searches can do.
    pub(super) fn ours() -> Self {
        let search = SearchCapabilities { without_service_name: true, same_span_conjunction: true };
        Self { search: Some(search) }
    }
}
