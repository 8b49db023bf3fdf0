//! Looks for what is wrong, every few seconds.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use std::{io, thread};

use parking_lot::{Condvar, Mutex};
use proto::clock::now_unix_nano;
use storage::{Deadline, ReadError, TimeRange, TraceReader};

use super::baseline::minute;
use super::by_version::{ByVersion, add_to, by_version};
use super::history::History;
use super::{
    Baseline, Book, Compared, Entry, Feed, Finding, MINUTE_NANO, Rates, Times, compare, example,
    since,
};

/// How often it is looked.
const INTERVAL: Duration = Duration::from_secs(10);
/// How long a look may take.
const LOOK_MAX: Duration = Duration::from_secs(10);
/// How long no span of a trace must have come before it counts: senders give spans away
/// every few seconds, each at its own time (5 s, OpenTelemetry SDK, batch processor).
const SETTLED: Duration = Duration::from_secs(8);
/// At least so much is judged, and up to a minute more.
const JUDGED_NANO: u64 = MINUTE_NANO;
/// With fewer requests nothing is said.
pub(super) const REQUESTS_MIN: u64 = 20;
/// Of so many of the open findings examples are looked for at each look.
const EXAMPLES_MAX: usize = 10;

/// What was found at a look.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// What is wrong, the most harmful first.
    pub open: Vec<Entry>,
    /// What is over since the look before.
    pub resolved: Vec<Entry>,
}

/// Who is told at each look.
pub type NoticeFn = Box<dyn FnMut(&Notice) + Send>;

/// The thread that looks. It ends when this is dropped.
pub(crate) struct Watch {
    shared: Arc<Shared>,
    feed: Arc<Feed>,
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
    /// What of the last look was compared with the time before a service changed its version.
    pub(crate) by_version: Arc<Vec<ByVersion>>,
    /// Why there is nothing to say, if so.
    pub(crate) trouble: Option<String>,
}

impl Watch {
    /// Starts to look at `reader`, keeps what it found in the file `history`,
    /// and tells `notice`.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub(crate) fn start(
        reader: Arc<dyn TraceReader>,
        history: Option<PathBuf>,
        mut notice: Option<NoticeFn>,
    ) -> io::Result<Self> {
        let (mut history, book) = History::open(history);
        let feed = Arc::new(Feed::new(&book, now_unix_nano()));
        let trouble = Some("the first look comes some seconds after the start".to_owned());
        let seen = Seen { book, trouble, ..Seen::default() };
        let shared = Arc::new(Shared { seen: Mutex::new(seen), ..Shared::default() });
        let thread = {
            let shared = Arc::clone(&shared);
            let feed = Arc::clone(&feed);
            let look = move || {
                while shared.wait() {
                    let found = shared.look(&*reader, now_unix_nano());
                    if let Some(tell) = &mut notice {
                        tell(&found);
                    }
                    let book = shared.seen.lock().book.clone();
                    feed.take(&book, &found.resolved);
                    history.keep(&book);
                }
            };
            thread::Builder::new().name("hopline-watch".to_owned()).spawn(look)?
        };
        Ok(Self { shared, feed, thread: Some(thread) })
    }

    /// What becomes of findings.
    pub(crate) fn feed(&self) -> &Arc<Feed> {
        &self.feed
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

    fn look(&self, reader: &dyn TraceReader, now_unix_nano: u64) -> Notice {
        let deadline = Deadline::after(LOOK_MAX);
        let mut book = self.seen.lock().book.clone();
        let found = look(reader, &mut book, now_unix_nano, SETTLED, deadline);
        for entry in book.open_mut().take(EXAMPLES_MAX) {
            let Some(times) = found.times_of(&entry.finding).cloned() else { continue };
            if let Err(error) = example::find(reader, &mut entry.finding, &times, deadline) {
                tracing::debug!(%error, "no examples");
            }
        }
        let Look { compared, by_version, resolved } = found;
        let (last, trouble) = match compared {
            Ok(compared) => (Some(Arc::new(compared)), None),
            Err(reason) => (None, Some(reason)),
        };
        let open = book.open().into_iter().cloned().collect();
        *self.seen.lock() = Seen { book, last, by_version: Arc::new(by_version), trouble };
        Notice { open, resolved }
    }
}

