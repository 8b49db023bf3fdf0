//! What an expression about one span asks for, as alternatives of conditions.

use super::{ALTERNATIVES_MAX, Comparison, Condition};
use crate::Static;
use crate::ast::{Attribute, BinaryOp, Field, Intrinsic, Scope};

/// Alternatives of conditions of which one holds wherever `field` is true; `None` where
/// nothing can be said.
pub(super) fn alternatives(field: &Field) -> Option<Vec<Vec<Condition>>> {
    match field {
        Field::Static(Static::Bool(true)) => None,
        // A constant that is not true never matches.
        Field::Static(_) => Some(Vec::new()),
        Field::Attribute(attribute, _) => one(attribute, Comparison::Equal(Static::Bool(true))),
        Field::Presence { operand, is_present: true, .. } => match &**operand {
            Field::Attribute(attribute, _) => one(attribute, Comparison::Exists),
            _ => None,
        },
        Field::Presence { .. } | Field::Unary { .. } => None,
        Field::Binary { op: BinaryOp::And, left, right, .. } => {
            both(alternatives(left), alternatives(right))
        }
        Field::Binary { op: BinaryOp::Or, left, right, .. } => {
            let (mut left, right) = (alternatives(left)?, alternatives(right)?);
            left.extend(right);
            (left.len() <= ALTERNATIVES_MAX).then_some(left)
        }
        Field::Binary { op, left, right, .. } => match (&**left, &**right) {
            (Field::Attribute(attribute, _), Field::Static(value)) => {
                comparison(*op, attribute, value)
            }
            (Field::Static(value), Field::Attribute(attribute, _)) => {
                comparison(op.flipped(), attribute, value)
            }
            _ => None,
        },
    }
}

/// Alternatives for both of two sides: every one of each with every one of the other.
fn both(
    left: Option<Vec<Vec<Condition>>>,
    right: Option<Vec<Vec<Condition>>>,
) -> Option<Vec<Vec<Condition>>> {
    let (left, right) = match (left, right) {
        (Some(left), Some(right)) => (left, right),
        (known, None) | (None, known) => return known,
    };
    if left.len() * right.len() > ALTERNATIVES_MAX {
        // Either side alone is necessary, too.
        return Some(if left.len() <= right.len() { left } else { right });
    }
    let joined = |one: &Vec<Condition>, other: &Vec<Condition>| {
        one.iter().chain(other).cloned().collect::<Vec<_>>()
    };
    Some(left.iter().flat_map(|one| right.iter().map(move |other| joined(one, other))).collect())
}

fn comparison(
    op: BinaryOp,
    attribute: &Attribute,
    value: &Static<'static>,
) -> Option<Vec<Vec<Condition>>> {
    let value = match value {
        // Only intrinsics are durations; whoever looks up attributes has numbers.
        Static::Duration(nanos) if matches!(attribute, Attribute::Named { .. }) => {
            Static::Int(*nanos)
        }
        other => other.clone(),
    };
    let comparison = match op {
        BinaryOp::Equal => Comparison::Equal(value),
        BinaryOp::Less => Comparison::Less(value),
        BinaryOp::LessEqual => Comparison::LessEqual(value),
        BinaryOp::Greater => Comparison::Greater(value),
        BinaryOp::GreaterEqual => Comparison::GreaterEqual(value),
        // What is not there is not different either.
        BinaryOp::NotEqual | BinaryOp::Regex | BinaryOp::NotRegex => Comparison::Exists,
        _ => return None,
    };
    one(attribute, comparison)
}

/// One condition by itself, if an index can know it.
fn one(attribute: &Attribute, comparison: Comparison) -> Option<Vec<Vec<Condition>>> {
    let is_service = *attribute == Attribute::named(Scope::Resource, proto::semconv::SERVICE_NAME);
    let is_known = match attribute {
        Attribute::Named { of_parent, .. } => !of_parent,
        Attribute::Intrinsic(intrinsic) => {
            is_indexed(*intrinsic) && comparison != Comparison::Exists
        }
    };
    // A service without a name has the empty one.
    let is_nameless = match &comparison {
        Comparison::Exists | Comparison::Less(_) | Comparison::LessEqual(_) => is_service,
        Comparison::Equal(Static::Text(text)) | Comparison::GreaterEqual(Static::Text(text)) => {
            is_service && text.is_empty()
        }
        _ => false,
    };
    if !is_known || is_nameless {
        return None;
    }
    Some(vec![vec![Condition { attribute: attribute.clone(), comparison }]])
}

fn is_indexed(intrinsic: Intrinsic) -> bool {
    use Intrinsic::{
        Duration, EventName, Kind, Name, RootName, RootService, ScopeName, ScopeVersion, Status,
        StatusMessage, TraceDuration,
    };
    matches!(
        intrinsic,
        Name | Duration
            | Status
            | StatusMessage
            | Kind
            | TraceDuration
            | RootName
            | RootService
            | EventName
            | ScopeName
            | ScopeVersion
    )
}
