//! The limits of metrics.

use super::{error, field, pipeline};
use crate::ast::{Compare, Function, Metrics, MetricsPipeline, SecondStage};
use crate::{ParseError, Position};

/// Labels that one may group by. Each value of each is a series.
const BY_MAX: usize = 5;
/// The same for functions whose series have a label of their own.
const BY_OF_BUCKETS_MAX: usize = 4;
/// How many quantiles may be asked for at once. Each is a series for each group.
const QUANTILES_MAX: usize = 20;
/// How many values of an attribute `compare` may show.
const TOP_COUNT_MAX: i64 = 1000;

pub(super) fn validate(metrics: &Metrics) -> Result<(), ParseError> {
    match metrics {
        Metrics::Scalar(_) => Ok(()),
        Metrics::Pipeline(one) => metrics_pipeline(one),
        Metrics::Math { left, right, then, at, .. } => {
            for side in [left, right] {
                validate(side)?;
                if matches!(&**side, Metrics::Pipeline(one) if matches!(one.function, Function::Compare(_)))
                {
                    return Err(error(*at, "one cannot calculate with what compare() gives"));
                }
            }
            second_stages(then)
        }
    }
}

fn metrics_pipeline(metrics: &MetricsPipeline) -> Result<(), ParseError> {
    pipeline(&metrics.pipeline)?;
    let at = metrics.at;
    metrics.by.iter().try_for_each(|attribute| field::is_supported(attribute, at))?;
    if let Some(attribute) = metrics.function.attribute() {
        field::is_supported(attribute, at)?;
    }
    let by_max = match &metrics.function {
        Function::QuantileOverTime(_, quantiles) => {
            if let Some(value) = quantiles.iter().find(|value| !(0.0..=1.0).contains(*value)) {
                return Err(error(at, format!("a quantile is between 0 and 1, not {value}")));
            }
            if quantiles.len() > QUANTILES_MAX {
                let reason = format!("{QUANTILES_MAX} quantiles can be asked for at once");
                return Err(error(at, reason));
            }
            BY_OF_BUCKETS_MAX
        }
        Function::HistogramOverTime(_) | Function::AvgOverTime(_) => BY_OF_BUCKETS_MAX,
        Function::Compare(one) => {
            compare(one, at)?;
            if !metrics.then.is_empty() {
                return Err(error(at, "nothing can happen to what compare() gives"));
            }
            BY_MAX
        }
        _ => BY_MAX,
    };
    if metrics.by.len() > by_max {
        let name = metrics.function.text();
        return Err(error(at, format!("{name} can be grouped by {by_max} attributes at most")));
    }
    second_stages(&metrics.then)
}

fn compare(compare: &Compare, at: Position) -> Result<(), ParseError> {
    field::filter(&compare.selection)?;
    if !(1..=TOP_COUNT_MAX).contains(&compare.top_count) {
        let reason = format!("compare() shows 1 to {TOP_COUNT_MAX} values of an attribute");
        return Err(error(at, reason));
    }
    let (start, end) = (compare.start_unix_nano, compare.end_unix_nano);
    if (start, end) != (0, 0) && !(0 < start && start < end) {
        return Err(error(at, "the selection's time ends before it starts"));
    }
    Ok(())
}

fn second_stages(stages: &[SecondStage]) -> Result<(), ParseError> {
    stages.iter().try_for_each(|stage| match stage {
        SecondStage::TopK(count, at) | SecondStage::BottomK(count, at) if *count <= 0 => {
            Err(error(*at, "at least one series must be asked for"))
        }
        _ => Ok(()),
    })
}
