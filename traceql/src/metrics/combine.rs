//! What happens to series: arithmetic, the largest and smallest, comparisons.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::series::{Label, NAME, Series, key_of};
use crate::Static;
use crate::ast::{BinaryOp, MathOp, Metrics, SecondStage};

/// The series of `metrics`, whose pipelines' series `leaves` gives from left to right.
pub(super) fn series_of(
    metrics: &Metrics,
    leaves: &mut impl Iterator<Item = Vec<Series>>,
) -> Vec<Series> {
    match metrics {
        Metrics::Pipeline(pipeline) => then(leaves.next().unwrap_or_default(), &pipeline.then),
        Metrics::Scalar(_) => Vec::new(),
        Metrics::Math { op, left, right, then: stages, .. } => {
            let result = match (&**left, &**right) {
                (Metrics::Scalar(number), right) => {
                    let number = number.number().unwrap_or(f64::NAN);
                    with_number(series_of(right, leaves), |value| math(*op, number, value))
                }
                (left, Metrics::Scalar(number)) => {
                    let number = number.number().unwrap_or(f64::NAN);
                    with_number(series_of(left, leaves), |value| math(*op, value, number))
                }
                (left, right) => {
                    let left = series_of(left, leaves);
                    let right = series_of(right, leaves);
                    joined(*op, left, right)
                }
            };
            then(result, stages)
        }
    }
}

fn then(mut series: Vec<Series>, stages: &[SecondStage]) -> Vec<Series> {
    for stage in stages {
        match stage {
            SecondStage::TopK(count, _) => {
                series = top(series, usize::try_from(*count).unwrap_or(0));
            }
            SecondStage::BottomK(count, _) => {
                series = bottom(series, usize::try_from(*count).unwrap_or(0));
            }
            SecondStage::Filter(op, value) => {
                let number = value.number().unwrap_or(f64::NAN);
                for value in series.iter_mut().flat_map(|one| &mut one.values) {
                    if !satisfies(*op, *value, number) {
                        *value = f64::NAN;
                    }
                }
                drop_empty(&mut series);
            }
        }
    }
    series
}

fn drop_empty(series: &mut Vec<Series>) {
    series.retain(|one| one.values.iter().any(|value| !value.is_nan()));
}

fn satisfies(op: BinaryOp, value: f64, number: f64) -> bool {
    let result = crate::operate::binary(op, &Static::Float(value), &Static::Float(number), None);
    !value.is_nan() && result == Ok(Static::Bool(true))
}

/// At each point the `count` largest; of equal ones those whose labels come first. Series
/// that never are among them go.
pub fn top(series: Vec<Series>, count: usize) -> Vec<Series> {
    ranked(series, count, |(value, key), (other, other_key)| {
        other.total_cmp(&value).then_with(|| key.cmp(other_key))
    })
}

/// At each point the `count` smallest; of equal ones those whose labels come last. Series
/// that never are among them go.
pub fn bottom(series: Vec<Series>, count: usize) -> Vec<Series> {
    ranked(series, count, |(value, key), (other, other_key)| {
        value.total_cmp(&other).then_with(|| other_key.cmp(key))
    })
}

fn ranked(
    mut series: Vec<Series>,
    count: usize,
    order: impl Fn((f64, &str), (f64, &str)) -> Ordering,
) -> Vec<Series> {
    if series.len() <= count {
        return series;
    }
    let keys: Vec<String> = series.iter().map(Series::sort_key).collect();
    let points = series.iter().map(|one| one.values.len()).max().unwrap_or(0);
    for point in 0..points {
        let value = |one: &Series| one.values.get(point).copied().unwrap_or(f64::NAN);
        let mut places: Vec<usize> =
            (0..series.len()).filter(|&place| !value(&series[place]).is_nan()).collect();
        places.sort_by(|&left, &right| {
            order((value(&series[left]), &keys[left]), (value(&series[right]), &keys[right]))
        });
        for place in places.into_iter().skip(count) {
            series[place].values[point] = f64::NAN;
        }
    }
    drop_empty(&mut series);
    series
}

/// `left op right`; NaN, which is no point, where there is no finite result.
fn math(op: MathOp, left: f64, right: f64) -> f64 {
    let result = match op {
        MathOp::Add => left + right,
        MathOp::Subtract => left - right,
        MathOp::Multiply => left * right,
        MathOp::Divide => left / right,
    };
    if result.is_finite() { result } else { f64::NAN }
}

fn with_number(mut series: Vec<Series>, apply: impl Fn(f64) -> f64) -> Vec<Series> {
    for one in &mut series {
        one.values.iter_mut().for_each(|value| *value = apply(*value));
        one.exemplars.iter_mut().for_each(|exemplar| exemplar.value = apply(exemplar.value));
    }
    series
}

/// Series of both sides with the same labels; a side of one series without labels goes
/// with every one of the other.
fn joined(op: MathOp, left: Vec<Series>, right: Vec<Series>) -> Vec<Series> {
    let key = |one: &Series| {
        let labels: Vec<Label> =
            one.labels.iter().filter(|label| label.name != NAME).cloned().collect();
        key_of(&labels)
    };
    let is_single = |side: &[Series]| matches!(side, [only] if key(only).is_empty());
    if is_single(&right) && !is_single(&left) {
        return left.into_iter().filter_map(|one| pair(op, &one, right.first()?, &one)).collect();
    }
    if is_single(&left) && !is_single(&right) {
        return right.into_iter().filter_map(|one| pair(op, left.first()?, &one, &one)).collect();
    }
    let by_key: HashMap<String, &Series> = right.iter().map(|one| (key(one), one)).collect();
    left.iter().filter_map(|one| pair(op, one, by_key.get(&key(one))?, one)).collect()
}

/// One series of two, with the labels of `labelled`.
fn pair(op: MathOp, left: &Series, right: &Series, labelled: &Series) -> Option<Series> {
    let values = left.values.iter().zip(&right.values);
    let values = values.map(|(left, right)| math(op, *left, *right)).collect();
    let mut labels: Vec<Label> =
        labelled.labels.iter().filter(|label| label.name != NAME).cloned().collect();
    if let (Some(left), Some(right)) = (left.name(), right.name()) {
        let name = format!("({left} {} {right})", op.text());
        labels.push(Label::text(NAME, &name));
    }
    Some(Series { labels, values, exemplars: labelled.exemplars.clone() })
}
