//! The one thread that writes.
//!
//! Requests hand their spans over and wait. The thread takes all that has queued,
//! gives it to the store as one group, which costs one fsync however many there
//! are, and answers each. This is one of the two doors between asynchronous and
//! blocking code.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use proto::Batch;
use storage::{SpanWriter, Written};
use tokio::sync::{mpsc, oneshot};

use crate::admission::Charge;
use crate::metrics::Writing;
use crate::refusal::Refusal;

/// Hands batches to the writer thread. Clones share the thread, which ends when the
/// last is gone and what they queued is written.
#[derive(Clone)]
pub(crate) struct Writer {
    queue: mpsc::Sender<Job>,
    metrics: Writing,
    commit_timeout: Duration,
}

/// Tells when the writer thread has ended.
pub(crate) struct WriterEnd {
    ended: oneshot::Receiver<()>,
    metrics: Writing,
}

/// What bounds the writer.
pub(crate) struct Bounds {
    pub(crate) queued_requests_max: usize,
    pub(crate) group_bytes_max: usize,
    pub(crate) commit_timeout: Duration,
}

struct Job {
    batch: Arc<Batch>,
    /// Held until the batch is written.
    charge: Charge,
    answer: oneshot::Sender<Result<Written, Refusal>>,
}

/// Starts the writer thread.
///
/// # Errors
/// Where the system gives no thread.
pub(crate) fn start(
    store: Arc<dyn SpanWriter>,
    bounds: &Bounds,
    metrics: Writing,
) -> std::io::Result<(Writer, WriterEnd)> {
    let (queue, jobs) = mpsc::channel(bounds.queued_requests_max.max(1));
    let (end, ended) = oneshot::channel();
    let group_bytes_max = bounds.group_bytes_max;
    let thread_metrics = metrics.clone();
    std::thread::Builder::new().name("writer".to_owned()).spawn(move || {
        write_all(&*store, jobs, group_bytes_max, &thread_metrics);
        // Who waits for the end closes the store then, as its only owner.
        drop(store);
        // Fails if nobody waits for the end.
        end.send(()).ok();
    })?;
    let writer = Writer { queue, metrics: metrics.clone(), commit_timeout: bounds.commit_timeout };
    Ok((writer, WriterEnd { ended, metrics }))
}

impl Writer {
    /// Writes `batch`; returns when it is durable. `charge` is held until then.
    ///
    /// A batch once queued is written whole, even if the caller goes away.
    ///
    /// # Errors
    /// [`Refusal::Overloaded`] where the queue is full, [`Refusal::OutcomeUnknown`]
    /// where the store takes longer than allowed, else what the store says.
    pub(crate) async fn write(
        &self,
        batch: Arc<Batch>,
        charge: Charge,
    ) -> Result<Written, Refusal> {
        let (answer, answered) = oneshot::channel();
        self.metrics.queued_requests.inc();
        if let Err(refused) = self.queue.try_send(Job { batch, charge, answer }) {
            self.metrics.queued_requests.dec();
            return Err(match refused {
                mpsc::error::TrySendError::Full(_) => Refusal::Overloaded,
                mpsc::error::TrySendError::Closed(_) => {
                    Refusal::OutcomeUnknown { what: "the writer has stopped".to_owned() }
                }
            });
        }
        match tokio::time::timeout(self.commit_timeout, answered).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => {
                Err(Refusal::OutcomeUnknown { what: "the writer has stopped".to_owned() })
            }
            Err(_) => Err(Refusal::OutcomeUnknown {
                what: format!("the store took longer than {:?}", self.commit_timeout),
            }),
        }
    }
}

impl WriterEnd {
    /// Waits until everything queued is written, at most `timeout`. Returns how many
    /// requests were still queued then.
    pub(crate) async fn wait(self, timeout: Duration) -> usize {
        match tokio::time::timeout(timeout, self.ended).await {
            Ok(_) => 0,
            Err(_) => usize::try_from(self.metrics.queued_requests.get()).unwrap_or(0),
        }
    }
}

/// Writes groups until the last sender is gone and the queue is empty.
fn write_all(
    store: &dyn SpanWriter,
    mut jobs: mpsc::Receiver<Job>,
    group_bytes_max: usize,
    metrics: &Writing,
) {
    while let Some(first) = jobs.blocking_recv() {
        let mut bytes = first.charge.bytes();
        let mut group = vec![first];
        while bytes < group_bytes_max
            && let Ok(next) = jobs.try_recv()
        {
            bytes = bytes.saturating_add(next.charge.bytes());
            group.push(next);
        }
        write_group(store, group, metrics);
    }
}

fn write_group(store: &dyn SpanWriter, group: Vec<Job>, metrics: &Writing) {
    let count = group.len();
    let mut batches = Vec::with_capacity(count);
    let mut waiting = Vec::with_capacity(count);
    for Job { batch, charge, answer } in group {
        batches.push(batch);
        waiting.push((charge, answer));
    }
    let started = Instant::now();
    // A defect of the store must not take the thread, and with it all of
    // receiving, down with it. The store keeps its own promises about what a
    // panic leaves behind; nothing of ours is shared with it.
    let result = catch_unwind(AssertUnwindSafe(|| store.write(&batches)));
    metrics.commit_duration.observe(started.elapsed().as_secs_f64());
    metrics.group_requests.observe(count as f64);
    drop(batches);
    match &result {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => tracing::warn!(requests = count, error = %error, "store refused spans"),
        Err(_) => tracing::error!(requests = count, "store panicked while writing spans"),
    }
    for (position, (charge, answer)) in waiting.into_iter().enumerate() {
        let outcome = match &result {
            Ok(Ok(written)) => match written.get(position) {
                Some(written) => Ok(*written),
                None => Err(unknown("the store did not answer for this request")),
            },
            Ok(Err(error)) => Err(Refusal::from(error)),
            Err(_) => Err(unknown("the store failed while it wrote")),
        };
        drop(charge);
        metrics.queued_requests.dec();
        // Fails if the request has gone away; its spans are kept all the same.
        answer.send(outcome).ok();
    }
}

fn unknown(what: &str) -> Refusal {
    Refusal::OutcomeUnknown { what: what.to_owned() }
}
