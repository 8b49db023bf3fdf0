//! Expressions about one span.

use super::tokens::Tokens;
use super::{constant, fold, primary};
use crate::ast::{BinaryOp, Field, UnaryOp};
use crate::lexer::Symbol;
use crate::{ParseError, Static};

/// The level of comparisons, at which `nil` can stand.
const COMPARISON: u8 = 3;
/// A sign takes what binds tighter than a sum.
const SIGN_OPERAND: u8 = 5;
/// A negation takes what binds as tight as a product.
const NOT_OPERAND: u8 = 6;

/// An expression and how deep it is.
pub(super) type Deep = (Field, u32);

/// The expression of operators that bind at least as tight as `level`.
pub(super) fn expression(tokens: &mut Tokens, level: u8) -> Result<Deep, ParseError> {
    let (mut left, mut depth) = prefix(tokens, level)?;
    while let Some((op, op_level)) = tokens.symbol().and_then(operator).filter(|op| op.1 >= level) {
        let at = tokens.at();
        tokens.advance();
        if matches!(op, BinaryOp::Regex | BinaryOp::NotRegex) {
            tokens.count_pattern(at)?;
        }
        let is_equality = matches!(op, BinaryOp::Equal | BinaryOp::NotEqual);
        if is_equality && tokens.take_word("nil") {
            let is_present = op == BinaryOp::NotEqual;
            left = Field::Presence { operand: Box::new(left), is_present, at };
            depth = tokens.deeper(depth, 0)?;
            continue;
        }
        let right_level = if op == BinaryOp::Power { op_level } else { op_level + 1 };
        let (right, right_depth) = tokens.nested(|tokens| expression(tokens, right_level))?;
        depth = tokens.deeper(depth, right_depth)?;
        left = fold::binary(op, left, right, at);
    }
    Ok((left, depth))
}

fn prefix(tokens: &mut Tokens, level: u8) -> Result<Deep, ParseError> {
    let at = tokens.at();
    let signs =
        [(Symbol::Minus, UnaryOp::Minus, SIGN_OPERAND), (Symbol::Bang, UnaryOp::Not, NOT_OPERAND)];
    for (symbol, op, operand_level) in signs {
        if tokens.take(symbol) {
            let (operand, depth) = tokens.nested(|tokens| expression(tokens, operand_level))?;
            let depth = tokens.deeper(depth, 0)?;
            return Ok((fold::unary(op, operand, at), depth));
        }
    }
    if tokens.take(Symbol::OpenParen) {
        let inner = tokens.nested(|tokens| expression(tokens, 0))?;
        tokens.expect(Symbol::CloseParen)?;
        return Ok(inner);
    }
    if level <= COMPARISON && tokens.take_word("nil") {
        return nil_first(tokens);
    }
    if let Some(value) = constant::literal(tokens)? {
        return Ok((Field::Static(value), 1));
    }
    let attribute = primary::attribute(tokens)?;
    Ok((Field::Attribute(attribute, at), 1))
}

/// What follows a `nil` on the left.
fn nil_first(tokens: &mut Tokens) -> Result<Deep, ParseError> {
    let at = tokens.at();
    let is_present = match tokens.symbol() {
        Some(Symbol::Equal) => false,
        Some(Symbol::NotEqual) => true,
        _ => return Err(tokens.unexpected("`=` or `!=` behind `nil`")),
    };
    tokens.advance();
    if tokens.take_word("nil") {
        return Ok((Field::Static(Static::Bool(false)), 1));
    }
    let (operand, depth) = tokens.nested(|tokens| expression(tokens, COMPARISON + 1))?;
    let depth = tokens.deeper(depth, 0)?;
    Ok((Field::Presence { operand: Box::new(operand), is_present, at }, depth))
}

/// The operator that a symbol is between two values, and its level.
pub(super) fn operator(symbol: Symbol) -> Option<(BinaryOp, u8)> {
    Some(match symbol {
        Symbol::And => (BinaryOp::And, 2),
        Symbol::Or => (BinaryOp::Or, 2),
        Symbol::Equal => (BinaryOp::Equal, COMPARISON),
        Symbol::NotEqual => (BinaryOp::NotEqual, COMPARISON),
        Symbol::Less => (BinaryOp::Less, COMPARISON),
        Symbol::LessEqual => (BinaryOp::LessEqual, COMPARISON),
        Symbol::Greater => (BinaryOp::Greater, COMPARISON),
        Symbol::GreaterEqual => (BinaryOp::GreaterEqual, COMPARISON),
        Symbol::Regex => (BinaryOp::Regex, COMPARISON),
        Symbol::NotRegex => (BinaryOp::NotRegex, COMPARISON),
        Symbol::Plus => (BinaryOp::Add, 4),
        Symbol::Minus => (BinaryOp::Subtract, 4),
        Symbol::Star => (BinaryOp::Multiply, 6),
        Symbol::Slash => (BinaryOp::Divide, 6),
        Symbol::Percent => (BinaryOp::Modulo, 6),
        Symbol::Caret => (BinaryOp::Power, 7),
        _ => return None,
    })
}
