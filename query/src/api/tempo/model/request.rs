use std::collections::BTreeMap;

use prost::Message;

#[derive(Clone, PartialEq, Message)]
pub(crate) struct SearchRequest {
    #[prost(btree_map = "string, string", tag = "1")]
    pub(crate) tags: BTreeMap<String, String>,
    #[prost(uint32, tag = "2")]
    pub(crate) min_duration_ms: u32,
    #[prost(uint32, tag = "3")]
    pub(crate) max_duration_ms: u32,
    #[prost(uint32, tag = "4")]
    pub(crate) limit: u32,
    /// Seconds since the Unix epoch, as is `end`.
    #[prost(uint32, tag = "5")]
    pub(crate) start: u32,
    #[prost(uint32, tag = "6")]
    pub(crate) end: u32,
    #[prost(string, tag = "8")]
    pub(crate) query: String,
    #[prost(uint32, tag = "9")]
    pub(crate) spans_per_span_set: u32,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct SearchTagsRequest {
    #[prost(string, tag = "1")]
    pub(crate) scope: String,
    #[prost(string, tag = "2")]
    pub(crate) query: String,
    #[prost(uint32, tag = "3")]
    pub(crate) start: u32,
    #[prost(uint32, tag = "4")]
    pub(crate) end: u32,
    #[prost(uint32, tag = "5")]
    pub(crate) max_tags_per_scope: u32,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct SearchTagValuesRequest {
    #[prost(string, tag = "1")]
    pub(crate) tag_name: String,
    #[prost(string, tag = "2")]
    pub(crate) query: String,
    #[prost(uint32, tag = "4")]
    pub(crate) start: u32,
    #[prost(uint32, tag = "5")]
    pub(crate) end: u32,
    #[prost(uint32, tag = "6")]
    pub(crate) max_tag_values: u32,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct QueryRangeRequest {
    #[prost(string, tag = "1")]
    pub(crate) query: String,
    /// Nanoseconds since the Unix epoch, as is `end`.
    #[prost(uint64, tag = "2")]
    pub(crate) start: u64,
    #[prost(uint64, tag = "3")]
    pub(crate) end: u64,
    /// Nanoseconds.
    #[prost(uint64, tag = "4")]
    pub(crate) step: u64,
    #[prost(uint32, tag = "16")]
    pub(crate) exemplars: u32,
    #[prost(uint32, tag = "17")]
    pub(crate) max_series: u32,
}

#[derive(Clone, PartialEq, Message)]
pub(crate) struct QueryInstantRequest {
    #[prost(string, tag = "1")]
    pub(crate) query: String,
    #[prost(uint64, tag = "2")]
    pub(crate) start: u64,
    #[prost(uint64, tag = "3")]
    pub(crate) end: u64,
}
