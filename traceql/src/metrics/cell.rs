//! What is kept of one series while spans come.

use std::collections::BTreeMap;

use super::buckets::quantile;
use crate::ast::Function;

/// The state of one interval.
#[derive(Debug, Clone)]
pub(super) enum Cell {
    Count(u64),
    Min(f64),
    Max(f64),
    Sum(Option<f64>),
    Average { sum: f64, count: u64 },
    Buckets(BTreeMap<u64, u64>),
}

impl Cell {
    pub(super) fn new(function: &Function) -> Self {
        match function {
            Function::Rate
            | Function::CountOverTime
            | Function::HistogramOverTime(_)
            | Function::Compare(_) => Self::Count(0),
            Function::MinOverTime(_) => Self::Min(f64::NAN),
            Function::MaxOverTime(_) => Self::Max(f64::NAN),
            Function::SumOverTime(_) => Self::Sum(None),
            Function::AvgOverTime(_) => Self::Average { sum: 0.0, count: 0 },
            Function::QuantileOverTime(..) => Self::Buckets(BTreeMap::new()),
        }
    }

    /// Takes in a value; of buckets their upper edge.
    pub(super) fn add(&mut self, value: f64) {
        match self {
            Self::Count(count) => *count += 1,
            // The NaN of a cell without a value gives way to any number.
            Self::Min(min) => *min = min.min(value),
            Self::Max(max) => *max = max.max(value),
            Self::Sum(sum) => *sum = Some(sum.unwrap_or(0.0) + value),
            Self::Average { sum, count } => {
                *sum += value;
                *count += 1;
            }
            Self::Buckets(buckets) => *buckets.entry(value as u64).or_insert(0) += 1,
        }
    }

    /// The point that it came to; NaN is none. `step_seconds` where it is a rate.
    pub(super) fn point(&self, step_seconds: Option<f64>) -> f64 {
        match self {
            Self::Count(count) => *count as f64 / step_seconds.unwrap_or(1.0),
            Self::Min(value) | Self::Max(value) => *value,
            Self::Sum(sum) => sum.unwrap_or(f64::NAN),
            Self::Average { sum, count: 1.. } if sum.is_finite() => *sum / self.count(),
            Self::Average { .. } => f64::NAN,
            Self::Buckets(_) => f64::NAN,
        }
    }

    fn count(&self) -> f64 {
        match self {
            Self::Average { count, .. } | Self::Count(count) => *count as f64,
            _ => 0.0,
        }
    }

    /// The quantile `q` of a cell of buckets, whose edges are in `unit`s.
    pub(super) fn quantile(&self, q: f64, unit: f64) -> f64 {
        let Self::Buckets(buckets) = self else {
            return f64::NAN;
        };
        let buckets: Vec<_> =
            buckets.iter().map(|(edge, count)| (*edge as f64 / unit, *count as f64)).collect();
        quantile(q, &buckets)
    }
}
