//! The figures of hops under the names of Tempo's metrics generator, which Grafana's service
//! graph and its table of spans read from Prometheus.
//!
//! Each minute is added once, when it is over for [`SETTLED`]: what comes later of it is not
//! in these counters, though it is in every answer of the API. They begin at 0 with the
//! process, as counters do.

mod tally;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use proto::clock::now_unix_nano;
use storage::{ChainsQuestion, Deadline, ReadError, TimeRange, TraceReader};

use tally::{Family, Series, Tally};

const MINUTE_NANO: u64 = 60_000_000_000;
/// How long a minute must be over before it is added.
const SETTLED: Duration = Duration::from_secs(30);
/// How long a scrape waits for further minutes; without them it shows those it has.
const DEADLINE: Duration = Duration::from_secs(2);

/// The figures, for `/metrics`.
pub(crate) struct SpanMetrics {
    reader: Arc<dyn TraceReader>,
    state: Mutex<State>,
}

struct State {
    /// The end of the last minute that was added.
    to_unix_nano: u64,
    tally: Tally,
}

impl SpanMetrics {
    /// Begins with the minute that is running.
    pub(crate) fn of(reader: Arc<dyn TraceReader>) -> Self {
        Self::since(reader, minute(now_unix_nano()))
    }

    fn since(reader: Arc<dyn TraceReader>, unix_nano: u64) -> Self {
        let state = State { to_unix_nano: unix_nano, tally: Tally::default() };
        Self { reader, state: Mutex::new(state) }
    }

    fn add_until(&self, now_unix_nano: u64, state: &mut State) -> Result<(), ReadError> {
        let settled = now_unix_nano.saturating_sub(SETTLED.as_nanos() as u64);
        let range = TimeRange {
            from_unix_nano: state.to_unix_nano,
            // The range is widened to whole minutes: the last nanosecond of one is its end.
            to_unix_nano: minute(settled).saturating_sub(1),
        };
        if range.to_unix_nano <= range.from_unix_nano {
            return Ok(());
        }
        let question = ChainsQuestion { range, settled: Duration::ZERO };
        let chains = self.reader.chains(&question, Deadline::after(DEADLINE))?;
        state.tally.add(&chains);
        state.to_unix_nano = minute(settled);
        Ok(())
    }
}

fn minute(unix_nano: u64) -> u64 {
    unix_nano / MINUTE_NANO * MINUTE_NANO
}

impl fmt::Debug for SpanMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SpanMetrics")
    }
}

impl Collector for SpanMetrics {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        let mut state = self.state.lock();
        if let Err(error) = self.add_until(now_unix_nano(), &mut state) {
            tracing::warn!(%error, "the span metrics lack the last minutes until the next scrape");
        }
        let Tally { edges, spans } = &state.tally;
        let (counter, histogram) = (MetricType::Counter, MetricType::Histogram);
        let mut describe = |name, help, kind, encode: &dyn Fn(MetricEncoder) -> fmt::Result| {
            encode(encoder.encode_descriptor(name, help, None, kind)?)
        };
        describe(
            "traces_service_graph_request",
            "Calls from one service to another",
            counter,
            &|figure| counts(figure, edges, [([], |it| it.calls)]),
        )?;
        describe(
            "traces_service_graph_request_failed",
            "Calls from one service to another that failed",
            counter,
            &|figure| counts(figure, edges, [([], |it| it.errors)]),
        )?;
        describe(
            "traces_service_graph_request_server_seconds",
            "How long the called side took; the calling one where the other sends no spans",
            histogram,
            &|figure| durations(figure, edges),
        )?;
        let by_status: [Count<1>; 2] = [
            ([("status_code", "STATUS_CODE_UNSET")], |it| it.calls - it.errors),
            ([("status_code", "STATUS_CODE_ERROR")], |it| it.errors),
        ];
        describe("traces_spanmetrics_calls", "Spans", counter, &|figure| {
            counts(figure, spans, by_status)
        })?;
        describe(
            "traces_spanmetrics_latency",
            "How long spans took that begin the work of a service or wait for another, in seconds",
            histogram,
            &|figure| durations(figure, spans),
        )
    }
}

/// What a count of a series says of those with further labels.
type Count<const N: usize> = ([(&'static str, &'static str); N], fn(&Series) -> u64);

fn counts<const N: usize, const M: usize>(
    mut figure: MetricEncoder,
    family: &Family,
    counts: [Count<N>; M],
) -> fmt::Result {
    for (labels, series) in family.series() {
        for (further, count) in counts {
            let labels = (labels, further);
            let mut figure = figure.encode_family(&labels)?;
            figure.encode_counter::<NoLabelSet, _, u64>(&count(series), None)?;
        }
    }
    Ok(())
}

