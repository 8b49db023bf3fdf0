use serde::Serialize;
use utoipa::ToSchema;

use super::completeness::Completeness;

/// The services.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct ServicesAnswer<'a> {
    pub(in crate::api::native) services: Vec<&'a str>,
    pub(in crate::api::native) completeness: Completeness<'a>,
}

/// The span names.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct SpanNamesAnswer<'a> {
    pub(in crate::api::native) span_names: Vec<&'a str>,
    pub(in crate::api::native) completeness: Completeness<'a>,
}

/// The attribute keys.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct AttributesAnswer<'a> {
    pub(in crate::api::native) attributes: Vec<AttributeKey<'a>>,
    pub(in crate::api::native) completeness: Completeness<'a>,
}

/// A key, once for each place it occurs in.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct AttributeKey<'a> {
    pub(in crate::api::native) key: &'a str,
    /// `span`, `resource`, `scope`, `event` or `link`.
    pub(in crate::api::native) scope: &'a str,
}

/// The values of one attribute, by their text form.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct ValuesAnswer<'a> {
    pub(in crate::api::native) values: Vec<&'a str>,
    pub(in crate::api::native) completeness: Completeness<'a>,
}
