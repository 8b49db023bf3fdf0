//! A query as a tree.
//!
//! Every node prints in canonical form (fully in parentheses, texts in backquotes), which
//! reads back as the same tree. Nodes that can be wrong know where they stand.

mod attribute;
mod field;
mod metrics;
mod print;
mod spanset;

pub use attribute::{Attribute, Intrinsic};
pub use field::{BinaryOp, Field, UnaryOp};
pub use metrics::{
    Compare, Function, MathOp, Metrics, MetricsPipeline, SecondStage, TOP_COUNT_DEFAULT,
};
pub use spanset::{
    Aggregate, AggregateFunction, Pipeline, Scalar, ScalarFilter, SpansetExpr, SpansetFilter,
    SpansetOp, Stage,
};

use crate::Static;
pub use crate::lexer::Scope;

/// A whole query.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// What is asked for.
    pub root: Root,
    /// What stands in `with(…)`, in order.
    pub hints: Vec<Hint>,
}

impl Query {
    /// The value of the hint `name`; of several the last.
    pub fn hint(&self, name: &str) -> Option<&Static<'static>> {
        self.hints.iter().rev().find(|hint| hint.name == name).map(|hint| &hint.value)
    }
}

/// What a query asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Root {
    /// Spans, trace by trace.
    Spansets(Pipeline),
    /// Series over time.
    Metrics(Metrics),
}

/// An advice on how to answer, `name = value` in `with(…)`. Unknown ones mean nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Hint {
    /// The name.
    pub name: String,
    /// The value.
    pub value: Static<'static>,
}