fn durations(mut figure: MetricEncoder, family: &Family) -> fmt::Result {
    let bounds = || family.bounds_seconds.iter().copied().chain([f64::INFINITY]);
    for (labels, series) in family.series() {
        let count = series.buckets.iter().sum();
        // Of spans that neither begin work nor wait it is not kept how long they took.
        if count > 0 {
            let buckets: Vec<_> = bounds().zip(series.buckets.iter().copied()).collect();
            let seconds = series.sum_nano as f64 / 1e9;
            let mut figure = figure.encode_family(&labels)?;
            figure.encode_histogram::<NoLabelSet>(seconds, count, &buckets, None)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use prometheus_client::encoding::text;
    use prometheus_client::registry::Registry;
    use proto::Batch;
    use storage::{MemoryStore, SpanWriter};

    use super::*;

    /// A whole minute; the notation counts milliseconds from 1,700,000,000 s on.
    const FIRST_NANO: u64 = 1_700_000_040 * 1_000_000_000;

    /// Three requests, of which the last comes in the minute after; what the shop calls `bank`
    /// fails once.
    const SHOP: &str = "
shop GET /           40000..40300 kind=server   trace=a
  shop work          40000..40010
  shop POST /pay     40010..40260 kind=client
    bank POST /pay   40020..40250 kind=server
  shop SELECT        40270..40290 kind=client   db.system=postgresql db.namespace=shop
  shop orders send   40291..40292 kind=producer messaging.system=kafka messaging.destination.name=orders
shop GET /           41000..41003 kind=server   trace=b !no
  shop POST /pay     41000..41002 kind=client   !no
    bank POST /pay   41000..41001 kind=server   !no
shop GET /          100000..100001 kind=server  trace=c
";

    fn figures() -> SpanMetrics {
        let store = MemoryStore::default();
        store.write(&[Arc::new(Batch::of(&proto::testing::trace(SHOP)))]).unwrap();
        SpanMetrics::since(Arc::new(store), FIRST_NANO)
    }

    #[test]
    fn a_scrape_has_the_names_that_grafana_reads() {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(figures()));
        let scrape = || {
            let mut out = String::new();
            text::encode(&mut out, &registry).unwrap();
            out
        };
        let first = scrape();
        for line in [
            r#"traces_service_graph_request_total{client="user",server="shop",connection_type="virtual_node"} 3"#,
            r#"traces_service_graph_request_total{client="shop",server="bank",connection_type=""} 2"#,
            r#"traces_service_graph_request_failed_total{client="shop",server="bank",connection_type=""} 1"#,
            r#"traces_service_graph_request_total{client="shop",server="postgresql/shop",connection_type="database"} 1"#,
            r#"traces_service_graph_request_total{client="shop",server="kafka/orders",connection_type="messaging_system"} 1"#,
            r#"traces_service_graph_request_server_seconds_bucket{le="0.1",client="shop",server="bank",connection_type=""} 1"#,
            r#"traces_service_graph_request_server_seconds_bucket{le="0.4",client="shop",server="bank",connection_type=""} 2"#,
            r#"traces_service_graph_request_server_seconds_bucket{le="+Inf",client="shop",server="bank",connection_type=""} 2"#,
            r#"traces_spanmetrics_calls_total{service="bank",span_name="POST /pay",span_kind="SPAN_KIND_SERVER",status_code="STATUS_CODE_UNSET"} 1"#,
            r#"traces_spanmetrics_calls_total{service="bank",span_name="POST /pay",span_kind="SPAN_KIND_SERVER",status_code="STATUS_CODE_ERROR"} 1"#,
            r#"traces_spanmetrics_calls_total{service="shop",span_name="work",span_kind="SPAN_KIND_INTERNAL",status_code="STATUS_CODE_UNSET"} 1"#,
            r#"traces_spanmetrics_latency_count{service="shop",span_name="GET /",span_kind="SPAN_KIND_SERVER"} 3"#,
            r#"traces_spanmetrics_latency_bucket{le="0.004",service="shop",span_name="GET /",span_kind="SPAN_KIND_SERVER"} 2"#,
        ] {
            assert!(first.lines().any(|it| it == line), "{line}\n{first}");
        }
        assert!(!first.contains(r#"latency_count{service="shop",span_name="work""#), "{first}");
        assert_eq!(scrape(), first);
    }

    #[test]
    fn a_minute_counts_once_when_it_is_over_for_a_while() {
        let figures = figures();
        let calls = |now_unix_nano: u64| {
            let mut state = figures.state.lock();
            figures.add_until(now_unix_nano, &mut state).unwrap();
            state.tally.edges.series().map(|(_, it)| it.calls).sum::<u64>()
        };
        let second = 1_000_000_000;
        assert_eq!(calls(FIRST_NANO + 89 * second), 0);
        assert_eq!(calls(FIRST_NANO + 90 * second), 6);
        assert_eq!(calls(FIRST_NANO + 91 * second), 6);
        assert_eq!(calls(FIRST_NANO + 149 * second), 6);
        assert_eq!(calls(FIRST_NANO + 150 * second), 7);
        assert_eq!(calls(FIRST_NANO + 10_000 * second), 7);
    }
}
