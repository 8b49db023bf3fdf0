//! What one would try first: each service's spans now and before, by their mean or their
//! 95th percentile.

use std::collections::BTreeMap;

use proto::Span;

/// Services, each with how conspicuous it is.
pub(super) type Ranking = Vec<(String, f64)>;

/// By how many standard deviations the mean duration differs from before, at most, of any
/// span name.
pub(super) fn mean_z(before: &[Span], now: &[Span]) -> Ranking {
    rank(before, now, |before, now| {
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let average = mean(before);
        let spread = before.iter().map(|value| (value - average).powi(2)).sum::<f64>();
        let deviation = (spread / before.len() as f64).sqrt().max(1.0);
        (mean(now) - average) / deviation
    })
}

/// How many times as long the 95th percentile is, at most, of any span name.
pub(super) fn p95_ratio(before: &[Span], now: &[Span]) -> Ranking {
    rank(before, now, |before, now| {
        let p95 = |values: &[f64]| {
            let mut values = values.to_vec();
            values.sort_by(f64::total_cmp);
            values[(values.len() - 1) * 95 / 100].max(1.0)
        };
        p95(now) / p95(before)
    })
}

fn rank(before: &[Span], now: &[Span], score: impl Fn(&[f64], &[f64]) -> f64) -> Ranking {
    let by_name = |spans: &[Span]| {
        let mut values: BTreeMap<(String, String), Vec<f64>> = BTreeMap::new();
        for span in spans {
            let key = (span.service_name().into_owned(), span.name.clone());
            values.entry(key).or_default().push(span.duration_nano() as f64);
        }
        values
    };
    let before = by_name(before);
    let mut scores: BTreeMap<String, f64> = BTreeMap::new();
    for ((service, name), now) in by_name(now) {
        let Some(before) = before.get(&(service.clone(), name)) else { continue };
        let score = score(before, &now);
        let known = scores.entry(service).or_insert(score);
        *known = known.max(score);
    }
    scores.into_iter().collect()
}
