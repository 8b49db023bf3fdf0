//! What was counted so far.

use std::collections::BTreeMap;

use chain::{Cell, Sketch, StepKind};
use proto::SpanKind;
use storage::Chains;

use crate::hops::{edges, hops};
use crate::peers::NodeKind;

/// How many calls between services are told apart, and how many spans. What comes beyond is
/// counted as [`OTHER`].
const EDGES_MAX: usize = 1_000;
const SPANS_MAX: usize = 2_000;
/// Every label of what there is no room for.
const OTHER: &str = "other";
/// Who calls where nobody is known to.
const USER: &str = "user";

/// The upper bounds of Tempo's buckets by default, in seconds.
const EDGE_SECONDS: &[f64] = &[0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8];
const SPAN_SECONDS: &[f64] = &[
    0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1.024, 2.048, 4.096, 8.192,
    16.384,
];

/// Everything.
#[derive(Debug)]
pub(super) struct Tally {
    /// Calls, by client, server and type of connection.
    pub(super) edges: Family,
    /// Spans, by service, span name and kind.
    pub(super) spans: Family,
}

/// Series of one kind, which differ in three labels.
#[derive(Debug)]
pub(super) struct Family {
    labels: [&'static str; 3],
    /// The upper bounds of the buckets, but for the last.
    pub(super) bounds_seconds: &'static [f64],
    series_max: usize,
    series: BTreeMap<[String; 3], Series>,
}

/// What was counted of one.
#[derive(Debug, Default)]
pub(super) struct Series {
    pub(super) calls: u64,
    /// Of them those in error.
    pub(super) errors: u64,
    /// How many took up to each bound, but longer than the one before; the last took longer
    /// than all.
    pub(super) buckets: Vec<u64>,
    pub(super) sum_nano: u64,
}

impl Default for Tally {
    fn default() -> Self {
        let family = |labels, bounds_seconds, series_max| Family {
            labels,
            bounds_seconds,
            series_max,
            series: BTreeMap::new(),
        };
        Self {
            edges: family(["client", "server", "connection_type"], EDGE_SECONDS, EDGES_MAX),
            spans: family(["service", "span_name", "span_kind"], SPAN_SECONDS, SPANS_MAX),
        }
    }
}

impl Tally {
    /// Adds what happened in a further time.
    pub(super) fn add(&mut self, chains: &Chains) {
        for ((client, server), total) in edges(&hops(chains)) {
            // Nobody knows whom a call is to that names none.
            let Some((server, kind)) = server else { continue };
            let (client, connection) = match client {
                None => (USER.to_owned(), "virtual_node"),
                Some((client, NodeKind::Queue)) => (client, connection(NodeKind::Queue)),
                Some((client, _)) => (client, connection(kind)),
            };
            let labels = [client, server, connection.to_owned()];
            self.edges.add(labels, total.calls, total.errors, &total.duration);
        }
        for (path, Cell { counts, duration, .. }) in &chains.roll_up.cells {
            let step = chains.steps.get(path).filter(|step| step.kind.is_span());
            let Some(step) = step else { continue };
            let kind = kind(step.kind).to_owned();
            let labels = [chains.name(step.service), chains.name(step.name), kind];
            let [calls, errors] = [counts.calls, counts.errors].map(|count| count.max(0) as u64);
            self.spans.add(labels, calls, errors, duration);
        }
    }
}

impl Family {
    /// All of them, with their labels.
    pub(super) fn series(&self) -> impl Iterator<Item = ([(&str, &str); 3], &Series)> {
        self.series.iter().map(|(values, series)| {
            let label = |at: usize| (self.labels[at], values[at].as_str());
            ([label(0), label(1), label(2)], series)
        })
    }

    fn add(&mut self, labels: [String; 3], calls: u64, errors: u64, duration: &Sketch) {
        if calls == 0 {
            return;
        }
        let is_full = self.series.len() >= self.series_max && !self.series.contains_key(&labels);
        let labels = if is_full { [OTHER; 3].map(str::to_owned) } else { labels };
        let series = self.series.entry(labels).or_default();
        series.calls += calls;
        series.errors += errors.min(calls);
        series.buckets.resize(self.bounds_seconds.len() + 1, 0);
        for (nano, count) in duration.values() {
            let is_longer = |bound: &f64| *bound < nano / 1e9;
            series.buckets[self.bounds_seconds.partition_point(is_longer)] += count as u64;
        }
        series.sum_nano = series.sum_nano.saturating_add(duration.sum_nano());
    }
}

fn connection(server: NodeKind) -> &'static str {
    match server {
        NodeKind::Service => "",
        NodeKind::Database => "database",
        NodeKind::Queue => "messaging_system",
        NodeKind::External => "virtual_node",
    }
}

fn kind(kind: StepKind) -> &'static str {
    match SpanKind(kind.0) {
        SpanKind::INTERNAL => "SPAN_KIND_INTERNAL",
        SpanKind::SERVER => "SPAN_KIND_SERVER",
        SpanKind::CLIENT => "SPAN_KIND_CLIENT",
        SpanKind::PRODUCER => "SPAN_KIND_PRODUCER",
        SpanKind::CONSUMER => "SPAN_KIND_CONSUMER",
        _ => "SPAN_KIND_UNSPECIFIED",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_there_is_no_room_for_is_counted_together() {
        let mut spans = Family { series_max: 2, ..Tally::default().spans };
        let mut duration = Sketch::default();
        duration.add(3_000_000, 2);
        duration.add(60_000_000_000, 1);
        for name in ["a", "b", "c", "d", "a"] {
            let labels = ["shop", name, "SPAN_KIND_SERVER"].map(str::to_owned);
            spans.add(labels, 3, 1, &duration);
        }
        let counts: Vec<_> =
            spans.series.iter().map(|(labels, it)| (labels[1].as_str(), it.calls)).collect();
        assert_eq!(counts, [("other", 6), ("a", 6), ("b", 3)]);
        let other = &spans.series[&[OTHER; 3].map(str::to_owned)];
        // Up to 4 ms, and longer than 16 s.
        assert_eq!((other.buckets[1], other.buckets[14]), (4, 2));
        assert_eq!(other.buckets.iter().sum::<u64>(), 6);
    }
}
