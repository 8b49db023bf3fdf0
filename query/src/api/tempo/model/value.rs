use prost::{Message, Oneof};
use serde::{Serialize, Serializer};
use traceql::Static;

use super::{Nothing, as_double};

/// `common.v1.AnyValue`, of the kinds that a query can give.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct AnyValue {
    #[prost(oneof = "Kind", tags = "1, 2, 3, 4, 5")]
    kind: Option<Kind>,
}

#[derive(Clone, PartialEq, Oneof, Serialize)]
enum Kind {
    #[prost(string, tag = "1")]
    #[serde(rename = "stringValue")]
    Text(String),
    #[prost(bool, tag = "2")]
    #[serde(rename = "boolValue")]
    Bool(bool),
    #[prost(int64, tag = "3")]
    #[serde(rename = "intValue", serialize_with = "super::as_text")]
    Int(i64),
    #[prost(double, tag = "4")]
    #[serde(rename = "doubleValue", serialize_with = "as_double")]
    Double(f64),
    #[prost(message, tag = "5")]
    #[serde(rename = "arrayValue")]
    List(ValueList),
}

/// `common.v1.ArrayValue`
#[derive(Clone, PartialEq, Message, Serialize)]
pub(crate) struct ValueList {
    #[prost(message, repeated, tag = "1")]
    values: Vec<AnyValue>,
}

/// `common.v1.KeyValue`
#[derive(Clone, PartialEq, Message, Serialize)]
pub(crate) struct KeyValue {
    #[prost(string, tag = "1")]
    pub(crate) key: String,
    #[prost(message, optional, tag = "2")]
    pub(crate) value: Option<AnyValue>,
}

impl Serialize for AnyValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.kind {
            Some(kind) => kind.serialize(serializer),
            None => Nothing {}.serialize(serializer),
        }
    }
}

impl AnyValue {
    fn text(text: impl Into<String>) -> Self {
        Self { kind: Some(Kind::Text(text.into())) }
    }

    /// A value of a query. What OTLP has no type for is a text: a duration is `1.5s`, a
    /// status `error`, no value `nil`.
    pub(crate) fn of(value: &Static<'_>) -> Self {
        let kind = match value {
            Static::Int(value) => Kind::Int(*value),
            Static::Float(value) => Kind::Double(*value),
            Static::Bool(value) => Kind::Bool(*value),
            Static::Text(text) => return Self::text(text.as_ref()),
            Static::Array(array) => {
                let values = array.elements().map(|one| Self::of(&one)).collect();
                Kind::List(ValueList { values })
            }
            Static::Nil | Static::Duration(_) | Static::Status(_) | Static::Kind(_) => {
                return Self::text(value.to_string());
            }
        };
        Self { kind: Some(kind) }
    }
}

impl KeyValue {
    pub(crate) fn of(key: impl Into<String>, value: &Static<'_>) -> Self {
        Self { key: key.into(), value: Some(AnyValue::of(value)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_go_writes_them() {
        let of = |value: Static<'_>| serde_json::to_string(&AnyValue::of(&value)).ok();
        for (value, json) in [
            (Static::Int(-3), r#"{"intValue":"-3"}"#),
            (Static::Float(2.0), r#"{"doubleValue":2}"#),
            (Static::Float(0.5), r#"{"doubleValue":0.5}"#),
            (Static::Float(f64::NAN), r#"{"doubleValue":"NaN"}"#),
            (Static::Bool(false), r#"{"boolValue":false}"#),
            (Static::Text("a\"b".into()), r#"{"stringValue":"a\"b"}"#),
            (Static::Duration(1_500_000_000), r#"{"stringValue":"1.5s"}"#),
            (Static::Nil, r#"{"stringValue":"nil"}"#),
        ] {
            assert_eq!(of(value).as_deref(), Some(json));
        }
        let list = proto::Value::Array(vec![proto::Value::Int(1), proto::Value::Int(2)]);
        let json = r#"{"arrayValue":{"values":[{"intValue":"1"},{"intValue":"2"}]}}"#;
        assert_eq!(of(Static::of_value(&list)).as_deref(), Some(json));
    }
}
