//! Values while a query runs.

mod named;
mod types;

use std::borrow::Cow;
use std::fmt;

use proto::Value;

pub use named::{Kind, Status};
pub use types::Type;

use crate::duration::format_duration;
use crate::number::format_float;

/// A literal, an attribute's value or what an expression came to. Borrows from the span
/// or the query where it can.
#[derive(Debug, Clone, PartialEq)]
pub enum Static<'a> {
    /// No value.
    Nil,
    /// A whole number.
    Int(i64),
    /// A floating-point number.
    Float(f64),
    /// Text.
    Text(Cow<'a, str>),
    /// True or false.
    Bool(bool),
    /// Nanoseconds.
    Duration(i64),
    /// How a span ended.
    Status(Status),
    /// A span's role in a call.
    Kind(Kind),
    /// Values of one type.
    Array(Array<'a>),
}

/// Values of one of the types int, float, text and bool.
#[derive(Debug, Clone, PartialEq)]
pub struct Array<'a> {
    element: Type,
    values: Cow<'a, [Value]>,
}

impl<'a> Static<'a> {
    /// An attribute's value as queries see it. Nothing, bytes, maps, empty arrays and
    /// arrays of several types have no such form: they are nil.
    pub fn of_value(value: &'a Value) -> Self {
        match value {
            Value::String(text) => Self::Text(Cow::Borrowed(text)),
            Value::Bool(value) => Self::Bool(*value),
            Value::Int(value) => Self::Int(*value),
            Value::Double(value) => Self::Float(*value),
            Value::Array(values) => match Array::try_new(Cow::Borrowed(values)) {
                Some(array) => Self::Array(array),
                None => Self::Nil,
            },
            Value::Empty | Value::Bytes(_) | Value::Map(_) => Self::Nil,
        }
    }

    /// Its type.
    pub fn kind_of(&self) -> Type {
        match self {
            Self::Nil => Type::Nil,
            Self::Int(_) => Type::Int,
            Self::Float(_) => Type::Float,
            Self::Text(_) => Type::Text,
            Self::Bool(_) => Type::Bool,
            Self::Duration(_) => Type::Duration,
            Self::Status(_) => Type::Status,
            Self::Kind(_) => Type::Kind,
            Self::Array(array) => match array.element {
                Type::Int => Type::IntArray,
                Type::Float => Type::FloatArray,
                Type::Bool => Type::BoolArray,
                _ => Type::TextArray,
            },
        }
    }

    /// The number it is, durations as nanoseconds.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Int(value) | Self::Duration(value) => Some(*value as f64),
            Self::Float(value) => Some(*value),
            _ => None,
        }
    }

    /// The same value, borrowing from this one.
    pub fn borrowed(&self) -> Static<'_> {
        match self {
            Self::Text(text) => Static::Text(Cow::Borrowed(text)),
            Self::Array(array) => Static::Array(Array {
                element: array.element,
                values: Cow::Borrowed(&array.values),
            }),
            Self::Nil => Static::Nil,
            Self::Int(value) => Static::Int(*value),
            Self::Float(value) => Static::Float(*value),
            Self::Bool(value) => Static::Bool(*value),
            Self::Duration(value) => Static::Duration(*value),
            Self::Status(value) => Static::Status(*value),
            Self::Kind(value) => Static::Kind(*value),
        }
    }

    /// The same value, borrowing from nothing.
    pub fn into_owned(self) -> Static<'static> {
        match self {
            Self::Text(text) => Static::Text(Cow::Owned(text.into_owned())),
            Self::Array(array) => Static::Array(Array {
                element: array.element,
                values: Cow::Owned(array.values.into_owned()),
            }),
            Self::Nil => Static::Nil,
            Self::Int(value) => Static::Int(value),
            Self::Float(value) => Static::Float(value),
            Self::Bool(value) => Static::Bool(value),
            Self::Duration(value) => Static::Duration(value),
            Self::Status(value) => Static::Status(value),
            Self::Kind(value) => Static::Kind(value),
        }
    }
}

impl<'a> Array<'a> {
    /// The values, or `None` where there are none or they are not of one such type.
    pub fn try_new(values: Cow<'a, [Value]>) -> Option<Self> {
        let element = scalar_type(values.first()?)?;
        let is_even = values.iter().all(|value| scalar_type(value) == Some(element));
        is_even.then_some(Self { element, values })
    }

    /// The values, each by itself.
    pub fn elements(&self) -> impl Iterator<Item = Static<'_>> {
        self.values.iter().map(Static::of_value)
    }
}

fn scalar_type(value: &Value) -> Option<Type> {
    match value {
        Value::String(_) => Some(Type::Text),
        Value::Bool(_) => Some(Type::Bool),
        Value::Int(_) => Some(Type::Int),
        Value::Double(_) => Some(Type::Float),
        Value::Empty | Value::Bytes(_) | Value::Array(_) | Value::Map(_) => None,
    }
}

/// As queries write it; texts stand in backquotes, or in double quotes where they have one.
impl fmt::Display for Static<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nil => f.write_str("nil"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Float(value) => f.write_str(&format_float(*value)),
            Self::Text(text) if text.contains('`') => write_quoted(f, text),
            Self::Text(text) => write!(f, "`{text}`"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Duration(nanos) => f.write_str(&format_duration(*nanos)),
            Self::Status(status) => f.write_str(status.word()),
            Self::Kind(kind) => f.write_str(kind.word()),
            Self::Array(array) => {
                f.write_str("[")?;
                for (position, value) in array.elements().enumerate() {
                    let comma = if position > 0 { ", " } else { "" };
                    write!(f, "{comma}{value}")?;
                }
                f.write_str("]")
            }
        }
    }
}

fn write_quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str("\"")?;
    for c in text.chars() {
        match c {
            '"' | '\\' => write!(f, "\\{c}")?,
            '\n' => f.write_str("\\n")?,
            _ => write!(f, "{c}")?,
        }
    }
    f.write_str("\"")
}
