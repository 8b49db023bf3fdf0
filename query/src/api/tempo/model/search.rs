use std::collections::BTreeMap;

use prost::Message;
use serde::Serialize;

use super::{KeyValue, as_text, is_zero};

#[derive(Clone, PartialEq, Message, Serialize)]
pub(crate) struct SearchResponse {
    #[prost(message, repeated, tag = "1")]
    pub(crate) traces: Vec<TraceMetadata>,
    #[prost(message, optional, tag = "2")]
    pub(crate) metrics: Option<SearchMetrics>,
}

#[derive(Clone, PartialEq, Message, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TraceMetadata {
    #[prost(string, tag = "1")]
    #[serde(rename = "traceID")]
    pub(crate) trace_id: String,
    #[prost(string, tag = "2")]
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) root_service_name: String,
    #[prost(string, tag = "3")]
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) root_trace_name: String,
    #[prost(uint64, tag = "4")]
    #[serde(skip_serializing_if = "is_zero", serialize_with = "as_text")]
    pub(crate) start_time_unix_nano: u64,
    #[prost(uint32, tag = "5")]
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) duration_ms: u32,
    /// The first of `span_sets`, for clients that know only one.
    #[prost(message, optional, tag = "6")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) span_set: Option<SpanSet>,
    #[prost(message, repeated, tag = "7")]
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) span_sets: Vec<SpanSet>,
    #[prost(btree_map = "string, message", tag = "8")]
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) service_stats: BTreeMap<String, ServiceStats>,
}

#[derive(Clone, Copy, PartialEq, Message, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ServiceStats {
    #[prost(uint32, tag = "1")]
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) span_count: u32,
    #[prost(uint32, tag = "2")]
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) error_count: u32,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub(crate) struct SpanSet {
    #[prost(message, repeated, tag = "1")]
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) spans: Vec<FoundSpan>,
    #[prost(uint32, tag = "2")]
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) matched: u32,
    #[prost(message, repeated, tag = "3")]
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) attributes: Vec<KeyValue>,
}

/// `tempopb.Span`
#[derive(Clone, PartialEq, Message, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FoundSpan {
    #[prost(string, tag = "1")]
    #[serde(rename = "spanID")]
    pub(crate) span_id: String,
    #[prost(string, tag = "2")]
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) name: String,
    #[prost(uint64, tag = "3")]
    #[serde(skip_serializing_if = "is_zero", serialize_with = "as_text")]
    pub(crate) start_time_unix_nano: u64,
    #[prost(uint64, tag = "4")]
    #[serde(skip_serializing_if = "is_zero", serialize_with = "as_text")]
    pub(crate) duration_nanos: u64,
    #[prost(message, repeated, tag = "5")]
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) attributes: Vec<KeyValue>,
}

/// What it took. Only the fields that every version of Grafana's data source knows.
#[derive(Clone, Copy, PartialEq, Message, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SearchMetrics {
    #[prost(uint32, tag = "1")]
    #[serde(skip_serializing_if = "is_zero")]
    inspected_traces: u32,
    #[prost(uint32, tag = "4")]
    #[serde(skip_serializing_if = "is_zero")]
    completed_jobs: u32,
    #[prost(uint32, tag = "5")]
    #[serde(skip_serializing_if = "is_zero")]
    total_jobs: u32,
}

impl SearchMetrics {
    /// Of a question that is answered as a whole.
    pub(crate) fn done(inspected_traces: usize) -> Self {
        let inspected_traces = u32::try_from(inspected_traces).unwrap_or(u32::MAX);
        Self { inspected_traces, completed_jobs: 1, total_jobs: 1 }
    }
}
