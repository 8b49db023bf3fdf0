//! The types of values, as far as they are known before any span is seen.

use std::fmt;

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
