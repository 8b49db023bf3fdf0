//! Looks for what is wrong, every few seconds.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use std::{io, thread};

use parking_lot::{Condvar, Mutex};
use proto::clock::now_unix_nano;
use storage::{Deadline, ReadError, TimeRange, TraceReader};

use super::{Book, Compared, Times, compare, example};

/// How often it is looked.
const INTERVAL: Duration = Duration::from_secs(10);
/// How long a look may take.
const LOOK_MAX: Duration = Duration::from_secs(10);
/// How long no span of a trace must have come before it counts: senders give spans away
/// every few seconds, each at its own time (5 s, OpenTelemetry SDK, batch processor).
const SETTLED: Duration = Duration::from_secs(8);
const MINUTE_NANO: u64 = 60 * 1_000_000_000;
/// At least so much is judged, and up to a minute more.
const JUDGED_NANO: u64 = MINUTE_NANO;
/// What it is compared with: the time before.
const REFERENCE_NANO: u64 = 30 * MINUTE_NANO;
/// Or, where there were too few requests, the same time yesterday, and around it.
const DAY_NANO: u64 = 24 * 60 * MINUTE_NANO;
/// With fewer requests nothing is said.
const REQUESTS_MIN: u64 = 20;
/// Of so many of the open findings examples are looked for at each look.
const EXAMPLES_MAX: usize = 10;

/// The thread that looks. It ends when this is dropped.
pub(crate) struct Watch {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    seen: Mutex<Seen>,
    is_over: Mutex<bool>,
    changed: Condvar,
}

/// What was seen so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    pub(crate) book: Book,
    /// The last look; `None` where there was too little to compare.
    pub(crate) last: Option<Arc<Compared>>,
    /// Why there is nothing to say, if so.
    pub(crate) trouble: Option<String>,
}

impl Watch {
    /// Starts to look at `reader`.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub(crate) fn start(reader: Arc<dyn TraceReader>) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let thread = {
            let shared = Arc::clone(&shared);
            let look = move || {
                while shared.wait() {
                    shared.look(&*reader, now_unix_nano());
                }
            };
            thread::Builder::new().name("hopline-watch".to_owned()).spawn(look)?
        };
        Ok(Self { shared, thread: Some(thread) })
    }

    /// What was seen so far.
    pub(crate) fn seen(&self) -> Seen {
        self.shared.seen.lock().clone()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        *self.shared.is_over.lock() = true;
        self.shared.changed.notify_all();
        if let Some(Err(_)) = self.thread.take().map(JoinHandle::join) {
            tracing::error!("the watch for findings ran into a defect");
        }
    }
}

impl Shared {
    /// Waits until it is time; whether to go on.
    fn wait(&self) -> bool {
        let mut is_over = self.is_over.lock();
        if !*is_over {
            self.changed.wait_for(&mut is_over, INTERVAL);
        }
        !*is_over
    }

    fn look(&self, reader: &dyn TraceReader, now_unix_nano: u64) {
        let deadline = Deadline::after(LOOK_MAX);
        let troubled_since = self.seen.lock().book.troubled_since();
        let (compared, trouble) = match compare_now(reader, now_unix_nano, troubled_since, deadline)
        {
            Ok(Ok(compared)) => (Some(compared), None),
            Ok(Err(reason)) => (None, Some(reason)),
            Err(error) => (None, Some(error.to_string())),
        };
        let mut book = self.seen.lock().book.clone();
        let findings = compared.as_ref().map_or_else(Vec::new, |it| it.findings.clone());
        book.take(findings, now_unix_nano);
        if let Some(compared) = &compared {
            for entry in book.open_mut().take(EXAMPLES_MAX) {
                match example::find(reader, &entry.finding, &compared.times, deadline) {
                    Ok(examples) => entry.finding.examples = examples,
                    Err(error) => tracing::debug!(%error, "no examples"),
                }
            }
        }
        *self.seen.lock() = Seen { book, last: compared.map(Arc::new), trouble };
    }
}

/// Judges the last minute or two by the half hour before there was trouble, or by the
/// same time yesterday. Or says why that can't be.
fn compare_now(
    reader: &dyn TraceReader,
    now_unix_nano: u64,
    troubled_since: Option<u64>,
    deadline: Deadline,
) -> Result<Result<Compared, String>, ReadError> {
    let minute = |unix_nano: u64| unix_nano / MINUTE_NANO * MINUTE_NANO;
    let from = minute(now_unix_nano.saturating_sub(JUDGED_NANO));
    let judged = TimeRange { from_unix_nano: from, to_unix_nano: now_unix_nano };
    let until = troubled_since.map_or(from, |since| {
        minute(since.saturating_sub(JUDGED_NANO)).clamp(from.saturating_sub(DAY_NANO), from)
    });
    let before =
        TimeRange { from_unix_nano: until.saturating_sub(REFERENCE_NANO), to_unix_nano: until };
    let yesterday = TimeRange {
        from_unix_nano: from.saturating_sub(DAY_NANO + REFERENCE_NANO),
        to_unix_nano: from.saturating_sub(DAY_NANO).saturating_add(REFERENCE_NANO),
    };
    let mut few = "there were no requests".to_owned();
    for reference in [before, yesterday] {
        let times = Times { judged, reference, settled: SETTLED };
        let compared = compare(reader, times, deadline)?;
        if compared.requests < REQUESTS_MIN {
            let requests = compared.requests;
            return Ok(Err(format!("only {requests} requests came in the last minutes")));
        }
        if compared.reference_requests >= REQUESTS_MIN {
            return Ok(Ok(compared));
        }
        few = format!(
            "there are {} requests of the time before to compare with",
            compared.reference_requests
        );
    }
    Ok(Err(few))
}
