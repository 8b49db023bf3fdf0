//! `bench load`: sends spans, and says what that took.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::task::JoinSet;

use crate::latency::{Latencies, Percentiles};
use crate::process::Usage;
use crate::request::{Plan, Requests};
use crate::sender::{Answer, Protocol, Sender};

/// How to send.
#[derive(Debug, Clone, clap::Args, serde::Serialize)]
#[group(skip)]
pub(crate) struct Options {
    #[command(flatten)]
    pub(crate) plan: Plan,
    /// How to speak to the receiver.
    #[arg(long, value_enum, default_value_t = Protocol::Http)]
    pub(crate) protocol: Protocol,
    /// How many connections; each has one request at a time.
    #[arg(long, default_value_t = 4)]
    pub(crate) connections: usize,
    /// How many spans per second at most; as fast as they are taken without it.
    #[arg(long)]
    pub(crate) rate: Option<u64>,
    /// Spreads the traces evenly over the time from this long ago until now.
    #[arg(long, value_parser = humantime::parse_duration, default_value = "0s")]
    pub(crate) back_date: Duration,
}

/// What it took.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Report {
    pub(crate) acknowledged_spans: u64,
    pub(crate) rejected_spans: u64,
    pub(crate) refused_requests: u64,
    pub(crate) seconds: f64,
    pub(crate) spans_per_second: f64,
    pub(crate) otlp_bytes_per_span: f64,
    pub(crate) acknowledged_after: Percentiles,
    pub(crate) generator_cpu_micros_per_span: f64,
    pub(crate) server: Option<ServerReport>,
}

/// What it took of the server, until the last answer.
#[derive(Debug, serde::Serialize)]
pub(crate) struct ServerReport {
    pub(crate) cpu_seconds: f64,
    pub(crate) cpu_micros_per_span: f64,
    pub(crate) resident_bytes_max: u64,
}

/// Sends all of `options.plan` to `endpoint`; watches the process `server`.
///
/// # Errors
/// On the first request that fails for good.
pub(crate) async fn run(
    endpoint: &str,
    options: &Options,
    server: Option<u32>,
) -> anyhow::Result<Report> {
    let requests = Arc::new(Requests::new(&options.plan)?);
    let shared = Arc::new(Shared {
        requests: Arc::clone(&requests),
        next: AtomicU64::new(0),
        started: Instant::now(),
        begin_unix_nano: proto::clock::now_unix_nano(),
        options: options.clone(),
    });
    let own_before = Usage::own()?;
    let server_before = server.map(Usage::of).transpose()?;
    let mut tasks = JoinSet::new();
    for _ in 0..options.connections.max(1) {
        let sender = Sender::connect(options.protocol, endpoint).await?;
        tasks.spawn(Arc::clone(&shared).send_all(sender));
    }
    let mut total = Tally::new()?;
    while let Some(tally) = tasks.join_next().await {
        total.add(&tally??)?;
    }
    let seconds = shared.started.elapsed().as_secs_f64();
    let spans = total.acknowledged.max(1) as f64;
    let micros_per_span = |cpu: Duration| cpu.as_secs_f64() * 1e6 / spans;
    let server = match (server, server_before) {
        (Some(pid), Some(before)) => {
            let after = Usage::of(pid)?;
            let cpu = after.cpu.saturating_sub(before.cpu);
            Some(ServerReport {
                cpu_seconds: cpu.as_secs_f64(),
                cpu_micros_per_span: micros_per_span(cpu),
                resident_bytes_max: after.resident_bytes_max,
            })
        }
        _ => None,
    };
    Ok(Report {
        acknowledged_spans: total.acknowledged,
        rejected_spans: total.rejected,
        refused_requests: total.refused,
        seconds,
        spans_per_second: total.acknowledged as f64 / seconds,
        otlp_bytes_per_span: requests.bytes as f64 / requests.spans as f64,
        acknowledged_after: total.latencies.percentiles(),
        generator_cpu_micros_per_span: micros_per_span(
            Usage::own()?.cpu.saturating_sub(own_before.cpu),
        ),
        server,
    })
}

struct Shared {
    requests: Arc<Requests>,
    next: AtomicU64,
    started: Instant,
    begin_unix_nano: u64,
    options: Options,
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
    async fn send_all(self: Arc<Self>, mut sender: Sender) -> anyhow::Result<Tally> {
        let mut tally = Tally::new()?;
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            if number >= self.requests.count {
                return Ok(tally);
            }
            if let Some(due) = self.due(number) {
                tokio::time::sleep_until(due.into()).await;
            }
            let body = Bytes::from(self.requests.encode(number, self.end_unix_nano(number)));
            loop {
                let sent = Instant::now();
                match sender.send(body.clone()).await? {
                    Answer::Taken { rejected_spans } => {
                        tally.latencies.record(sent.elapsed())?;
                        let spans = self.requests.span_count(number);
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
        let rate = self.options.rate?.max(1);
        let spans_before = self.requests.spans as f64 / self.requests.count as f64 * number as f64;
        self.started.checked_add(Duration::from_secs_f64(spans_before / rate as f64))
    }

    /// When the traces of request `number` end.
    fn end_unix_nano(&self, number: u64) -> u64 {
        let back = self.options.back_date.as_nanos() as f64;
        let left = 1.0 - number as f64 / self.requests.count as f64;
        if back > 0.0 {
            self.begin_unix_nano.saturating_sub((back * left) as u64)
        } else {
            proto::clock::now_unix_nano()
        }
    }
}
