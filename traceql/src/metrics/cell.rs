//! What is kept of one series while spans come.

use super::buckets::quantile;
use super::exact::Sum;
use crate::ast::Function;

/// The state of one interval.
#[derive(Debug, Clone)]
pub(super) enum Cell {
    Count(u64),
    Min(f64),
    Max(f64),
    Sum(Option<Box<Sum>>),
    /// The sum, and of how many values it is.
    Average(Option<Box<Sum>>, u64),
    /// How many there are of each upper edge; by these, of which there are few.
    Buckets(Vec<(u64, u64)>),
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
            Function::AvgOverTime(_) => Self::Average(None, 0),
            Function::QuantileOverTime(..) => Self::Buckets(Vec::new()),
        }
    }

    /// Takes in a value; of buckets their upper edge.
    pub(super) fn add(&mut self, value: f64) {
        match self {
            Self::Count(count) => *count += 1,
            // The NaN of a cell without a value gives way to any number.
            Self::Min(min) => *min = min.min(value),
            Self::Max(max) => *max = max.max(value),
            Self::Sum(sum) => sum.get_or_insert_default().add(value),
            Self::Average(sum, count) => {
                sum.get_or_insert_default().add(value);
                *count += 1;
            }
            Self::Buckets(buckets) => add_bucket(buckets, (value as u64, 1)),
        }
    }

    /// Takes in the values that `other` took in, a cell of the same function.
    pub(super) fn merge(&mut self, other: Self) {
        match (self, other) {
            (Self::Count(count), Self::Count(other)) => *count += other,
            (Self::Min(min), Self::Min(other)) => *min = min.min(other),
            (Self::Max(max), Self::Max(other)) => *max = max.max(other),
            (Self::Sum(sum), Self::Sum(Some(other))) => sum.get_or_insert_default().merge(&other),
            (Self::Average(sum, count), Self::Average(Some(other), further)) => {
                sum.get_or_insert_default().merge(&other);
                *count += further;
            }
            (Self::Buckets(buckets), Self::Buckets(other)) => {
                other.into_iter().for_each(|one| add_bucket(buckets, one));
            }
            // Nothing was taken in, or it is no cell of the same function.
            _ => {}
        }
    }

    /// The point that it came to; NaN is none. `step_seconds` where it is a rate.
    pub(super) fn point(&self, step_seconds: Option<f64>) -> f64 {
        match self {
            Self::Count(count) => *count as f64 / step_seconds.unwrap_or(1.0),
            Self::Min(value) | Self::Max(value) => *value,
            Self::Sum(sum) => sum.as_ref().map_or(f64::NAN, |sum| sum.value()),
            Self::Average(sum, count) => {
                let sum = sum.as_ref().map_or(f64::NAN, |sum| sum.value());
                if sum.is_finite() { sum / *count as f64 } else { f64::NAN }
            }
            Self::Buckets(_) => f64::NAN,
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

fn add_bucket(buckets: &mut Vec<(u64, u64)>, (edge, count): (u64, u64)) {
    match buckets.binary_search_by_key(&edge, |(edge, _)| *edge) {
        Ok(place) => buckets[place].1 += count,
        Err(place) => buckets.insert(place, (edge, count)),
    }
}
