//! What a query finds in one trace.
//!
//! A pipeline takes spansets and gives spansets, beginning with one of all spans. Sides of
//! operators are evaluated from left to right, so the same query over the same trace
//! always gives the same answer, errors included.

mod aggregate;
mod answer;
mod field;
mod lookup;
mod structure;

pub use answer::{Answer, Spanset};
pub(crate) use field::{Mentions, find_match, first_value, values_at_all_places};

use crate::ast::{Pipeline, ScalarFilter, SpansetExpr, SpansetFilter, SpansetOp, Stage};
use crate::{Position, Static, Trace, operate};

/// Why a query has no answer for a trace, which whoever wrote it has to change. Where an
/// operator has no result for a span, as a minus for a text, that span does not match; this
/// is no error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {reason}")]
pub struct EvaluateError {
    /// The part of the query.
    pub at: Position,
    /// What cannot be.
    pub reason: String,
}

/// What `pipeline`, which has been checked, finds in `trace`.
///
/// # Errors
/// Where spansets are put to an operator that takes no groups, or figures of several
/// pipelines are compared.
pub fn evaluate<'a>(
    pipeline: &'a Pipeline,
    trace: &'a Trace<'a>,
) -> Result<Answer<'a>, EvaluateError> {
    let all = Spanset { spans: (0..trace.spans().len()).collect(), attributes: Vec::new() };
    let mut answer = Answer::new(trace);
    answer.spansets = run(pipeline, vec![all], &mut answer)?;
    Ok(answer)
}

fn run<'a>(
    pipeline: &'a Pipeline,
    mut spansets: Vec<Spanset>,
    answer: &mut Answer<'a>,
) -> Result<Vec<Spanset>, EvaluateError> {
    for stage in &pipeline.stages {
        spansets = match stage {
            Stage::Spansets(expr) => each(expr, spansets, answer)?,
            Stage::By(field, _) => {
                answer.show_all(field);
                aggregate::group(field, spansets, answer.trace)
            }
            Stage::Coalesce => coalesce(spansets),
            Stage::Select(attributes, _) => {
                attributes.iter().for_each(|attribute| answer.show(attribute));
                spansets
            }
            Stage::Filter(filter) => {
                aggregate::fields(filter, &mut |field| answer.show_all(field));
                keep(filter, spansets, answer.trace)?
            }
        };
    }
    Ok(spansets)
}

/// `expr` of each spanset by itself.
fn each<'a>(
    expr: &'a SpansetExpr,
    spansets: Vec<Spanset>,
    answer: &mut Answer<'a>,
) -> Result<Vec<Spanset>, EvaluateError> {
    let mut found = Vec::new();
    match expr {
        SpansetExpr::Filter(filter) => {
            for spanset in spansets {
                let spans = select(filter, &spanset.spans, answer);
                if !spans.is_empty() {
                    found.push(Spanset { spans, attributes: spanset.attributes });
                }
            }
        }
        SpansetExpr::Pipeline(pipeline) => return run(pipeline, spansets, answer),
        SpansetExpr::Operation { op, left, right, at } => {
            for spanset in spansets {
                let left = each(left, vec![spanset.clone()], answer)?;
                let right = each(right, vec![spanset.clone()], answer)?;
                let spans = operation(*op, &left, &right, answer.trace, *at)?;
                if !spans.is_empty() {
                    found.push(Spanset { spans, attributes: spanset.attributes });
                }
            }
        }
    }
    Ok(found)
}

/// The spans for which `filter` is true, which are remembered with what made it so.
fn select<'a>(filter: &'a SpansetFilter, spans: &[usize], answer: &mut Answer<'a>) -> Vec<usize> {
    let mut kept = Vec::new();
    let mut matches = Vec::new();
    let mentions = Mentions::of(&filter.field);
    for &span in spans {
        if let Some(place) = find_match(&filter.field, &mentions, answer.trace, span) {
            kept.push(span);
            matches.push((span, place));
        }
    }
    answer.remember(&filter.field, matches);
    kept
}

fn operation(
    op: SpansetOp,
    left: &[Spanset],
    right: &[Spanset],
    trace: &Trace<'_>,
    at: Position,
) -> Result<Vec<usize>, EvaluateError> {
    let is_logical = matches!(op, SpansetOp::And | SpansetOp::Or);
    if is_logical {
        let is_met = match op {
            SpansetOp::And => !left.is_empty() && !right.is_empty(),
            _ => true,
        };
        let sides = [left, right].into_iter().flatten();
        return Ok(if is_met { union(sides.map(|one| one.spans.as_slice())) } else { Vec::new() });
    }
    if left.len() > 1 || right.len() > 1 {
        let reason = format!(
            "`{}` needs one spanset on each side, but grouping has made several; \
             join them with coalesce()",
            op.text()
        );
        return Err(EvaluateError { at, reason });
    }
    let spans = |side: &[Spanset]| side.first().map(|one| one.spans.clone()).unwrap_or_default();
    Ok(structure::related(op, &spans(left), &spans(right), trace.tree()))
}

/// Each span once, in the trace's order.
fn union<'s>(sets: impl Iterator<Item = &'s [usize]>) -> Vec<usize> {
    let mut spans: Vec<usize> = sets.flatten().copied().collect();
    spans.sort_unstable();
    spans.dedup();
    spans
}

fn coalesce(spansets: Vec<Spanset>) -> Vec<Spanset> {
    let spans = union(spansets.iter().map(|one| one.spans.as_slice()));
    if spans.is_empty() { Vec::new() } else { vec![Spanset { spans, attributes: Vec::new() }] }
}

/// The spansets of which `filter` is true, with its figures.
fn keep(
    filter: &ScalarFilter,
    spansets: Vec<Spanset>,
    trace: &Trace<'_>,
) -> Result<Vec<Spanset>, EvaluateError> {
    let mut kept = Vec::new();
    for mut spanset in spansets {
        let left = aggregate::scalar(&filter.left, &mut spanset, trace)?;
        let right = aggregate::scalar(&filter.right, &mut spanset, trace)?;
        let (Some(left), Some(right)) = (left, right) else {
            continue;
        };
        if operate::binary(filter.op, &left, &right, None) == Ok(Static::Bool(true)) {
            kept.push(spanset);
        }
    }
    Ok(kept)
}

#[cfg(test)]
mod tests;
