//! What the collector counts. Every label is of a closed set.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use proto::otlp::Signal;

use crate::sanitize::Findings;

type Labels<const N: usize> = [(&'static str, &'static str); N];

/// How a request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transport {
    OtlpGrpc,
    OtlpHttp,
    ZipkinHttp,
}

impl Transport {
    fn label(self) -> &'static str {
        match self {
            Self::OtlpGrpc => "otlp_grpc",
            Self::OtlpHttp => "otlp_http",
            Self::ZipkinHttp => "zipkin_http",
        }
    }
}

/// Why a request was refused as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    TooLarge,
    Malformed,
    UnsupportedEncoding,
    UnsupportedMediaType,
    Overloaded,
    TooSlow,
    StoreRefuses,
    OutcomeUnknown,
    DeadlineExceeded,
    ClientGone,
}

impl Reason {
    fn label(self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::Malformed => "malformed",
            Self::UnsupportedEncoding => "unsupported_encoding",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::Overloaded => "overloaded",
            Self::TooSlow => "too_slow",
            Self::StoreRefuses => "store_refuses",
            Self::OutcomeUnknown => "outcome_unknown",
            Self::DeadlineExceeded => "deadline_exceeded",
            Self::ClientGone => "client_gone",
        }
    }
}

/// The collector's figures. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Metrics {
    requests: Family<Labels<1>, Counter>,
    refused_requests: Family<Labels<2>, Counter>,
    received: Family<Labels<1>, Counter>,
    spans: Taken,
    log_records: Taken,
    repairs: Family<Labels<1>, Counter>,
    odd_spans: Family<Labels<1>, Counter>,
    in_flight: Gauge,
    writing: Writing,
}

/// What became of the spans or the log records that came.
#[derive(Clone, Default)]
struct Taken {
    accepted: Counter,
    refused: Counter,
    resent: Counter,
}

impl Taken {
    fn register(&self, registry: &mut Registry, items: &str) {
        let name = |what: &str| format!("{what}_{}", items.replace(' ', "_"));
        registry.register(
            name("accepted"),
            format!("The {items} acknowledged to their sender"),
            self.accepted.clone(),
        );
        registry.register(
            name("refused"),
            format!("The {items} refused one by one, reported to their sender as rejected"),
            self.refused.clone(),
        );
        registry.register(
            name("resent"),
            format!("Accepted {items} that the store had before, as after a lost answer"),
            self.resent.clone(),
        );
    }
}

/// The figures of the writer thread.
#[derive(Clone)]
pub(crate) struct Writing {
    /// Requests that wait for the store.
    pub(crate) queued_requests: Gauge,
    /// How long the store took for a group, in seconds.
    pub(crate) commit_duration: Histogram,
    /// How many requests a group had.
    pub(crate) group_requests: Histogram,
}

impl Default for Writing {
    fn default() -> Self {
        Self {
            queued_requests: Gauge::default(),
            // 100 µs, a fast disk's fsync, to 13 s, past every client's patience.
            commit_duration: Histogram::new(exponential_buckets(0.0001, 2.0, 18)),
            group_requests: Histogram::new(exponential_buckets(1.0, 2.0, 12)),
        }
    }
}

impl Metrics {
    /// The figures, made known to `registry` as `hopline_collector_…`.
    pub(crate) fn register(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        let registry = registry.sub_registry_with_prefix("hopline_collector");
        registry.register("requests", "Export requests received", metrics.requests.clone());
        registry.register(
            "refused_requests",
            "Export requests refused as a whole, by reason",
            metrics.refused_requests.clone(),
        );
        registry.register_with_unit(
            "received",
            "Bytes of request bodies as they arrived, before decompression",
            Unit::Bytes,
            metrics.received.clone(),
        );
        metrics.spans.register(registry, Signal::Traces.items());
        metrics.log_records.register(registry, Signal::Logs.items());
        registry.register(
            "repairs",
            "Corrections made to accepted spans, by kind",
            metrics.repairs.clone(),
        );
        registry.register(
            "odd_spans",
            "Accepted spans that were kept as they came though something is odd, by what",
            metrics.odd_spans.clone(),
        );
        registry.register_with_unit(
            "in_flight",
            "Bytes held by requests that are being read, decoded or written",
            Unit::Bytes,
            metrics.in_flight.clone(),
        );
        registry.register(
            "queued_requests",
            "Requests that wait for the store",
            metrics.writing.queued_requests.clone(),
        );
        registry.register_with_unit(
            "commit_duration",
            "How long the store took to make a group of requests durable",
            Unit::Seconds,
            metrics.writing.commit_duration.clone(),
        );
        registry.register(
            "group_requests",
            "Requests written as one group",
            metrics.writing.group_requests.clone(),
        );
        metrics
    }

    /// A request has arrived, with its header.
    pub(crate) fn request(&self, transport: Transport) {
        self.requests.get_or_create(&[("transport", transport.label())]).inc();
    }

    /// It was refused as a whole.
    pub(crate) fn refused_request(&self, transport: Transport, reason: Reason) {
        let labels = [("transport", transport.label()), ("reason", reason.label())];
        self.refused_requests.get_or_create(&labels).inc();
    }

    /// So many bytes of body have arrived.
    pub(crate) fn received(&self, transport: Transport, bytes: usize) {
        let labels = [("transport", transport.label())];
        self.received.get_or_create(&labels).inc_by(bytes as u64);
    }

    /// What became of what a request exported.
    pub(crate) fn taken(&self, signal: Signal, accepted: usize, resent: usize, refused: u64) {
        let taken = match signal {
            Signal::Traces => &self.spans,
            Signal::Logs => &self.log_records,
        };
        taken.accepted.inc_by(accepted as u64);
        taken.resent.inc_by(resent as u64);
        taken.refused.inc_by(refused);
    }

    /// What was corrected and what was odd in a request.
    pub(crate) fn found(&self, findings: &Findings) {
        for (repair, times) in findings.repairs().into_iter().filter(|(_, times)| *times > 0) {
            self.repairs.get_or_create(&[("repair", repair)]).inc_by(times as u64);
        }
        for (oddity, spans) in findings.oddities().into_iter().filter(|(_, spans)| *spans > 0) {
            self.odd_spans.get_or_create(&[("oddity", oddity)]).inc_by(spans as u64);
        }
    }

    /// The gauge of bytes held.
    pub(crate) fn in_flight(&self) -> Gauge {
        self.in_flight.clone()
    }

    /// The figures of the writer thread.
    pub(crate) fn writing(&self) -> Writing {
        self.writing.clone()
    }
}
