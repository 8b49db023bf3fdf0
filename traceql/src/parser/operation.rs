//! Operators between spansets, figures and series.

use super::element::{self, Operand, Part};
use super::field::operator;
use super::tokens::Tokens;
use super::{fold, metrics, primary};
use crate::ast::{BinaryOp, Metrics, Pipeline, Scalar, ScalarFilter, SpansetExpr, SpansetOp};
use crate::lexer::{Symbol, TokenKind};
use crate::{ParseError, Position, Static};

/// An operator, read by what stands on its left.
enum Operator {
    Spanset(SpansetOp),
    Compare(BinaryOp),
    Calculate(BinaryOp),
}

/// The expression of operators that bind at least as tight as `level`.
pub(super) fn expression(tokens: &mut Tokens, level: u8) -> Result<Part, ParseError> {
    let mut left = operand(tokens)?;
    while let Some((op, op_level)) = tokens.symbol().and_then(|symbol| following(&left, symbol)) {
        if op_level < level {
            break;
        }
        let at = tokens.at();
        tokens.advance();
        let is_power = matches!(op, Operator::Calculate(BinaryOp::Power));
        let right_level = if is_power { op_level } else { op_level + 1 };
        let right = tokens.nested(|tokens| expression(tokens, right_level))?;
        let depth = tokens.deeper(left.depth, right.depth)?;
        let start = left.at;
        let operand = match op {
            Operator::Spanset(op) => spansets(op, left, right, at)?,
            Operator::Compare(op) => comparison(tokens, op, left, right, at)?,
            Operator::Calculate(op) => arithmetic(op, left, right, at)?,
        };
        left = Part { operand, at: start, depth };
    }
    Ok(left)
}

/// What `symbol` is behind `left`, and its level; `None` where it cannot follow.
fn following(left: &Part, symbol: Symbol) -> Option<(Operator, u8)> {
    match &left.operand {
        Operand::Spansets(_) | Operand::Pipeline(_) => {
            let op = spanset_operator(symbol)?;
            let level = if matches!(op, SpansetOp::And | SpansetOp::Or) { 2 } else { 3 };
            Some((Operator::Spanset(op), level))
        }
        Operand::Scalar(_) => match operator(symbol)? {
            (op, level) if op.is_arithmetic() => Some((Operator::Calculate(op), level)),
            (op, level) if is_comparison(op) => Some((Operator::Compare(op), level)),
            _ => None,
        },
        Operand::Metrics(_) => {
            let (op, level) = operator(symbol)?;
            metrics::math_op(op).map(|_| (Operator::Calculate(op), level))
        }
        Operand::Filter(_) => None,
    }
}

pub(super) fn is_comparison(op: BinaryOp) -> bool {
    use BinaryOp::{Equal, Greater, GreaterEqual, Less, LessEqual, NotEqual};
    matches!(op, Equal | NotEqual | Less | LessEqual | Greater | GreaterEqual)
}

fn spanset_operator(symbol: Symbol) -> Option<SpansetOp> {
    Some(match symbol {
        Symbol::And => SpansetOp::And,
        Symbol::Or => SpansetOp::Or,
        Symbol::Greater => SpansetOp::Child,
        Symbol::Descendant => SpansetOp::Descendant,
        Symbol::Less => SpansetOp::Parent,
        Symbol::Ancestor => SpansetOp::Ancestor,
        Symbol::Tilde => SpansetOp::Sibling,
        Symbol::NotChild => SpansetOp::NotChild,
        Symbol::NotDescendant => SpansetOp::NotDescendant,
        Symbol::NotParent => SpansetOp::NotParent,
        Symbol::NotAncestor => SpansetOp::NotAncestor,
        Symbol::NotRegex => SpansetOp::NotSibling,
        Symbol::UnionChild => SpansetOp::UnionChild,
        Symbol::UnionDescendant => SpansetOp::UnionDescendant,
        Symbol::UnionParent => SpansetOp::UnionParent,
        Symbol::UnionAncestor => SpansetOp::UnionAncestor,
        Symbol::UnionSibling => SpansetOp::UnionSibling,
        _ => return None,
    })
}