/// What came of a look.
#[derive(Debug)]
pub struct Look {
    /// What the last minutes were compared with, or why they could not be.
    pub compared: Result<Compared, String>,
    /// What was compared with the time before a service changed its version, the last that did
    /// first.
    pub by_version: Vec<ByVersion>,
    /// What is over since the look before.
    pub resolved: Vec<Entry>,
}

impl Look {
    /// What was compared where `finding` shows.
    fn times_of(&self, finding: &Finding) -> Option<&Times> {
        let change = finding.version.as_ref();
        let of_change = |it: &&ByVersion| change.is_some_and(|change| change.is_same(&it.change));
        match (self.by_version.iter().find(of_change), &self.compared) {
            (Some(since_change), _) => Some(&since_change.compared.times),
            (None, compared) => compared.as_ref().ok().map(|compared| &compared.times),
        }
    }
}

/// One look at what there is at `now_unix_nano`: `book` takes what was found. `settled` is as in
/// [`storage::ChainsQuestion`].
pub fn look(
    reader: &dyn TraceReader,
    book: &mut Book,
    now_unix_nano: u64,
    settled: Duration,
    deadline: Deadline,
) -> Look {
    let troubled = book.troubled();
    let compared = compare_now(reader, now_unix_nano, &troubled, settled, deadline);
    let compared = compared.unwrap_or_else(|error| Err(error.to_string()));
    let mut findings = compared.as_ref().map_or_else(|_| Vec::new(), |it| it.findings.clone());
    let by_version = by_version(reader, now_unix_nano, &troubled, settled, deadline);
    let by_version = by_version.unwrap_or_else(|error| {
        tracing::debug!(%error, "not compared with versions before");
        Vec::new()
    });
    for ByVersion { change, compared } in &by_version {
        let due = |finding: &&Finding| book.may_be_due_to(finding, change);
        compared.findings.iter().filter(due).for_each(|found| add_to(&mut findings, found));
    }
    let resolved = book.take(findings, now_unix_nano);
    if let Ok(compared) = &compared
        && let Err(error) = since::date(reader, book, &compared.times, deadline)
    {
        tracing::debug!(%error, "not known since when");
    }
    Look { compared, by_version, resolved }
}

/// Judges the last minute or two by the first of [`Baseline::CHOICE`] that has enough requests,
/// and of the same kinds; where none has those, by the first that has enough. Or says why
/// that can't be.
fn compare_now(
    reader: &dyn TraceReader,
    now_unix_nano: u64,
    troubled: &[TimeRange],
    settled: Duration,
    deadline: Deadline,
) -> Result<Result<Compared, String>, ReadError> {
    let from_unix_nano = minute(now_unix_nano.saturating_sub(JUDGED_NANO));
    let judged = TimeRange { from_unix_nano, to_unix_nano: now_unix_nano };
    let mut few = "there were no requests before".to_owned();
    let mut of_other_work = None;
    for baseline in Baseline::CHOICE {
        let reference = baseline.ranges(from_unix_nano, troubled);
        if reference.is_empty() {
            continue;
        }
        let times = Times { judged, baseline, reference, settled };
        let mut compared = compare(reader, times, deadline)?;
        if compared.requests < REQUESTS_MIN {
            let requests = compared.requests;
            return Ok(Err(format!("only {requests} requests came in the last minutes")));
        }
        if compared.reference_requests < REQUESTS_MIN {
            few = format!(
                "there are {} requests of the time before to compare with",
                compared.reference_requests
            );
            continue;
        }
        if !compared.is_other_work() {
            compared.rates = Rates::of(reader, &compared.times, deadline)?;
            return Ok(Ok(compared));
        }
        of_other_work.get_or_insert(compared);
    }
    let Some(mut compared) = of_other_work else { return Ok(Err(few)) };
    compared.rates = Rates::of(reader, &compared.times, deadline)?;
    Ok(Ok(compared))
}
