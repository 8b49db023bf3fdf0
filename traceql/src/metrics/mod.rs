//! Series over time, out of spans of one trace after the other.
//!
//! An [`Evaluation`] takes traces in any order and gives the series at the end. What it
//! keeps is bounded by the number of series and points, never by that of spans. Several that
//! took in different traces become one ([`Evaluation::merge`]).

mod buckets;
mod cell;
mod combine;
mod compare;
mod exact;
mod exemplars;
mod index;
mod leaf;
mod range;
mod series;

pub use buckets::{bucket_of, quantile};
pub use combine::{bottom, top};
pub use range::{Range, RangeError, default_step};
pub use series::{Exemplar, Label, Series};

use std::sync::Arc;

use leaf::Leaf;

use crate::ast::{Metrics, MetricsPipeline};
use crate::{EvaluateError, Static, Trace, evaluate};

/// How much a query may keep.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Series of one function. What belongs to others is left out, and the answer says so.
    pub series_max: usize,
    /// Points of one function, over all its series.
    pub points_max: usize,
    /// Exemplars of one function.
    pub exemplars_max: usize,
}

impl Default for Limits {
    /// 10,000 series and two million points, which take some 50 MB; 100 exemplars.
    fn default() -> Self {
        Self { series_max: 10_000, points_max: 2_000_000, exemplars_max: 100 }
    }
}

/// A metrics query while it takes in traces.
#[derive(Debug)]
pub struct Evaluation {
    root: Arc<Metrics>,
    leaves: Vec<Leaf>,
}

/// What a metrics query came to.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The series, in the order of their labels; a point that is not there is NaN.
    pub series: Vec<Series>,
    /// Whether a limit left some out.
    pub is_partial: bool,
}

impl Evaluation {
    /// Begins with no trace seen. `metrics` has been checked.
    pub fn new(metrics: &Arc<Metrics>, range: Range, limits: Limits) -> Self {
        let leaf = |pipeline: &MetricsPipeline| Leaf::new(pipeline.clone(), range, limits);
        let leaves = metrics.pipelines().into_iter().map(leaf).collect();
        Self { root: Arc::clone(metrics), leaves }
    }

    /// Takes in the spans of `trace` that the query asks for and that start in its range.
    /// A trace is taken in once, complete.
    ///
    /// # Errors
    /// Where the query has no answer for this trace.
    pub fn observe(&mut self, trace: &Trace<'_>) -> Result<(), EvaluateError> {
        for leaf in &mut self.leaves {
            let query = Arc::clone(leaf.query());
            let answer = evaluate(&query.pipeline, trace)?;
            leaf.observe(trace, &answer);
        }
        Ok(())
    }

    /// Does what was left for later: worth it where it is merged with others, of which each can
    /// do so in a thread of its own before. Changes nothing of what comes of it.
    pub fn settle(&mut self) {
        self.leaves.iter_mut().for_each(Leaf::settle);
    }

    /// Takes in the traces that `other` took in, of the same query, range and limits. In which
    /// of them a trace was changes nothing.
    pub fn merge(&mut self, other: Self) {
        for (leaf, other) in self.leaves.iter_mut().zip(other.leaves) {
            leaf.merge(other);
        }
    }

    /// The series of all traces that were taken in.
    pub fn finish(self) -> Outcome {
        let mut is_partial = false;
        let mut leaves = self.leaves.into_iter().map(|leaf| {
            let (series, is_cut) = leaf.finish();
            is_partial |= is_cut;
            series
        });
        let mut series = combine::series_of(&self.root, &mut leaves);
        drop(leaves);
        series.retain(|one| one.values.iter().any(|value| !value.is_nan()));
        series.sort_by_cached_key(Series::sort_key);
        Outcome { series, is_partial }
    }
}

/// How many exemplars the hint `exemplars` asks for: `true` is `default`, `false` none.
pub fn exemplars_asked(query: &crate::Query, default: usize) -> usize {
    match query.hint("exemplars") {
        Some(Static::Bool(false)) => 0,
        Some(Static::Int(count)) => usize::try_from(*count).unwrap_or(0),
        _ => default,
    }
}

#[cfg(test)]
mod tests;
