//! Pipelines of spansets: filters, structure, groups and aggregates.

use super::{Attribute, BinaryOp, Field};
use crate::{Position, Static};

/// Stages, each of which takes what the one before it gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Pipeline {
    /// At least one.
    pub stages: Vec<Stage>,
}

/// One step of a pipeline.
#[derive(Debug, Clone, PartialEq)]
pub enum Stage {
    /// Keeps spans.
    Spansets(SpansetExpr),
    /// `by(x)`: splits spansets by a value.
    By(Field, Position),
    /// `coalesce()`: joins spansets into one.
    Coalesce,
    /// `select(a, b)`: shows more.
    Select(Vec<Attribute>, Position),
    /// Keeps spansets of which a figure satisfies a comparison.
    Filter(ScalarFilter),
}

/// What spans to keep.
#[derive(Debug, Clone, PartialEq)]
pub enum SpansetExpr {
    /// `{ … }`
    Filter(SpansetFilter),
    /// Two sets and what they have to do with each other.
    Operation {
        /// The relation.
        op: SpansetOp,
        /// The left set.
        left: Box<SpansetExpr>,
        /// The right set.
        right: Box<SpansetExpr>,
        /// Where the operator stands.
        at: Position,
    },
    /// A pipeline in parentheses.
    Pipeline(Box<Pipeline>),
}

/// Spans of which an expression is true.
#[derive(Debug, Clone, PartialEq)]
pub struct SpansetFilter {
    /// The expression.
    pub field: Field,
    /// Where the brace opens.
    pub at: Position,
}

/// What two sets of spans have to do with each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "`text` says how each is written")]
pub enum SpansetOp {
    And,
    Or,
    Child,
    Descendant,
    Parent,
    Ancestor,
    Sibling,
    NotChild,
    NotDescendant,
    NotParent,
    NotAncestor,
    NotSibling,
    UnionChild,
    UnionDescendant,
    UnionParent,
    UnionAncestor,
    UnionSibling,
}

impl SpansetOp {
    /// How it is written.
    pub fn text(self) -> &'static str {
        match self {
            Self::And => "&&",
            Self::Or => "||",
            Self::Child => ">",
            Self::Descendant => ">>",
            Self::Parent => "<",
            Self::Ancestor => "<<",
            Self::Sibling => "~",
            Self::NotChild => "!>",
            Self::NotDescendant => "!>>",
            Self::NotParent => "!<",
            Self::NotAncestor => "!<<",
            Self::NotSibling => "!~",
            Self::UnionChild => "&>",
            Self::UnionDescendant => "&>>",
            Self::UnionParent => "&<",
            Self::UnionAncestor => "&<<",
            Self::UnionSibling => "&~",
        }
    }
}

/// `scalar cmp scalar`, of each spanset.
#[derive(Debug, Clone, PartialEq)]
pub struct ScalarFilter {
    /// The comparison.
    pub op: BinaryOp,
    /// Its left side.
    pub left: Scalar,
    /// Its right side.
    pub right: Scalar,
    /// Where the operator stands.
    pub at: Position,
}

/// A figure of a spanset.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    /// A literal.
    Static(Static<'static>),
    /// An aggregate of the spanset's spans.
    Aggregate(Aggregate),
    /// Figures calculated with.
    Arithmetic {
        /// What is done.
        op: BinaryOp,
        /// To what.
        left: Box<Scalar>,
        /// And what.
        right: Box<Scalar>,
        /// Where the operator stands.
        at: Position,
    },
    /// A figure of what a pipeline of its own gives: read, but not answered.
    Pipeline {
        /// The pipeline.
        pipeline: Pipeline,
        /// What is made of its spansets.
        scalar: Box<Scalar>,
        /// Where it begins.
        at: Position,
    },
}

/// `count()`, `avg(x)` and their like.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    /// Which.
    pub function: AggregateFunction,
    /// Of what; `count` has none, all others do.
    pub field: Option<Field>,
    /// Where it stands.
    pub at: Position,
}

/// How values become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "`text` says how each is written")]
pub enum AggregateFunction {
    Count,
    Avg,
    Max,
    Min,
    Sum,
}

impl AggregateFunction {
    const ALL: [Self; 5] = [Self::Count, Self::Avg, Self::Max, Self::Min, Self::Sum];

    /// How it is written.
    pub fn text(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Avg => "avg",
            Self::Max => "max",
            Self::Min => "min",
            Self::Sum => "sum",
        }
    }

    pub(crate) fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.text() == word)
    }
}
