//! The messages of `tempopb`, as `pkg/tempopb/tempo.proto` (Apache-2.0) has them, each in
//! both of its forms.
//!
//! In JSON Grafana's data source reads some of them strictly: a field that it does not know
//! is an error. So nothing is here that Tempo does not have, and zeros are left out, as
//! Tempo leaves them out; numbers of 64 bits are texts.

mod metric;
mod request;
mod search;
mod tag;
mod value;

use prost::Message;
use serde::{Serialize, Serializer};

pub(super) use metric::{
    Exemplar, InstantSeries, PARTIAL, QueryInstantResponse, QueryRangeResponse, Sample, TimeSeries,
};
pub(super) use request::{
    QueryInstantRequest, QueryRangeRequest, SearchRequest, SearchTagValuesRequest,
    SearchTagsRequest,
};
pub(super) use search::{
    FoundSpan, SearchMetrics, SearchResponse, ServiceStats, SpanSet, TraceMetadata,
};
pub(super) use tag::{
    SearchTagValuesResponse, SearchTagValuesV2Response, SearchTagsResponse, SearchTagsV2Response,
    TagScope, TagValue,
};
pub(super) use value::KeyValue;

/// A message that says nothing of what Tempo's has a place for.
#[derive(Clone, Copy, PartialEq, Message, Serialize)]
pub(super) struct Nothing {}

fn is_zero<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A number as a text.
fn as_text<S: Serializer>(number: &impl ToString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&number.to_string())
}

/// A floating-point number as Go writes it: whole ones without a point, and those that JSON
/// does not have as texts.
pub(super) fn as_double<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    /// Above it not every whole number is one.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match *number {
        value if value.is_nan() => serializer.serialize_str("NaN"),
        f64::INFINITY => serializer.serialize_str("Infinity"),
        f64::NEG_INFINITY => serializer.serialize_str("-Infinity"),
        value if value.fract() == 0.0 && value.abs() <= EXACT => {
            serializer.serialize_i64(value as i64)
        }
        value => serializer.serialize_f64(value),
    }
}
