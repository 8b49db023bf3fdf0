//! One thing that a span must meet.

use std::fmt;

use crate::ast::{Attribute, BinaryOp};
use crate::evaluate::values_at_all_places;
use crate::{Static, Trace, operate};

/// A span's value of an attribute is there, or compares so with another.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// What is looked at; of events and links any one. Without a scope it is the span's,
    /// else the resource's.
    pub attribute: Attribute,
    /// How it must compare.
    pub comparison: Comparison,
}

/// What a value must be. Numbers compare across their types, durations as nanoseconds; of
/// a list one element must compare so.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "their names say it")]
pub enum Comparison {
    /// Any value that queries can see: no bytes, maps, empty or mixed lists.
    Exists,
    Equal(Static<'static>),
    Less(Static<'static>),
    LessEqual(Static<'static>),
    Greater(Static<'static>),
    GreaterEqual(Static<'static>),
}

impl Comparison {
    fn operator(&self) -> Option<(BinaryOp, &Static<'static>)> {
        match self {
            Self::Exists => None,
            Self::Equal(value) => Some((BinaryOp::Equal, value)),
            Self::Less(value) => Some((BinaryOp::Less, value)),
            Self::LessEqual(value) => Some((BinaryOp::LessEqual, value)),
            Self::Greater(value) => Some((BinaryOp::Greater, value)),
            Self::GreaterEqual(value) => Some((BinaryOp::GreaterEqual, value)),
        }
    }
}

impl Condition {
    /// Whether the span meets it.
    pub fn is_met(&self, trace: &Trace<'_>, span: usize) -> bool {
        values_at_all_places(&self.attribute, trace, span).iter().any(|found| {
            match self.comparison.operator() {
                None => *found != Static::Nil,
                Some((op, value)) => {
                    operate::binary(op, found, value, None) == Ok(Static::Bool(true))
                }
            }
        })
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.comparison.operator() {
            None => write!(f, "{} != nil", self.attribute),
            Some((op, value)) => write!(f, "{} {} {value}", self.attribute, op.text()),
        }
    }
}
