//! How one value relates to an operand.

use std::cmp::Ordering;
use std::iter::once;

use proto::Value;

use crate::contract::search::{Comparison, Condition, Operand};

/// Whether an attribute's value meets `condition`.
pub(crate) fn value_meets(value: &Value, condition: &Condition) -> bool {
    if condition.comparison == Comparison::Exists {
        return true;
    }
    let elements = value.elements();
    if elements.is_empty() {
        return one_meets(value, condition.comparison, &condition.operand);
    }
    let any_meets = |comparison| {
        let mut all = once(value).chain(elements);
        all.any(|one| one_meets(one, comparison, &condition.operand))
    };
    any_meets(condition.comparison)
        && (condition.comparison != Comparison::NotEqual || !any_meets(Comparison::Equal))
}

fn one_meets(value: &Value, comparison: Comparison, operand: &Operand) -> bool {
    match operand {
        Operand::Text(operand) => text_form_meets(&value.text(), comparison, operand),
        Operand::Value(operand) => relation(value, operand).meets(comparison),
    }
}

/// Whether a text field that is there meets `condition`.
pub(crate) fn text_meets(field: &str, condition: &Condition) -> bool {
    if condition.comparison == Comparison::Exists {
        return true;
    }
    match &condition.operand {
        Operand::Text(operand) => text_form_meets(field, condition.comparison, operand),
        Operand::Value(Value::String(operand)) => {
            Relation::Ordered(field.cmp(operand)).meets(condition.comparison)
        }
        Operand::Value(_) => false,
    }
}

/// Whether a numeric field meets `condition`.
pub(crate) fn number_meets(field: i128, condition: &Condition) -> bool {
    if condition.comparison == Comparison::Exists {
        return true;
    }
    let operand = match &condition.operand {
        Operand::Text(text) => Number::parse(text),
        Operand::Value(value) => Number::of(value),
    };
    let relation = operand.map_or(Relation::None, |operand| Number::Whole(field).relation(operand));
    relation.meets(condition.comparison)
}

/// Equality as text, order as numbers.
fn text_form_meets(text: &str, comparison: Comparison, operand: &str) -> bool {
    match comparison {
        Comparison::Exists => true,
        Comparison::Equal => text == operand,
        Comparison::NotEqual => text != operand,
        _ => match (Number::parse(text), Number::parse(operand)) {
            (Some(number), Some(operand)) => number.relation(operand).meets(comparison),
            _ => false,
        },
    }
}

/// How `value` relates to `operand`, within a type.
fn relation(value: &Value, operand: &Value) -> Relation {
    if let (Some(number), Some(operand)) = (Number::of(value), Number::of(operand)) {
        return number.relation(operand);
    }
    match (value, operand) {
        (Value::String(value), Value::String(operand)) => Relation::Ordered(value.cmp(operand)),
        (Value::Bool(value), Value::Bool(operand)) => Relation::Ordered(value.cmp(operand)),
        (Value::Bytes(value), Value::Bytes(operand)) => Relation::Ordered(value.cmp(operand)),
        (Value::Empty, Value::Empty) => Relation::Ordered(Ordering::Equal),
        (Value::Array(_), Value::Array(_)) | (Value::Map(_), Value::Map(_)) => {
            if value == operand {
                Relation::Ordered(Ordering::Equal)
            } else {
                Relation::Unequal
            }
        }
        _ => Relation::None,
    }
}

/// How two values relate.
#[derive(Clone, Copy)]
enum Relation {
    /// Not at all: no comparison is true.
    None,
    /// They differ, and neither is the smaller.
    Unequal,
    /// They stand in an order.
    Ordered(Ordering),
}

impl Relation {
    fn meets(self, comparison: Comparison) -> bool {
        match (self, comparison) {
            (_, Comparison::Exists) => true,
            (Self::None, _) => false,
            (Self::Unequal, comparison) => comparison == Comparison::NotEqual,
            (Self::Ordered(order), Comparison::Equal) => order.is_eq(),
            (Self::Ordered(order), Comparison::NotEqual) => order.is_ne(),
            (Self::Ordered(order), Comparison::Less) => order.is_lt(),
            (Self::Ordered(order), Comparison::LessOrEqual) => order.is_le(),
            (Self::Ordered(order), Comparison::Greater) => order.is_gt(),
            (Self::Ordered(order), Comparison::GreaterOrEqual) => order.is_ge(),
        }
    }
}

/// A number, compared exactly: no whole number is rounded to a double first, so
/// equality is transitive and 2^53 + 1 is not 2^53.
#[derive(Clone, Copy)]
enum Number {
    /// A whole number, at most 64 bits and a sign.
    Whole(i128),
    Double(f64),
}

impl Number {
    fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Int(number) => Some(Self::Whole((*number).into())),
            Value::Double(number) => Some(Self::Double(*number)),
            _ => None,
        }
    }

    /// The finite number that `text` is, in decimal or scientific notation.
    fn parse(text: &str) -> Option<Self> {
        let fits = |number: &i128| number.unsigned_abs() <= u64::MAX.into();
        if let Some(number) = text.parse().ok().filter(fits) {
            return Some(Self::Whole(number));
        }
        text.parse().ok().filter(|number: &f64| number.is_finite()).map(Self::Double)
    }

    fn relation(self, other: Self) -> Relation {
        let order = match (self, other) {
            (Self::Whole(a), Self::Whole(b)) => Some(a.cmp(&b)),
            (Self::Double(a), Self::Double(b)) => a.partial_cmp(&b),
            (Self::Whole(a), Self::Double(b)) => cmp_whole_with_double(a, b),
            (Self::Double(a), Self::Whole(b)) => cmp_whole_with_double(b, a).map(Ordering::reverse),
        };
        order.map_or(Relation::None, Relation::Ordered)
    }
}

/// `None` where `double` is NaN.
fn cmp_whole_with_double(whole: i128, double: f64) -> Option<Ordering> {
    if double.is_nan() {
        return None;
    }
    let floor = double.floor();
    // The cast saturates, beyond every whole number there is.
    let order = whole.cmp(&(floor as i128));
    Some(order.then(if double > floor { Ordering::Less } else { Ordering::Equal }))
}
