//! What an index can know of a query: conditions that a trace must meet to match.
//!
//! They are necessary, never sufficient: an index finds traces that may match, and
//! [`crate::evaluate()`] decides. Where nothing can be said nothing is asked for, so
//! that no matching trace is ever left out; a property test holds that.

mod condition;
mod field;

pub use condition::{Comparison, Condition};

use crate::Trace;
use crate::ast::{Pipeline, SpansetExpr, SpansetOp, Stage};

/// How many alternatives one requirement may have; of more nothing is asked for. An index
/// looks each of them up.
const ALTERNATIVES_MAX: usize = 64;
/// How many requirements are kept; further ones would find little more.
const REQUIREMENTS_MAX: usize = 16;

/// What a trace must meet, all of it, to match a query.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PushDown {
    /// None where any trace may match.
    pub requirements: Vec<Requirement>,
}

/// Some one span of the trace meets all conditions of at least one alternative. Without
/// an alternative no trace does.
#[derive(Debug, Clone, PartialEq)]
pub struct Requirement {
    /// The alternatives, none of which is without conditions.
    pub alternatives: Vec<Vec<Condition>>,
}

impl PushDown {
    /// Of `pipeline`, which has been checked.
    pub fn of(pipeline: &Pipeline) -> Self {
        let mut requirements = of_pipeline(pipeline);
        // What is looked up with fewer alternatives first, so that it survives.
        requirements.sort_by_key(|one| one.alternatives.len());
        requirements.truncate(REQUIREMENTS_MAX);
        Self { requirements }
    }

    /// Whether `trace` meets it: the definition that an index may only widen.
    pub fn admits(&self, trace: &Trace<'_>) -> bool {
        let spans = 0..trace.spans().len();
        self.requirements.iter().all(|requirement| {
            requirement.alternatives.iter().any(|conditions| {
                spans.clone().any(|span| conditions.iter().all(|one| one.is_met(trace, span)))
            })
        })
    }
}

fn of_pipeline(pipeline: &Pipeline) -> Vec<Requirement> {
    let mut requirements = Vec::new();
    for stage in &pipeline.stages {
        if let Stage::Spansets(expr) = stage {
            requirements.extend(of_spansets(expr));
        }
    }
    requirements
}

fn of_spansets(expr: &SpansetExpr) -> Vec<Requirement> {
    match expr {
        SpansetExpr::Filter(filter) => match field::alternatives(&filter.field) {
            Some(alternatives) => vec![Requirement { alternatives }],
            None => Vec::new(),
        },
        SpansetExpr::Pipeline(pipeline) => of_pipeline(pipeline),
        SpansetExpr::Operation { op, left, right, .. } => {
            let right_requirements = of_spansets(right);
            match op {
                SpansetOp::Or => either(of_spansets(left), right_requirements),
                // What is not related to anything on the left needs nothing there.
                SpansetOp::NotChild
                | SpansetOp::NotDescendant
                | SpansetOp::NotParent
                | SpansetOp::NotAncestor
                | SpansetOp::NotSibling => right_requirements,
                _ => {
                    let mut requirements = of_spansets(left);
                    requirements.extend(right_requirements);
                    requirements
                }
            }
        }
    }
}

/// What holds where one of two sides does: an alternative of a requirement of either, of
/// which the one with the fewest is taken.
fn either(left: Vec<Requirement>, right: Vec<Requirement>) -> Vec<Requirement> {
    let best = |side: Vec<Requirement>| side.into_iter().min_by_key(|one| one.alternatives.len());
    let (Some(left), Some(right)) = (best(left), best(right)) else {
        return Vec::new();
    };
    let mut alternatives = left.alternatives;
    alternatives.extend(right.alternatives);
    if alternatives.len() > ALTERNATIVES_MAX {
        return Vec::new();
    }
    vec![Requirement { alternatives }]
}

#[cfg(test)]
mod tests;
