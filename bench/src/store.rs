//! The store by itself, in this process: what reading a request, writing it, and
//! sealing cost, without sockets.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use proto::Batch;
use rustix::time::{ClockId, clock_gettime};
use storage::{Config, SpanWriter, Store, TraceReader};

use crate::request::{Plan, Requests};

/// How many spans are written before they are sealed: what a server has in memory.
const SPANS_PER_SEGMENT: usize = 200_000;
/// How many requests are written as one group, with one fsync.
const REQUESTS_PER_GROUP: u64 = 4;

/// What was measured.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Report {
    spans: u64,
    /// CPU time of the whole process for a span, in microseconds.
    decode_us: f64,
    write_us: f64,
    seal_us: f64,
    /// Bytes on disk for a span, everything sealed and the log cut.
    disk_bytes_per_span: f64,
}

/// Writes and seals the requests of `plan` in a directory of its own.
///
/// # Errors
/// Where the store refuses.
pub(crate) fn run(plan: &Plan) -> anyhow::Result<Report> {
    let requests = Requests::new(plan)?;
    let folder = tempfile::tempdir()?;
    // Sealing only when it is called for, so that its time can be told apart.
    let store = Store::open(Config {
        hot_spans_max: usize::MAX / 4,
        hot_bytes_max: usize::MAX / 4,
        hot_age_max: Duration::MAX,
        ..Config::new(folder.path())
    })?;
    let [mut decode, mut write, mut seal] = [Duration::ZERO; 3];
    let (mut hot, mut spans) = (0, 0);
    let now = proto::clock::now_unix_nano();
    for first in (0..requests.count).step_by(REQUESTS_PER_GROUP as usize) {
        let last = requests.count.min(first + REQUESTS_PER_GROUP);
        let bodies: Vec<_> =
            (first..last).map(|number| requests.encode(number, |_| now).bytes).collect();
        let start = process_cpu();
        let batches: Vec<_> = bodies.iter().map(|body| read(body)).collect::<Result<_, _>>()?;
        let decoded = process_cpu();
        let written = store.write(&batches)?;
        write += process_cpu().saturating_sub(decoded);
        decode += decoded.saturating_sub(start);
        let new: usize = written.iter().map(|written| written.new_spans).sum();
        (hot, spans) = (hot + new, spans + new as u64);
        if hot >= SPANS_PER_SEGMENT || last == requests.count {
            let start = process_cpu();
            store.seal_now()?;
            seal += process_cpu().saturating_sub(start);
            hot = 0;
        }
    }
    let per_span = |time: Duration| time.as_secs_f64() * 1e6 / spans as f64;
    Ok(Report {
        spans,
        decode_us: per_span(decode),
        write_us: per_span(write),
        seal_us: per_span(seal),
        disk_bytes_per_span: store.stats().disk_bytes as f64 / spans as f64,
    })
}

fn read(body: &[u8]) -> anyhow::Result<Arc<Batch>> {
    let decoded = proto::otlp::protobuf::decode_request(body, &proto::otlp::Limits::default());
    Ok(Arc::new(decoded.context("our own request")?.batch))
}

fn process_cpu() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or(0))
}
