//! What can be calculated before any span is seen.

use crate::ast::{BinaryOp, Field, UnaryOp};
use crate::value::Static;
use crate::{Pattern, Position, operate};

/// `left op right`, as a value where both sides are values that go together.
pub(super) fn binary(op: BinaryOp, left: Field, right: Field, at: Position) -> Field {
    let pattern = match (op, &right) {
        (BinaryOp::Regex | BinaryOp::NotRegex, Field::Static(Static::Text(text))) => {
            Pattern::try_new(text).ok()
        }
        _ => None,
    };
    if let (Field::Static(left), Field::Static(right)) = (&left, &right)
        && let Some(value) = value_of(op, left, right, pattern.as_ref())
    {
        return Field::Static(value);
    }
    Field::Binary { op, left: Box::new(left), right: Box::new(right), pattern, at }
}

/// The value of `left op right`; `None` where it has none or makes no sense, so that
/// whoever checks the query says so.
pub(super) fn value_of(
    op: BinaryOp,
    left: &Static<'_>,
    right: &Static<'_>,
    pattern: Option<&Pattern>,
) -> Option<Static<'static>> {
    let (left_type, right_type) = (left.kind_of(), right.kind_of());
    let is_sound = left_type.matches(right_type)
        && operate::is_allowed(op, left_type)
        && operate::is_allowed(op, right_type)
        && (!matches!(op, BinaryOp::Regex | BinaryOp::NotRegex) || pattern.is_some());
    if !is_sound {
        return None;
    }
    operate::binary(op, left, right, pattern).ok().map(Static::into_owned)
}

/// `op operand`, as a value where the operand is one.
pub(super) fn unary(op: UnaryOp, operand: Field, at: Position) -> Field {
    if let Field::Static(value) = &operand
        && let Ok(value) = operate::unary(op, value)
    {
        return Field::Static(value.into_owned());
    }
    Field::Unary { op, operand: Box::new(operand), at }
}
