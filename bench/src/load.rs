//! `bench load`: sends spans, to one receiver or the same to several at once, and
//! says what that took.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::task::JoinSet;

use crate::latency::{Latencies, Percentiles};
use crate::process::Usage;
use crate::request::{Request, Requests};
use crate::sender::{Answer, Protocol, Sender};

/// How to send.
#[derive(Debug, Clone, clap::Args, serde::Serialize)]
#[group(skip)]
pub(crate) struct Pace {
    /// How to speak to the receivers.
    #[arg(long, value_enum, default_value_t = Protocol::Http)]
    pub(crate) protocol: Protocol,
    /// How many connections to each; each has one request at a time.
    #[arg(long, default_value_t = 4)]
    pub(crate) connections: usize,
    /// How many spans per second at most; as fast as they are taken without it.
    #[arg(long)]
    pub(crate) rate: Option<u64>,
    /// Spreads the traces evenly over the time from this long ago until now.
    #[arg(long, value_parser = humantime::parse_duration, default_value = "0s")]
    pub(crate) back_date: Duration,
}

/// A receiver.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// A URL; OTLP/HTTP adds `/v1/traces`.
    pub(crate) endpoint: String,
    /// The process to watch.
    pub(crate) pid: Option<u32>,
}

/// What it took.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Report {
    pub(crate) endpoint: String,
    pub(crate) acknowledged_spans: u64,
    pub(crate) rejected_spans: u64,
    pub(crate) refused_requests: u64,
    pub(crate) seconds: f64,
    pub(crate) spans_per_second: f64,
    pub(crate) otlp_bytes_per_span: f64,
    pub(crate) acknowledged_after: Percentiles,
    /// All of this process, over the spans of all targets: with the questions, where
    /// some were asked meanwhile.
    pub(crate) generator_cpu_micros_per_span: f64,
    pub(crate) server: Option<ServerReport>,
}

/// What it took of the server, until the last answer.
#[derive(Debug, serde::Serialize)]
pub(crate) struct ServerReport {
    pub(crate) cpu_seconds: f64,
    pub(crate) cpu_micros_per_span: f64,
    /// Since it started.
    pub(crate) resident_bytes_max: u64,
    pub(crate) disk_write_bytes: Option<u64>,
    pub(crate) disk_write_bytes_per_span: Option<f64>,
}

/// Sends `requests` to each of `targets`, until all are sent or `stop` is set.
/// Answers one report for each target, in their order.
///
/// # Errors
/// On the first request to any of them that fails for good.
pub(crate) async fn run(
    requests: Arc<Requests>,
    targets: &[Target],
    pace: &Pace,
    stop: Arc<AtomicBool>,
) -> anyhow::Result<Vec<Report>> {
    let own_before = Usage::own()?;
    let shared = Arc::new(Shared {
        ends_unix_nano: (0..requests.count).map(|_| OnceLock::new()).collect(),
        requests,
        started: Instant::now(),
        begin_unix_nano: proto::clock::now_unix_nano(),
        pace: pace.clone(),
        stop,
    });
    let mut all = Vec::new();
    for target in targets {
        all.push(tokio::spawn(send_to(Arc::clone(&shared), target.clone())));
    }
    let mut reports = Vec::new();
    for report in all {
        reports.push(report.await??);
    }
    let spans: u64 = reports.iter().map(|report| report.acknowledged_spans).sum();
    let own_cpu = Usage::own()?.cpu.saturating_sub(own_before.cpu);
    for report in &mut reports {
        report.generator_cpu_micros_per_span = micros_per_span(own_cpu, spans);
    }
    Ok(reports)
}

async fn send_to(shared: Arc<Shared>, target: Target) -> anyhow::Result<Report> {
    let before = target.pid.map(Usage::of).transpose()?;
    let next = Arc::new(AtomicU64::new(0));
    let mut connections = JoinSet::new();
    for _ in 0..shared.pace.connections.max(1) {
        let sender = Sender::connect(shared.pace.protocol, &target.endpoint).await?;
        connections.spawn(Arc::clone(&shared).send_all(sender, Arc::clone(&next)));
    }
    let mut total = Tally::new()?;
    while let Some(tally) = connections.join_next().await {
        total.add(&tally??)?;
    }
    let seconds = shared.started.elapsed().as_secs_f64();
    let after = target.pid.map(Usage::of).transpose()?;
    let spans = total.acknowledged;
    Ok(Report {
        endpoint: target.endpoint,
        acknowledged_spans: spans,
        rejected_spans: total.rejected,
        refused_requests: total.refused,
        seconds,
        spans_per_second: spans as f64 / seconds,
        otlp_bytes_per_span: shared.requests.bytes as f64 / shared.requests.spans as f64,
        acknowledged_after: total.latencies.percentiles(),
        generator_cpu_micros_per_span: 0.0,
        server: before.zip(after).map(|(before, after)| ServerReport::new(&before, &after, spans)),
    })
}

