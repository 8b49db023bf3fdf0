use prost::Message;
use serde::{Serialize, Serializer};

use super::{KeyValue, SearchMetrics, as_double, as_text, is_zero};

/// `PartialStatus.PARTIAL`
pub(crate) const PARTIAL: i32 = 1;

#[derive(Clone, PartialEq, Message, Serialize)]
pub(crate) struct QueryRangeResponse {
    #[prost(message, repeated, tag = "1")]
    pub(crate) series: Vec<TimeSeries>,
    #[prost(message, optional, tag = "2")]
    pub(crate) metrics: Option<SearchMetrics>,
    #[prost(int32, tag = "3")]
    #[serde(skip_serializing_if = "is_zero", serialize_with = "status_name")]
    pub(crate) status: i32,
    #[prost(string, tag = "4")]
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) message: String,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub(crate) struct QueryInstantResponse {
    #[prost(message, repeated, tag = "1")]
    pub(crate) series: Vec<InstantSeries>,
    #[prost(message, optional, tag = "2")]
    pub(crate) metrics: Option<SearchMetrics>,
    #[prost(int32, tag = "3")]
    #[serde(skip_serializing_if = "is_zero", serialize_with = "status_name")]
    pub(crate) status: i32,
    #[prost(string, tag = "4")]
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) message: String,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub(crate) struct TimeSeries {
    #[prost(message, repeated, tag = "1")]
    pub(crate) labels: Vec<KeyValue>,
    #[prost(message, repeated, tag = "2")]
    pub(crate) samples: Vec<Sample>,
    #[prost(message, repeated, tag = "4")]
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) exemplars: Vec<Exemplar>,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub(crate) struct InstantSeries {
    #[prost(message, repeated, tag = "1")]
    pub(crate) labels: Vec<KeyValue>,
    #[prost(double, tag = "2")]
    #[serde(skip_serializing_if = "is_zero", serialize_with = "as_double")]
    pub(crate) value: f64,
}

#[derive(Clone, Copy, PartialEq, Message, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Sample {
    #[prost(int64, tag = "2")]
    #[serde(skip_serializing_if = "is_zero", serialize_with = "as_text")]
    pub(crate) timestamp_ms: i64,
    #[prost(double, tag = "1")]
    #[serde(skip_serializing_if = "is_zero", serialize_with = "as_double")]
    pub(crate) value: f64,
}

#[derive(Clone, PartialEq, Message, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Exemplar {
    #[prost(message, repeated, tag = "1")]
    pub(crate) labels: Vec<KeyValue>,
    #[prost(double, tag = "2")]
    #[serde(skip_serializing_if = "is_zero", serialize_with = "as_double")]
    pub(crate) value: f64,
    #[prost(int64, tag = "3")]
    #[serde(skip_serializing_if = "is_zero", serialize_with = "as_text")]
    pub(crate) timestamp_ms: i64,
}

/// Only written where it is not complete.
fn status_name<S: Serializer>(_: &i32, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str("PARTIAL")
}
