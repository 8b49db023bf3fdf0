use prost::Message;
use serde::Serialize;

use super::{Nothing, is_zero};

#[derive(Clone, PartialEq, Message, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SearchTagsResponse {
    #[prost(string, repeated, tag = "1")]
    pub(crate) tag_names: Vec<String>,
    #[prost(message, optional, tag = "2")]
    pub(crate) metrics: Option<Nothing>,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub(crate) struct SearchTagsV2Response {
    #[prost(message, repeated, tag = "1")]
    pub(crate) scopes: Vec<TagScope>,
    #[prost(message, optional, tag = "2")]
    pub(crate) metrics: Option<Nothing>,
}

#[derive(Clone, PartialEq, Message, Serialize)]
pub(crate) struct TagScope {
    #[prost(string, tag = "1")]
    pub(crate) name: String,
    #[prost(string, repeated, tag = "2")]
    pub(crate) tags: Vec<String>,
}

#[derive(Clone, PartialEq, Message, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SearchTagValuesResponse {
    #[prost(string, repeated, tag = "1")]
    pub(crate) tag_values: Vec<String>,
    #[prost(message, optional, tag = "2")]
    pub(crate) metrics: Option<Nothing>,
}

#[derive(Clone, PartialEq, Message, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SearchTagValuesV2Response {
    #[prost(message, repeated, tag = "1")]
    pub(crate) tag_values: Vec<TagValue>,
    #[prost(message, optional, tag = "2")]
    pub(crate) metrics: Option<Nothing>,
}

/// A value as text, with the type that it has in a query.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Message, Serialize)]
pub(crate) struct TagValue {
    #[prost(string, tag = "1")]
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[prost(string, tag = "2")]
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) value: String,
}

impl TagValue {
    pub(crate) fn new(kind: &str, value: impl Into<String>) -> Self {
        Self { kind: kind.to_owned(), value: value.into() }
    }
}
