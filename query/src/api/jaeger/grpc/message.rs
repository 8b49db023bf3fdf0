//! The messages that are the same on the wire in all services, as `proto/protos/jaeger` has
//! them.

use std::collections::HashMap;

use prost::Message;
use storage::{ServiceCount, TraceSummary};

use super::moment::Moment;
use crate::api::jaeger::names::NamedKind;
use crate::api::jaeger::question::format_kind;

/// Of versions 2 and 3. Version 2 has no filter.
#[derive(Clone, PartialEq, Message)]
pub(super) struct TraceQueryParameters {
    #[prost(string, tag = "1")]
    pub(super) service_name: String,
    #[prost(string, tag = "2")]
    pub(super) operation_name: String,
    #[prost(map = "string, string", tag = "3")]
    pub(super) attributes: HashMap<String, String>,
    #[prost(message, optional, tag = "4")]
    pub(super) start_time_min: Option<Moment>,
    #[prost(message, optional, tag = "5")]
    pub(super) start_time_max: Option<Moment>,
    #[prost(message, optional, tag = "6")]
    pub(super) duration_min: Option<Moment>,
    #[prost(message, optional, tag = "7")]
    pub(super) duration_max: Option<Moment>,
    #[prost(int32, tag = "8")]
    pub(super) search_depth: i32,
    #[prost(bool, tag = "9")]
    pub(super) raw_traces: bool,
    /// An expression, which is refused whatever it says.
    #[prost(bytes = "vec", optional, tag = "10")]
    pub(super) filter: Option<Vec<u8>>,
}

/// Of traces and of summaries: both requests are alike.
#[derive(Clone, PartialEq, Message)]
pub(super) struct FindRequest {
    #[prost(message, optional, tag = "1")]
    pub(super) query: Option<TraceQueryParameters>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct GetServicesResponse {
    #[prost(string, repeated, tag = "1")]
    pub(super) services: Vec<String>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct GetOperationsRequest {
    #[prost(string, tag = "1")]
    pub(super) service: String,
    #[prost(string, tag = "2")]
    span_kind: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Operation {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(string, tag = "2")]
    span_kind: String,
}

impl Operation {
    pub(super) fn of((name, kind): NamedKind) -> Self {
        Self { name, span_kind: format_kind(kind).to_owned() }
    }
}

/// Of version 3 and of the store's reader; version 2 has the names beside them.
#[derive(Clone, PartialEq, Message)]
pub(super) struct GetOperationsResponse {
    #[prost(message, repeated, tag = "1")]
    pub(super) operations: Vec<Operation>,
}

impl GetOperationsRequest {
    /// The kind that is asked for, if one is.
    pub(super) fn kind(&self) -> Option<&str> {
        Some(self.span_kind.as_str()).filter(|kind| !kind.is_empty())
    }
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct GetDependenciesRequest {
    #[prost(message, optional, tag = "1")]
    pub(super) start_time: Option<Moment>,
    #[prost(message, optional, tag = "2")]
    pub(super) end_time: Option<Moment>,
}

/// Others than version 3 have a field for who counted them, which is left out.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Dependency {
    #[prost(string, tag = "1")]
    pub(super) parent: String,
    #[prost(string, tag = "2")]
    pub(super) child: String,
    #[prost(uint64, tag = "3")]
    pub(super) call_count: u64,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Dependencies {
    #[prost(message, repeated, tag = "1")]
    pub(super) dependencies: Vec<Dependency>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Service {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(int32, tag = "2")]
    span_count: i32,
    #[prost(int32, tag = "3")]
    error_span_count: i32,
}

/// Of version 3 and of the store's reader.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Summary {
    /// 32 hexadecimal digits there, 16 bytes here: on the wire both are bytes.
    #[prost(bytes = "vec", tag = "1")]
    trace_id: Vec<u8>,
    #[prost(string, tag = "2")]
    root_service_name: String,
    #[prost(string, tag = "3")]
    root_operation_name: String,
    #[prost(fixed64, tag = "4")]
    min_start_time_unix_nano: u64,
    #[prost(fixed64, tag = "5")]
    max_end_time_unix_nano: u64,
    #[prost(int32, tag = "6")]
    span_count: i32,
    #[prost(int32, tag = "7")]
    error_span_count: i32,
    #[prost(message, repeated, tag = "9")]
    services: Vec<Service>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct SummariesResponse {
    #[prost(message, repeated, tag = "1")]
    pub(super) summaries: Vec<Summary>,
}

impl Summary {
    pub(super) fn of(trace_id: Vec<u8>, summary: TraceSummary) -> Self {
        let end = summary.start_unix_nano.saturating_add(summary.duration_nano);
        Self {
            trace_id,
            root_service_name: summary.root_service,
            root_operation_name: summary.root_name,
            min_start_time_unix_nano: summary.start_unix_nano,
            max_end_time_unix_nano: end,
            span_count: count(summary.span_count),
            error_span_count: count(summary.error_count),
            services: summary.services.into_iter().map(Service::of).collect(),
        }
    }
}

impl Service {
    fn of(ServiceCount { name, spans, errors, .. }: ServiceCount) -> Self {
        Self { name, span_count: count(spans), error_span_count: count(errors) }
    }
}

fn count(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
