//! What operators do to values.
//!
//! Values of types that do not go together compare as false, never as an error: one span
//! with a text where others have numbers must not fail a query. Only what has no answer
//! at all is an error: division of whole numbers by zero, calculating with lists.

use std::cmp::Ordering;

use crate::Pattern;
use crate::ast::{BinaryOp, UnaryOp};
use crate::value::{Array, Static, Type};

/// Whether `op` can be applied to a value of type `of`, whatever the other side.
pub fn is_allowed(op: BinaryOp, of: Type) -> bool {
    use BinaryOp as Op;
    let element = of.element();
    match op {
        _ if of == Type::Unknown => true,
        Op::And | Op::Or => element == Type::Bool,
        Op::Equal | Op::NotEqual => true,
        Op::Less | Op::LessEqual | Op::Greater | Op::GreaterEqual => {
            element.is_numeric() || element == Type::Text
        }
        Op::Regex | Op::NotRegex => element == Type::Text,
        Op::Add | Op::Subtract | Op::Multiply | Op::Divide | Op::Modulo | Op::Power => {
            element.is_numeric()
        }
    }
}

/// `left op right`. `pattern` is `right` compiled, where it is known beforehand.
///
/// # Errors
/// Why there is no answer.
pub fn binary<'a>(
    op: BinaryOp,
    left: &Static<'_>,
    right: &Static<'_>,
    pattern: Option<&Pattern>,
) -> Result<Static<'a>, &'static str> {
    // One truth is enough, whatever the other side is: `.absent || true`.
    let is_true = |side: &Static<'_>| *side == Static::Bool(true);
    if op == BinaryOp::Or && (is_true(left) || is_true(right)) {
        return Ok(Static::Bool(true));
    }
    let (left_type, right_type) = (left.kind_of(), right.kind_of());
    let fits = left_type.matches(right_type);
    if !fits || !is_allowed(op, left_type) || !is_allowed(op, right_type) {
        return Ok(Static::Bool(false));
    }
    match (left, right) {
        (Static::Nil, _) | (_, Static::Nil) => Ok(Static::Bool(false)),
        (Static::Text(left), Static::Text(right)) => Ok(texts(op, left, right, pattern)),
        (Static::Int(left), Static::Int(right)) => whole_numbers(op, *left, *right),
        (Static::Bool(left), Static::Bool(right)) => Ok(Static::Bool(match op {
            BinaryOp::And => *left && *right,
            BinaryOp::Or => *left || *right,
            BinaryOp::Equal => left == right,
            _ => left != right,
        })),
        (Static::Array(_), Static::Array(_)) => Err("two lists cannot be compared"),
        (Static::Array(array), other) => list(op, array, other, pattern, false),
        (other, Static::Array(array)) => list(op, array, other, pattern, true),
        (Static::Status(left), Static::Status(right)) => Ok(equality(op, left == right)),
        (Static::Kind(left), Static::Kind(right)) => Ok(equality(op, left == right)),
        _ => match (left.number(), right.number()) {
            (Some(left), Some(right)) => Ok(numbers(op, left, right)),
            _ => Ok(Static::Bool(false)),
        },
    }
}

/// `op operand`.
///
/// # Errors
/// Where the operand is not what the operator is about.
pub fn unary<'a>(op: UnaryOp, operand: &Static<'_>) -> Result<Static<'a>, &'static str> {
    match (op, operand) {
        (UnaryOp::Not, Static::Bool(value)) => Ok(Static::Bool(!value)),
        (UnaryOp::Not, _) => Err("`!` needs true or false"),
        (UnaryOp::Minus, Static::Int(value)) => Ok(Static::Int(value.wrapping_neg())),
        (UnaryOp::Minus, Static::Float(value)) => Ok(Static::Float(-value)),
        (UnaryOp::Minus, Static::Duration(value)) => Ok(Static::Duration(value.wrapping_neg())),
        (UnaryOp::Minus, _) => Err("`-` needs a number"),
    }
}

fn equality<'a>(op: BinaryOp, is_equal: bool) -> Static<'a> {
    Static::Bool(is_equal == (op == BinaryOp::Equal))
}

