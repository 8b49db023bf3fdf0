use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;
use utoipa::ToSchema;

/// A key and its value.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct Attribute<'a> {
    key: &'a str,
    value: AnyValue<'a>,
}

/// A value with its type.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
#[schema(as = Value)]
enum AnyValue<'a> {
    /// No value at all.
    Empty,
    String(&'a str),
    Bool(bool),
    /// Decimal text, since it may exceed what a JSON number holds exactly.
    Int(String),
    Double(Double),
    /// As base64.
    Bytes(String),
    /// Values in order, of any types.
    #[schema(no_recursion)]
    Array(Vec<AnyValue<'a>>),
    /// Keys and values in order.
    #[schema(no_recursion)]
    Map(Vec<Attribute<'a>>),
}

/// A double as proto3's JSON mapping writes it: a number, or "NaN", "Infinity",
/// "-Infinity".
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
enum Double {
    Finite(f64),
    Other(&'static str),
}

/// `attributes`, in order.
pub(in crate::api::native) fn attributes(attributes: &[proto::Attribute]) -> Vec<Attribute<'_>> {
    let attributes = attributes.iter();
    attributes
        .map(|attribute| Attribute { key: &attribute.key, value: AnyValue::of(&attribute.value) })
        .collect()
}

impl<'a> AnyValue<'a> {
    /// Nests as deep as `value` does, which the decoders bound.
    fn of(value: &'a proto::Value) -> Self {
        match value {
            proto::Value::Empty => Self::Empty,
            proto::Value::String(text) => Self::String(text),
            proto::Value::Bool(value) => Self::Bool(*value),
            proto::Value::Int(number) => Self::Int(number.to_string()),
            proto::Value::Double(number) => Self::Double(Double::of(*number)),
            proto::Value::Bytes(bytes) => Self::Bytes(BASE64_STANDARD.encode(bytes)),
            proto::Value::Array(values) => Self::Array(values.iter().map(Self::of).collect()),
            proto::Value::Map(entries) => Self::Map(attributes(entries)),
        }
    }
}

impl Double {
    fn of(number: f64) -> Self {
        if number.is_nan() {
            Self::Other("NaN")
        } else if number == f64::INFINITY {
            Self::Other("Infinity")
        } else if number == f64::NEG_INFINITY {
            Self::Other("-Infinity")
        } else {
            Self::Finite(number)
        }
    }
}
