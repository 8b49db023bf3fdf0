//! What watches the server asks: how it is, whether it is ready, its figures.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, text};
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::registry::{Registry, Unit};
use proto::TraceId;
use storage::{Deadline, Health, ReadError, Stats, TraceBounds, TraceReader};

use crate::read_pool::{Bounds, Failed, ReadPool, ReadPoolEnd};
use crate::service::NoAnswer;
use crate::web::OtlpAddresses;

/// Whether spans are taken now. Must not block.
pub type HealthFn = Arc<dyn Fn() -> Health + Send + Sync>;

/// How long a reading may take that shows that the store can read.
const PROBE_DEADLINE: Duration = Duration::from_secs(2);

/// Watchers that wait for their answer at once; a few poll every few seconds.
const WAITING_WATCHERS_MAX: usize = 32;

/// Has a thread of its own, so that it answers while all others are at work. Clones
/// share it.
#[derive(Clone)]
pub(crate) struct Monitor {
    pool: Arc<ReadPool>,
    reader: Arc<dyn TraceReader>,
    health: HealthFn,
    otlp: OtlpAddresses,
}

impl Monitor {
    /// # Errors
    /// Where the system gives no thread.
    pub(crate) fn start(
        reader: Arc<dyn TraceReader>,
        health: HealthFn,
        otlp: OtlpAddresses,
    ) -> io::Result<(Self, ReadPoolEnd)> {
        let bounds = Bounds { threads: 1, waiting_max: WAITING_WATCHERS_MAX };
        let (pool, end) = ReadPool::start("hopline-monitor", bounds, Gauge::default())?;
        Ok((Self { pool: Arc::new(pool), reader, health, otlp }, end))
    }

    /// Whether spans are taken.
    pub(crate) fn health(&self) -> Health {
        (self.health)()
    }

    /// Where spans are sent to.
    pub(crate) fn otlp(&self) -> OtlpAddresses {
        self.otlp
    }

    /// Figures about the store.
    ///
    /// # Errors
    /// Where too many watch, or the store panics.
    pub(crate) async fn stats(&self) -> Result<Stats, NoAnswer> {
        let reader = Arc::clone(&self.reader);
        self.ask(move || reader.stats()).await
    }

    /// The figures of `registry` as OpenMetrics text.
    ///
    /// # Errors
    /// Where too many watch, or a collector of figures panics.
    pub(crate) async fn figures(&self, registry: Arc<Registry>) -> Result<String, NoAnswer> {
        let encode = move || {
            let mut text = String::new();
            // A text takes everything; only a collector could fail, and none does.
            let written = text::encode(&mut text, &registry);
            written.map(|()| text)
        };
        let text = self.ask(encode).await?;
        text.map_err(|error| NoAnswer::Panicked { message: error.to_string() })
    }

    /// Whether spans are taken and can be read.
    ///
    /// # Errors
    /// With the reason why not, for a person.
    pub(crate) async fn readiness(&self) -> Result<(), String> {
        if let Health::Refusing { reason } = self.health() {
            return Err(reason);
        }
        let reader = Arc::clone(&self.reader);
        // No trace has this id, so that nothing but the way to it is read.
        let probe = self.ask(move || {
            reader.trace(TraceId::default(), TraceBounds::spans(1), Deadline::after(PROBE_DEADLINE))
        });
        match probe.await.and_then(|read| read.map_err(NoAnswer::Store)) {
            Ok(_) => Ok(()),
            Err(error) => Err(error.to_string()),
        }
    }

    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, NoAnswer> {
        match tokio::time::timeout(2 * PROBE_DEADLINE, self.pool.ask(question)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(Failed::Busy)) => Err(NoAnswer::Busy { retry_after: PROBE_DEADLINE }),
            Ok(Err(Failed::Panicked(message))) => Err(NoAnswer::Panicked { message }),
            Err(_) => Err(NoAnswer::Store(ReadError::DeadlineExceeded)),
        }
    }
}

/// The store's figures, read at each scrape.
pub(crate) struct StoreFigures(pub(crate) Arc<dyn TraceReader>);

impl fmt::Debug for StoreFigures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreFigures")
    }
}

impl Collector for StoreFigures {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        let stats = self.0.stats();
        let oldest_seconds = stats.oldest_unix_nano / 1_000_000_000;
        for (name, help, unit, value) in [
            ("hot_spans", "Spans held in memory, not yet sealed", None, stats.hot_spans),
            ("hot_traces", "Traces held in memory, not yet sealed", None, stats.hot_traces),
            ("segments", "Sealed segments", None, stats.segments),
            ("sealed_spans", "Spans in sealed segments", None, stats.sealed_spans),
            ("disk", "Bytes on disk, the log included", Some(Unit::Bytes), stats.disk_bytes),
            (
                "oldest_timestamp",
                "The earliest moment of which data is kept, Unix time; 0 where there is none",
                Some(Unit::Seconds),
                oldest_seconds,
            ),
            ("pins", "Traces that are kept beyond retention", None, stats.pins),
            ("pin", "What of the bytes on disk pins take", Some(Unit::Bytes), stats.pin_bytes),
        ] {
            let gauge = ConstGauge::new(value);
            let name = format!("hopline_storage_{name}");
            let figure =
                encoder.encode_descriptor(&name, help, unit.as_ref(), gauge.metric_type())?;
            gauge.encode(figure)?;
        }
        Ok(())
    }
}
