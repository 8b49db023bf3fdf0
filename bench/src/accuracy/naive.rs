//! What one would try first: each service's spans now and before, by their mean or their
//! 95th percentile.

use std::collections::BTreeMap;
use std::ops::Range;

use proto::Span;

/// Services, each with how conspicuous it is.
pub(super) type Ranking = Vec<(String, f64)>;

/// A ranking that one would try first.
pub(super) struct Naive {
    pub(super) name: &'static str,
    pub(super) rank: fn(&Durations, &Durations) -> Ranking,
    /// From which on one would be alarmed.
    pub(super) alarm: f64,
}

/// Both.
pub(super) const NAIVE: [Naive; 2] = [
    Naive { name: "mean, in standard deviations", rank: mean_z, alarm: 3.0 },
    Naive { name: "p95, now over before", rank: p95_ratio, alarm: 2.0 },
];

/// How long spans took, by service and span name.
pub(super) type Durations = BTreeMap<(String, String), Vec<f64>>;

/// How long `spans` took.
pub(super) fn durations(spans: &[Span]) -> Durations {
    let mut values = Durations::new();
    for span in spans {
        let key = (span.service_name().into_owned(), span.name.clone());
        values.entry(key).or_default().push(span.duration_nano() as f64);
    }
    values
}

/// By how many standard deviations the mean duration differs from before, at most, of any
/// span name.
pub(super) fn mean_z(before: &Durations, now: &Durations) -> Ranking {
    rank(before, now, |before, now| {
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let average = mean(before);
        let spread = before.iter().map(|value| (value - average).powi(2)).sum::<f64>();
        let deviation = (spread / before.len() as f64).sqrt().max(1.0);
        (mean(now) - average) / deviation
    })
}

/// How many times as long the 95th percentile is, at most, of any span name.
pub(super) fn p95_ratio(before: &Durations, now: &Durations) -> Ranking {
    rank(before, now, |before, now| {
        let p95 = |values: &[f64]| {
            let mut values = values.to_vec();
            values.sort_by(f64::total_cmp);
            values[(values.len() - 1) * 95 / 100].max(1.0)
        };
        p95(now) / p95(before)
    })
}

/// How long spans took and when they ended, for as long as it is asked.
#[derive(Default)]
pub(super) struct Log(BTreeMap<(String, String), Vec<(u64, f64)>>);

impl Log {
    pub(super) fn add(&mut self, spans: &[Span]) {
        for span in spans {
            let key = (span.service_name().into_owned(), span.name.clone());
            let value = (span.end_time_unix_nano, span.duration_nano() as f64);
            self.0.entry(key).or_default().push(value);
        }
    }

    /// Forgets what ended before.
    pub(super) fn forget(&mut self, before_unix_nano: u64) {
        self.0.values_mut().for_each(|values| values.retain(|(end, _)| *end >= before_unix_nano));
    }

    /// Those that ended within `range`.
    pub(super) fn within(&self, range: Range<u64>) -> Durations {
        let mut found = Durations::new();
        for (key, values) in &self.0 {
            let values: Vec<f64> = values
                .iter()
                .filter(|(end, _)| range.contains(end))
                .map(|(_, duration)| *duration)
                .collect();
            if !values.is_empty() {
                found.insert(key.clone(), values);
            }
        }
        found
    }
}

fn rank(before: &Durations, now: &Durations, score: impl Fn(&[f64], &[f64]) -> f64) -> Ranking {
    let mut scores: BTreeMap<String, f64> = BTreeMap::new();
    for ((service, name), now) in now {
        let Some(before) = before.get(&(service.clone(), name.clone())) else { continue };
        let score = score(before, now);
        let known = scores.entry(service.clone()).or_insert(score);
        *known = known.max(score);
    }
    scores.into_iter().collect()
}
