//! Groups and figures of spansets.

use super::field::{Place, value};
use super::{EvaluateError, Spanset};
use crate::ast::{Aggregate, AggregateFunction, Field, Scalar, ScalarFilter};
use crate::{Static, Trace, operate};

/// Splits each spanset by what `field` comes to; nil is a group too. Groups stand in the
/// order in which their first spans do.
pub(super) fn group(field: &Field, spansets: Vec<Spanset>, trace: &Trace<'_>) -> Vec<Spanset> {
    let name = format!("by({field})");
    let mut groups: Vec<Spanset> = Vec::new();
    for spanset in spansets {
        // By type and text, as numbers that print alike are alike.
        let mut by_value = std::collections::HashMap::new();
        for span in spanset.spans {
            let value = value(field, trace, span, Place::default()).into_owned();
            let place =
                *by_value.entry((value.kind_of(), value.to_string())).or_insert_with(|| {
                    let mut attributes = spanset.attributes.clone();
                    attributes.push((name.clone(), value));
                    groups.push(Spanset { spans: Vec::new(), attributes });
                    groups.len() - 1
                });
            groups[place].spans.push(span);
        }
    }
    groups
}

/// Calls `visit` for what the figures of `filter` are made of.
pub(super) fn fields<'a>(filter: &'a ScalarFilter, visit: &mut impl FnMut(&'a Field)) {
    for scalar in [&filter.left, &filter.right] {
        fields_of(scalar, visit);
    }
}

fn fields_of<'a>(scalar: &'a Scalar, visit: &mut impl FnMut(&'a Field)) {
    match scalar {
        Scalar::Static(_) => {}
        Scalar::Aggregate(aggregate) => aggregate.field.iter().for_each(visit),
        Scalar::Arithmetic { left, right, .. } => {
            fields_of(left, visit);
            fields_of(right, visit);
        }
        Scalar::Pipeline { scalar, .. } => fields_of(scalar, visit),
    }
}

/// The figure `scalar` of a spanset, to which it is attached; `None` where no span has a
/// value or an operator no result.
pub(super) fn scalar(
    scalar: &Scalar,
    spanset: &mut Spanset,
    trace: &Trace<'_>,
) -> Result<Option<Static<'static>>, EvaluateError> {
    match scalar {
        Scalar::Static(value) => Ok(Some(value.clone())),
        Scalar::Aggregate(one) => {
            let Some(value) = aggregate(one, spanset, trace) else {
                return Ok(None);
            };
            let name = one.to_string();
            spanset.attributes.retain(|(other, _)| *other != name);
            spanset.attributes.push((name, value.clone()));
            Ok(Some(value))
        }
        Scalar::Arithmetic { op, left, right, .. } => {
            let left = self::scalar(left, spanset, trace)?;
            let right = self::scalar(right, spanset, trace)?;
            let (Some(left), Some(right)) = (left, right) else {
                return Ok(None);
            };
            Ok(operate::binary(*op, &left, &right, None).ok())
        }
        Scalar::Pipeline { at, .. } => {
            let reason = "figures of pipelines of their own cannot be compared".to_owned();
            Err(EvaluateError { at: *at, reason })
        }
    }
}

fn aggregate(
    aggregate: &Aggregate,
    spanset: &Spanset,
    trace: &Trace<'_>,
) -> Option<Static<'static>> {
    let Some(field) = &aggregate.field else {
        return Some(Static::Int(spanset.spans.len() as i64));
    };
    let mut values = Vec::new();
    for &span in &spanset.spans {
        let value = value(field, trace, span, Place::default());
        if value.kind_of().is_numeric() {
            values.push(value.into_owned());
        }
    }
    match aggregate.function {
        AggregateFunction::Max => extreme(&values, std::cmp::Ordering::Greater),
        AggregateFunction::Min => extreme(&values, std::cmp::Ordering::Less),
        AggregateFunction::Sum => sum(&values),
        AggregateFunction::Avg => average(&values),
        AggregateFunction::Count => Some(Static::Int(values.len() as i64)),
    }
}

fn extreme(values: &[Static<'static>], wanted: std::cmp::Ordering) -> Option<Static<'static>> {
    let mut best = values.first()?;
    for value in values {
        let order = match (value, best) {
            (Static::Int(value), Static::Int(best)) => Some(value.cmp(best)),
            _ => value.number().partial_cmp(&best.number()),
        };
        if order == Some(wanted) {
            best = value;
        }
    }
    Some(best.clone())
}

/// The sum, of the type that all values have; of several types a floating-point number.
fn sum(values: &[Static<'static>]) -> Option<Static<'static>> {
    let first = values.first()?.kind_of();
    if values.iter().any(|value| value.kind_of() != first) {
        return Some(Static::Float(values.iter().filter_map(Static::number).sum()));
    }
    let whole = || {
        values.iter().fold(0_i64, |sum, value| match value {
            Static::Int(value) | Static::Duration(value) => sum.saturating_add(*value),
            _ => sum,
        })
    };
    Some(match values.first()? {
        Static::Int(_) => Static::Int(whole()),
        Static::Duration(_) => Static::Duration(whole()),
        _ => Static::Float(values.iter().filter_map(Static::number).sum()),
    })
}

fn average(values: &[Static<'static>]) -> Option<Static<'static>> {
    let sum: f64 = values.iter().filter_map(Static::number).sum();
    let average = sum / values.len() as f64;
    let all_durations = values.iter().all(|value| matches!(value, Static::Duration(_)));
    match values {
        [] => None,
        _ if all_durations => Some(Static::Duration(average as i64)),
        _ => Some(Static::Float(average)),
    }
}
