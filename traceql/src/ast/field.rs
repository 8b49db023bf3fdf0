//! Expressions about one span: what stands between braces, and what is aggregated.

use super::Attribute;
use crate::{Pattern, Position, Static};

/// An expression about one span.
#[derive(Debug, Clone, PartialEq)]
pub enum Field {
    /// A literal.
    Static(Static<'static>),
    /// Something of the span.
    Attribute(Attribute, Position),
    /// `-x`, `!x`.
    Unary {
        /// What is done.
        op: UnaryOp,
        /// To what.
        operand: Box<Field>,
        /// Where the operator stands.
        at: Position,
    },
    /// `x op y`.
    Binary {
        /// What is done.
        op: BinaryOp,
        /// To what.
        left: Box<Field>,
        /// And what.
        right: Box<Field>,
        /// The right side compiled, where it is a literal pattern that is one.
        pattern: Option<Pattern>,
        /// Where the operator stands.
        at: Position,
    },
    /// `x = nil`, `x != nil`.
    Presence {
        /// What is looked for.
        operand: Box<Field>,
        /// Whether it must be there (`!=`) or must not (`=`).
        is_present: bool,
        /// Where the operator stands.
        at: Position,
    },
}

/// Operators with one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `-`
    Minus,
    /// `!`
    Not,
}

/// Operators with two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "`text` says how each is written")]
pub enum BinaryOp {
    And,
    Or,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Regex,
    NotRegex,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Power,
}

impl UnaryOp {
    /// How it is written.
    pub fn text(self) -> &'static str {
        match self {
            Self::Minus => "-",
            Self::Not => "!",
        }
    }
}

impl BinaryOp {
    /// How it is written.
    pub fn text(self) -> &'static str {
        match self {
            Self::And => "&&",
            Self::Or => "||",
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::Regex => "=~",
            Self::NotRegex => "!~",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Modulo => "%",
            Self::Power => "^",
        }
    }

    /// Whether it calculates.
    pub fn is_arithmetic(self) -> bool {
        matches!(
            self,
            Self::Add | Self::Subtract | Self::Multiply | Self::Divide | Self::Modulo | Self::Power
        )
    }

    /// Whether it joins truths.
    pub fn is_logical(self) -> bool {
        matches!(self, Self::And | Self::Or)
    }

    /// The comparison with its sides exchanged: `1 < x` is `x > 1`.
    pub fn flipped(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessEqual => Self::GreaterEqual,
            Self::Greater => Self::Less,
            Self::GreaterEqual => Self::LessEqual,
            other => other,
        }
    }
}

impl Field {
    /// Calls `visit` for every attribute that the expression mentions.
    pub fn for_each_attribute<'a>(&'a self, visit: &mut impl FnMut(&'a Attribute)) {
        match self {
            Self::Static(_) => {}
            Self::Attribute(attribute, _) => visit(attribute),
            Self::Unary { operand, .. } | Self::Presence { operand, .. } => {
                operand.for_each_attribute(visit);
            }
            Self::Binary { left, right, .. } => {
                left.for_each_attribute(visit);
                right.for_each_attribute(visit);
            }
        }
    }

    /// Whether it says anything about the span at all.
    pub fn mentions_span(&self) -> bool {
        let mut mentions = false;
        self.for_each_attribute(&mut |_| mentions = true);
        mentions
    }
}
