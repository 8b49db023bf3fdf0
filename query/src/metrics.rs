//! What the query side counts. Every label is of a closed set.

use std::time::Duration;

use http::StatusCode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

type Labels<const N: usize> = [(&'static str, &'static str); N];

/// The figures. Clones share them.
#[derive(Clone)]
pub(crate) struct Metrics {
    requests: Family<Labels<2>, Counter>,
    request_duration: Family<Labels<1>, Histogram>,
    /// Questions that wait for a thread.
    pub(crate) waiting_questions: Gauge,
    /// Questions that found the queue full.
    pub(crate) refused_questions: Counter,
    /// Answers that were cut by a limit or lack something.
    pub(crate) incomplete_answers: Counter,
    /// Verdicts that were still known.
    pub(crate) known_verdicts: Counter,
    /// Verdicts for which a trace was read and explained.
    pub(crate) new_verdicts: Counter,
}

impl Metrics {
    /// The figures, made known to `registry` as `hopline_query_…`.
    pub(crate) fn register(registry: &mut Registry) -> Self {
        let metrics = Self {
            requests: Family::default(),
            // 0.5 ms, a trace from memory, to 16 s, past the deadline.
            request_duration: Family::new_with_constructor(|| {
                Histogram::new(exponential_buckets(0.0005, 2.0, 16))
            }),
            waiting_questions: Gauge::default(),
            refused_questions: Counter::default(),
            incomplete_answers: Counter::default(),
            known_verdicts: Counter::default(),
            new_verdicts: Counter::default(),
        };
        let registry = registry.sub_registry_with_prefix("hopline_query");
        registry.register(
            "requests",
            "Requests answered, by route and class of status",
            metrics.requests.clone(),
        );
        registry.register_with_unit(
            "request_duration",
            "How long requests took until their answer began",
            Unit::Seconds,
            metrics.request_duration.clone(),
        );
        registry.register(
            "waiting_questions",
            "Questions that wait for a thread of the read pool",
            metrics.waiting_questions.clone(),
        );
        registry.register(
            "refused_questions",
            "Questions refused because too many waited",
            metrics.refused_questions.clone(),
        );
        registry.register(
            "incomplete_answers",
            "Answers that were cut by a limit or lack something that cannot be read",
            metrics.incomplete_answers.clone(),
        );
        registry.register(
            "known_verdicts",
            "Verdicts in lists that were still known",
            metrics.known_verdicts.clone(),
        );
        registry.register(
            "new_verdicts",
            "Verdicts in lists for which a trace was read and explained",
            metrics.new_verdicts.clone(),
        );
        metrics
    }

    /// A request on `route` was answered.
    pub(crate) fn request(&self, route: &'static str, status: StatusCode, duration: Duration) {
        let labels = [("route", route), ("status", status_class(status))];
        self.requests.get_or_create(&labels).inc();
        let duration = duration.as_secs_f64();
        self.request_duration.get_or_create(&[("route", route)]).observe(duration);
    }
}

fn status_class(status: StatusCode) -> &'static str {
    match status.as_u16() / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}
