//! Values while a query runs, and the types that are known before.

use std::borrow::Cow;
use std::fmt;

use proto::{SpanKind, StatusCode, Value};

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

/// How a span ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "OpenTelemetry's names say it")]
pub enum Status {
    Error,
    Ok,
    Unset,
}

/// A span's role in a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "OpenTelemetry's names say it")]
pub enum Kind {
    Unspecified,
    Internal,
    Server,
    Client,
    Producer,
    Consumer,
}

/// What kind of value something is. [`Type::Unknown`] is an attribute's before it is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "named after the values")]
pub enum Type {
    Nil,
    Unknown,
    Int,
    Float,
    Text,
    Bool,
    IntArray,
    FloatArray,
    TextArray,
    BoolArray,
    Duration,
    Status,
    Kind,
}

impl Type {
    /// Whether one can calculate with it.
    pub fn is_numeric(self) -> bool {
        matches!(self, Self::Int | Self::Float | Self::Duration)
    }

    /// The type of an array's values; any other type itself.
    pub fn element(self) -> Self {
        match self {
            Self::IntArray => Self::Int,
            Self::FloatArray => Self::Float,
            Self::TextArray => Self::Text,
            Self::BoolArray => Self::Bool,
            other => other,
        }
    }

    /// Whether values of both types can stand on the two sides of an operator.
    pub fn matches(self, other: Self) -> bool {
        let (left, right) = (self.element(), other.element());
        let is_open = |one| matches!(one, Self::Nil | Self::Unknown);
        left == right || is_open(left) || is_open(right) || left.is_numeric() && right.is_numeric()
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nil => "nothing",
            Self::Unknown => "a value of a type not known before",
            Self::Int => "a whole number",
            Self::Float => "a number",
            Self::Text => "a text",
            Self::Bool => "true or false",
            Self::IntArray | Self::FloatArray => "a list of numbers",
            Self::TextArray => "a list of texts",
            Self::BoolArray => "a list of true and false",
            Self::Duration => "a duration",
            Self::Status => "a status",
            Self::Kind => "a kind",
        })
    }
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

impl Status {
    const ALL: [Self; 3] = [Self::Error, Self::Ok, Self::Unset];

    /// How it is written.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Ok => "ok",
            Self::Unset => "unset",
        }
    }

    pub(crate) fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }

    /// The status with this code; a code that OpenTelemetry does not name is unset.
    pub fn of_code(code: StatusCode) -> Self {
        match code {
            StatusCode::ERROR => Self::Error,
            StatusCode::OK => Self::Ok,
            _ => Self::Unset,
        }
    }
}

impl Kind {
    const ALL: [Self; 6] = [
        Self::Unspecified,
        Self::Internal,
        Self::Server,
        Self::Client,
        Self::Producer,
        Self::Consumer,
    ];

    /// How it is written.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::Internal => "internal",
            Self::Server => "server",
            Self::Client => "client",
            Self::Producer => "producer",
            Self::Consumer => "consumer",
        }
    }

    pub(crate) fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }

    /// The kind of a span; one that OpenTelemetry does not name is unspecified.
    pub fn of_span(kind: SpanKind) -> Self {
        match kind {
            SpanKind::INTERNAL => Self::Internal,
            SpanKind::SERVER => Self::Server,
            SpanKind::CLIENT => Self::Client,
            SpanKind::PRODUCER => Self::Producer,
            SpanKind::CONSUMER => Self::Consumer,
            _ => Self::Unspecified,
        }
    }
}