impl ServerReport {
    fn new(before: &Usage, after: &Usage, spans: u64) -> Self {
        let cpu = after.cpu.saturating_sub(before.cpu);
        let written = after.disk_write_bytes.zip(before.disk_write_bytes);
        let written = written.map(|(after, before)| after.saturating_sub(before));
        Self {
            cpu_seconds: cpu.as_secs_f64(),
            cpu_micros_per_span: micros_per_span(cpu, spans),
            resident_bytes_max: after.resident_bytes_max,
            disk_write_bytes: written,
            disk_write_bytes_per_span: written.map(|bytes| bytes as f64 / spans.max(1) as f64),
        }
    }
}

/// `cpu` over `spans`, in microseconds.
pub(crate) fn micros_per_span(cpu: Duration, spans: u64) -> f64 {
    cpu.as_secs_f64() * 1e6 / spans.max(1) as f64
}

struct Shared {
    requests: Arc<Requests>,
    /// When the traces end that begin with each request: the first time that anybody
    /// asks, so that all parts of a trace and all targets have the same times.
    ends_unix_nano: Vec<OnceLock<u64>>,
    started: Instant,
    begin_unix_nano: u64,
    pace: Pace,
    stop: Arc<AtomicBool>,
}

struct Tally {
    acknowledged: u64,
    rejected: u64,
    refused: u64,
    latencies: Latencies,
}

impl Tally {
    fn new() -> anyhow::Result<Self> {
        Ok(Self { acknowledged: 0, rejected: 0, refused: 0, latencies: Latencies::new()? })
    }

    fn add(&mut self, other: &Self) -> anyhow::Result<()> {
        self.acknowledged += other.acknowledged;
        self.rejected += other.rejected;
        self.refused += other.refused;
        self.latencies.add(&other.latencies)
    }
}

impl Shared {
    /// Sends requests until there are none left. Latency counts from when the
    /// request that was answered was sent; refusals before it are counted.
    async fn send_all(
        self: Arc<Self>,
        mut sender: Sender,
        next: Arc<AtomicU64>,
    ) -> anyhow::Result<Tally> {
        let mut tally = Tally::new()?;
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= self.requests.count || self.stop.load(Ordering::Relaxed) {
                return Ok(tally);
            }
            if let Some(due) = self.due(number) {
                tokio::time::sleep_until(due.into()).await;
            }
            let Request { bytes, spans } =
                self.requests.encode(number, |first| self.end_unix_nano(first));
            let body = Bytes::from(bytes);
            loop {
                let sent = Instant::now();
                match sender.send(body.clone()).await? {
                    Answer::Taken { rejected_spans } => {
                        tally.latencies.record(sent.elapsed())?;
                        tally.acknowledged += spans.saturating_sub(rejected_spans);
                        tally.rejected += rejected_spans;
                        break;
                    }
                    Answer::Refused { retry_after } => {
                        tally.refused += 1;
                        tokio::time::sleep(retry_after).await;
                    }
                }
            }
        }
    }

    /// When request `number` may be sent.
    fn due(&self, number: u64) -> Option<Instant> {
        let rate = self.pace.rate?.max(1);
        let spans_before = self.requests.spans as f64 / self.requests.count as f64 * number as f64;
        self.started.checked_add(Duration::from_secs_f64(spans_before / rate as f64))
    }

    /// When the traces end that begin with request `number`.
    fn end_unix_nano(&self, number: u64) -> u64 {
        let end = || {
            let back = self.pace.back_date.as_nanos() as f64;
            let left = 1.0 - number as f64 / self.requests.count as f64;
            if back > 0.0 {
                self.begin_unix_nano.saturating_sub((back * left) as u64)
            } else {
                proto::clock::now_unix_nano()
            }
        };
        let known = usize::try_from(number).ok().and_then(|at| self.ends_unix_nano.get(at));
        known.map_or_else(end, |known| *known.get_or_init(end))
    }
}