fn operand(tokens: &mut Tokens) -> Result<Part, ParseError> {
    let at = tokens.at();
    match tokens.kind() {
        TokenKind::Symbol(Symbol::OpenBrace) => {
            let (filter, depth) = element::filter(tokens)?;
            Ok(Part { operand: Operand::Spansets(SpansetExpr::Filter(filter)), at, depth })
        }
        TokenKind::Symbol(Symbol::OpenParen) => parenthesised(tokens),
        TokenKind::Symbol(Symbol::Minus) => {
            tokens.advance();
            let part = tokens.nested(operand)?;
            let negated = match part.operand {
                Operand::Scalar(Scalar::Static(Static::Int(value))) => {
                    Static::Int(value.wrapping_neg())
                }
                Operand::Scalar(Scalar::Static(Static::Float(value))) => Static::Float(-value),
                Operand::Scalar(Scalar::Static(Static::Duration(value))) => {
                    Static::Duration(value.wrapping_neg())
                }
                _ => return Err(ParseError::new(part.at, "expected a number behind `-`")),
            };
            Ok(Part { operand: Operand::Scalar(Scalar::Static(negated)), at, depth: 1 })
        }
        TokenKind::Int(value) => number(tokens, Static::Int(*value)),
        TokenKind::Float(value) => number(tokens, Static::Float(*value)),
        TokenKind::Duration(nanos) => number(tokens, Static::Duration(*nanos)),
        _ => match primary::aggregate(tokens)? {
            Some((aggregate, depth)) => {
                let operand = Operand::Scalar(Scalar::Aggregate(aggregate));
                Ok(Part { operand, at, depth })
            }
            None => Err(tokens.unexpected("`{`, `(`, a number or an aggregate as `count()`")),
        },
    }
}

fn number(tokens: &mut Tokens, value: Static<'static>) -> Result<Part, ParseError> {
    let at = tokens.at();
    tokens.advance();
    Ok(Part { operand: Operand::Scalar(Scalar::Static(value)), at, depth: 1 })
}

fn parenthesised(tokens: &mut Tokens) -> Result<Part, ParseError> {
    tokens.expect(Symbol::OpenParen)?;
    let mut part = tokens.nested(element::sequence)?;
    if !tokens.take(Symbol::CloseParen) {
        return Err(tokens.unexpected("`)` or `|`"));
    }
    part.depth = tokens.deeper(part.depth, 0)?;
    // In parentheses a comparison of figures is a pipeline by itself.
    if let Operand::Filter(filter) = part.operand {
        let stages = vec![crate::ast::Stage::Filter(filter)];
        part.operand = Operand::Pipeline(Pipeline { stages });
    }
    Ok(part)
}

fn spansets(op: SpansetOp, left: Part, right: Part, at: Position) -> Result<Operand, ParseError> {
    let side = |part: Part| match part.operand {
        Operand::Spansets(expr) => Ok(Box::new(expr)),
        Operand::Pipeline(pipeline) => Ok(Box::new(SpansetExpr::Pipeline(Box::new(pipeline)))),
        _ => Err(ParseError::new(part.at, "expected spans: `{` or a pipeline in parentheses")),
    };
    let (left, right) = (side(left)?, side(right)?);
    Ok(Operand::Spansets(SpansetExpr::Operation { op, left, right, at }))
}

fn comparison(
    tokens: &Tokens,
    op: BinaryOp,
    left: Part,
    right: Part,
    at: Position,
) -> Result<Operand, ParseError> {
    match (left.operand, right.operand) {
        (Operand::Scalar(Scalar::Static(_)), Operand::Scalar(Scalar::Static(_))) => {
            Err(tokens.unexpected("an aggregate on one side of a comparison"))
        }
        (Operand::Scalar(left), Operand::Scalar(right)) => {
            Ok(Operand::Filter(ScalarFilter { op, left, right, at }))
        }
        _ => Err(ParseError::new(right.at, "expected a number or an aggregate")),
    }
}

fn arithmetic(op: BinaryOp, left: Part, right: Part, at: Position) -> Result<Operand, ParseError> {
    let right_at = right.at;
    match (left.operand, right.operand) {
        (Operand::Scalar(Scalar::Static(left)), Operand::Scalar(Scalar::Static(right))) => {
            let is_duration = |value: &Static<'_>| matches!(value, Static::Duration(_));
            if is_duration(&left) || is_duration(&right) {
                let reason = "one cannot calculate with durations here";
                return Err(ParseError::new(right_at, reason));
            }
            match fold::value_of(op, &left, &right, None) {
                Some(value) => Ok(Operand::Scalar(Scalar::Static(value))),
                None => Err(ParseError::new(right_at, "division by zero")),
            }
        }
        (Operand::Scalar(left), Operand::Scalar(right)) => {
            let (left, right) = (Box::new(left), Box::new(right));
            Ok(Operand::Scalar(Scalar::Arithmetic { op, left, right, at }))
        }
        (left, right) => {
            let sides = [left, right].map(|side| match side {
                Operand::Metrics(metrics) => Some(metrics),
                Operand::Scalar(Scalar::Static(value)) => Some(Metrics::Scalar(value)),
                _ => None,
            });
            let [Some(left), Some(right)] = sides else {
                return Err(ParseError::new(right_at, "expected a number, figures or metrics"));
            };
            metrics::math(op, left, right, right_at, at).map(Operand::Metrics)
        }
    }
}
