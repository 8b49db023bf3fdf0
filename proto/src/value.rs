//! Attribute values.

use std::borrow::Cow;

/// A key and its value.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Attribute {
    /// The key; may be empty, as OTLP allows it.
    pub key: String,
    /// The value.
    pub value: Value,
}

impl Attribute {
    /// An attribute with this key and value.
    pub fn new(key: impl Into<String>, value: impl Into<Value>) -> Self {
        Self { key: key.into(), value: value.into() }
    }
}

/// An attribute's value: OTLP's `AnyValue`.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// No value at all, which OTLP tells from an empty string.
    #[default]
    Empty,
    /// Text.
    String(String),
    /// True or false.
    Bool(bool),
    /// A signed whole number.
    Int(i64),
    /// A floating-point number; NaN and the infinities are values too.
    Double(f64),
    /// Raw bytes.
    Bytes(Vec<u8>),
    /// Values in order, of any types.
    Array(Vec<Value>),
    /// Keys and values in order; a key may occur twice.
    Map(Vec<Attribute>),
}

impl Value {
    /// What a list consists of; nothing of other values.
    pub fn elements(&self) -> &[Self] {
        match self {
            Self::Array(elements) => elements,
            _ => &[],
        }
    }

    /// The value as one text: what a search without a type compares with, and
    /// what a list shows. Strings are themselves, numbers decimal (a double that
    /// is whole has no point, NaN is `NaN`, infinities are `Infinity` and
    /// `-Infinity`), bytes lower-case hex, arrays and maps compact JSON-like
    /// text, nothing is the empty text.
    ///
    /// Containers nest no deeper than the decoders let them
    /// (`otlp::Limits::value_depth`), which bounds the recursion.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Empty => Cow::Borrowed(""),
            Self::String(text) => Cow::Borrowed(text),
            Self::Bool(true) => Cow::Borrowed("true"),
            Self::Bool(false) => Cow::Borrowed("false"),
            other => {
                let mut out = String::new();
                other.write_text(&mut out, false);
                Cow::Owned(out)
            }
        }
    }

    fn write_text(&self, out: &mut String, quoted: bool) {
        match self {
            Self::Empty if quoted => out.push_str("null"),
            Self::Empty => {}
            Self::String(text) if quoted => out.push_str(&format!("{text:?}")),
            Self::String(text) => out.push_str(text),
            Self::Bool(value) => out.push_str(&format!("{value}")),
            Self::Int(value) => out.push_str(&format!("{value}")),
            Self::Double(value) => out.push_str(&double_text(*value)),
            Self::Bytes(bytes) => out.push_str(&const_hex::encode(bytes)),
            Self::Array(values) => {
                out.push('[');
                for (position, value) in values.iter().enumerate() {
                    if position > 0 {
                        out.push(',');
                    }
                    value.write_text(out, true);
                }
                out.push(']');
            }
            Self::Map(entries) => {
                out.push('{');
                for (position, entry) in entries.iter().enumerate() {
                    if position > 0 {
                        out.push(',');
                    }
                    out.push_str(&format!("{:?}:", entry.key));
                    entry.value.write_text(out, true);
                }
                out.push('}');
            }
        }
    }
}

/// A double as proto3 JSON names it; whole numbers without a point.
fn double_text(value: f64) -> String {
    if value.is_nan() {
        "NaN".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { "Infinity".to_owned() } else { "-Infinity".to_owned() }
    } else {
        format!("{value}")
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Double(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_has_one_text() {
        let map = Value::Map(vec![Attribute::new("k", Value::Array(vec!["a".into(), 1.into()]))]);
        for (value, text) in [
            (Value::Empty, ""),
            ("x y".into(), "x y"),
            (true.into(), "true"),
            (i64::MIN.into(), "-9223372036854775808"),
            (2.0.into(), "2"),
            (0.25.into(), "0.25"),
            (f64::NAN.into(), "NaN"),
            (f64::NEG_INFINITY.into(), "-Infinity"),
            (Value::Bytes(vec![0xab, 1]), "ab01"),
            (map, r#"{"k":["a",1]}"#),
        ] {
            assert_eq!(value.text(), text);
        }
    }
}
