use traceql::metrics::{Label, Range, Series};

use crate::api::tempo::model::{Exemplar, InstantSeries, KeyValue, Sample, TimeSeries};

const MILLISECOND: u64 = 1_000_000;

fn labels(labels: &[Label]) -> Vec<KeyValue> {
    labels.iter().map(|label| KeyValue::of(label.name.as_str(), &label.value)).collect()
}

fn millis(unix_nano: u64) -> i64 {
    // A number of 64 bits divided by a million is one of 45.
    (unix_nano / MILLISECOND) as i64
}

/// The points that are there, and exemplars, by time.
pub(super) fn over_range(series: Series, range: &Range) -> TimeSeries {
    let points = series.values.iter().enumerate().filter(|(_, value)| !value.is_nan());
    let samples = points.map(|(interval, value)| Sample {
        timestamp_ms: millis(range.end_of(interval)),
        value: *value,
    });
    let exemplars = series.exemplars.iter().filter(|one| !one.value.is_nan());
    let mut exemplars: Vec<Exemplar> = exemplars
        .map(|one| Exemplar {
            labels: labels(&one.labels),
            value: one.value,
            timestamp_ms: millis(one.unix_nano),
        })
        .collect();
    exemplars.sort_by_key(|one| one.timestamp_ms);
    TimeSeries { labels: labels(&series.labels), samples: samples.collect(), exemplars }
}

/// Its one point; `None` where there is none.
pub(super) fn at_instant(series: Series) -> Option<InstantSeries> {
    let value = series.values.first().copied().filter(|value| !value.is_nan())?;
    Some(InstantSeries { labels: labels(&series.labels), value })
}