/// Whether `op` accepts this order; `None` is that of NaN, which only differs.
fn compare(op: BinaryOp, order: Option<Ordering>) -> bool {
    match op {
        BinaryOp::Equal => order == Some(Ordering::Equal),
        BinaryOp::NotEqual => order != Some(Ordering::Equal),
        BinaryOp::Less => order == Some(Ordering::Less),
        BinaryOp::LessEqual => order.is_some_and(Ordering::is_le),
        BinaryOp::Greater => order == Some(Ordering::Greater),
        BinaryOp::GreaterEqual => order.is_some_and(Ordering::is_ge),
        _ => false,
    }
}

fn texts<'a>(op: BinaryOp, left: &str, right: &str, pattern: Option<&Pattern>) -> Static<'a> {
    if !matches!(op, BinaryOp::Regex | BinaryOp::NotRegex) {
        return Static::Bool(compare(op, Some(left.cmp(right))));
    }
    let matched = match pattern {
        Some(pattern) => pattern.is_match(left),
        None => Pattern::try_new(right).is_ok_and(|pattern| pattern.is_match(left)),
    };
    Static::Bool(matched == (op == BinaryOp::Regex))
}

fn whole_numbers<'a>(op: BinaryOp, left: i64, right: i64) -> Result<Static<'a>, &'static str> {
    Ok(Static::Int(match op {
        BinaryOp::Add => left.wrapping_add(right),
        BinaryOp::Subtract => left.wrapping_sub(right),
        BinaryOp::Multiply => left.wrapping_mul(right),
        BinaryOp::Divide | BinaryOp::Modulo if right == 0 => return Err("division by zero"),
        BinaryOp::Divide => left.wrapping_div(right),
        BinaryOp::Modulo => left.wrapping_rem(right),
        BinaryOp::Power => match u32::try_from(right) {
            Ok(exponent) => left.wrapping_pow(exponent),
            Err(_) => return Ok(numbers(op, left as f64, right as f64)),
        },
        _ => return Ok(Static::Bool(compare(op, Some(left.cmp(&right))))),
    }))
}

fn numbers<'a>(op: BinaryOp, left: f64, right: f64) -> Static<'a> {
    Static::Float(match op {
        BinaryOp::Add => left + right,
        BinaryOp::Subtract => left - right,
        BinaryOp::Multiply => left * right,
        BinaryOp::Divide => left / right,
        BinaryOp::Modulo => left % right,
        BinaryOp::Power => left.powf(right),
        _ => return Static::Bool(compare(op, left.partial_cmp(&right))),
    })
}

/// A list beside one value: some element must satisfy a comparison, all must one that
/// says "not".
fn list<'a>(
    op: BinaryOp,
    array: &Array<'_>,
    other: &Static<'_>,
    pattern: Option<&Pattern>,
    is_flipped: bool,
) -> Result<Static<'a>, &'static str> {
    if op.is_arithmetic() {
        return Err("a list can only be compared with a value");
    }
    let wants_all = matches!(op, BinaryOp::NotEqual | BinaryOp::NotRegex);
    for element in array.elements() {
        let (left, right) = if is_flipped { (other, &element) } else { (&element, other) };
        let satisfied = binary(op, left, right, pattern)? == Static::Bool(true);
        if satisfied != wants_all {
            return Ok(Static::Bool(satisfied));
        }
    }
    Ok(Static::Bool(wants_all))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn int(value: i64) -> Static<'static> {
        Static::Int(value)
    }

    #[test]
    fn whole_numbers_stay_whole_and_zero_divides_nothing() {
        for (op, left, right, expect) in [
            (BinaryOp::Power, 2, 3, Ok(int(8))),
            (BinaryOp::Divide, 7, 2, Ok(int(3))),
            (BinaryOp::Modulo, -7, 2, Ok(int(-1))),
            (BinaryOp::Divide, i64::MIN, -1, Ok(int(i64::MIN))),
            (BinaryOp::Divide, 1, 0, Err("division by zero")),
            (BinaryOp::Power, 2, -1, Ok(Static::Float(0.5))),
        ] {
            assert_eq!(binary(op, &int(left), &int(right), None), expect);
        }
    }

    #[test]
    fn types_that_do_not_go_together_are_unequal_and_not_different() {
        for op in [BinaryOp::Equal, BinaryOp::NotEqual, BinaryOp::Less] {
            let text = Static::Text("1".into());
            assert_eq!(binary(op, &text, &int(1), None), Ok(Static::Bool(false)));
        }
        assert_eq!(
            binary(BinaryOp::Equal, &int(1), &Static::Float(1.0), None),
            Ok(Static::Bool(true))
        );
    }
}
