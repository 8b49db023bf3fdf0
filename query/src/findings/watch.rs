//! Looks for what is wrong, every few seconds.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use std::{io, thread};

use parking_lot::{Condvar, Mutex};
use proto::clock::now_unix_nano;
use storage::{Deadline, ReadError, TimeRange, TraceReader};

use super::history::History;
use super::{Book, Compared, Entry, Feed, Times, compare, example, since};

/// How often it is looked.
const INTERVAL: Duration = Duration::from_secs(10);
/// How long a look may take.
const LOOK_MAX: Duration = Duration::from_secs(10);
/// How long no span of a trace must have come before it counts: senders give spans away
/// every few seconds, each at its own time (5 s, OpenTelemetry SDK, batch processor).
const SETTLED: Duration = Duration::from_secs(8);
pub(super) const MINUTE_NANO: u64 = 60 * 1_000_000_000;
/// At least so much is judged, and up to a minute more.
const JUDGED_NANO: u64 = MINUTE_NANO;
/// What it is compared with: the time before, but for minutes in which something was wrong.
const REFERENCE_NANO: u64 = 60 * MINUTE_NANO;
/// Or, where there were too few requests, the same time yesterday, and around it.
const DAY_NANO: u64 = 24 * 60 * MINUTE_NANO;
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
        let seen = Seen { book, last: None, trouble };
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
        let (compared, resolved) = look(reader, &mut book, now_unix_nano, SETTLED, deadline);
        let (compared, trouble) = match compared {
            Ok(compared) => (Some(compared), None),
            Err(reason) => (None, Some(reason)),
        };
        if let Some(compared) = &compared {
            for entry in book.open_mut().take(EXAMPLES_MAX) {
                let found = example::find(reader, &mut entry.finding, &compared.times, deadline);
                if let Err(error) = found {
                    tracing::debug!(%error, "no examples");
                }
            }
        }
        let open = book.open().into_iter().cloned().collect();
        *self.seen.lock() = Seen { book, last: compared.map(Arc::new), trouble };
        Notice { open, resolved }
    }
}

/// One look at what there is at `now_unix_nano`: `book` takes what was found. Answers what was
/// compared, or why nothing could be, and what is over since. `settled` is as in
/// [`storage::ChainsQuestion`].
pub fn look(
    reader: &dyn TraceReader,
    book: &mut Book,
    now_unix_nano: u64,
    settled: Duration,
    deadline: Deadline,
) -> (Result<Compared, String>, Vec<Entry>) {
    let troubled = book.troubled();
    let compared = compare_now(reader, now_unix_nano, &troubled, settled, deadline);
    let compared = compared.unwrap_or_else(|error| Err(error.to_string()));
    let findings = compared.as_ref().map_or_else(|_| Vec::new(), |it| it.findings.clone());
    let resolved = book.take(findings, now_unix_nano);
    if let Ok(compared) = &compared
        && let Err(error) = since::date(reader, book, &compared.times, deadline)
    {
        tracing::debug!(%error, "not known since when");
    }
    (compared, resolved)
}

/// Judges the last minute or two by the hour before, but for what was wrong in it, or by
/// the same time yesterday. Or says why that can't be.
fn compare_now(
    reader: &dyn TraceReader,
    now_unix_nano: u64,
    troubled: &[TimeRange],
    settled: Duration,
    deadline: Deadline,
) -> Result<Result<Compared, String>, ReadError> {
    let from_unix_nano = minute(now_unix_nano.saturating_sub(JUDGED_NANO));
    let judged = TimeRange { from_unix_nano, to_unix_nano: now_unix_nano };
    let before = TimeRange {
        from_unix_nano: from_unix_nano.saturating_sub(REFERENCE_NANO),
        to_unix_nano: from_unix_nano,
    };
    let a_day_ago = from_unix_nano.saturating_sub(DAY_NANO);
    let yesterday = TimeRange {
        from_unix_nano: a_day_ago.saturating_sub(REFERENCE_NANO / 2),
        to_unix_nano: a_day_ago.saturating_add(REFERENCE_NANO / 2),
    };
    let mut few = "there were no requests before".to_owned();
    for reference in [before, yesterday] {
        let reference = untroubled(reference, troubled);
        if reference.is_empty() {
            continue;
        }
        let times = Times { judged, reference, settled };
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

/// When the minute of a moment began.
pub(super) fn minute(unix_nano: u64) -> u64 {
    unix_nano / MINUTE_NANO * MINUTE_NANO
}

/// The whole minutes of `range` in which nothing was wrong. What was found at one moment
/// was judged by up to two minutes before it.
fn untroubled(range: TimeRange, troubled: &[TimeRange]) -> Vec<TimeRange> {
    let is_troubled = |begin: u64| {
        troubled.iter().any(|trouble| {
            let since = minute(trouble.from_unix_nano.saturating_sub(JUDGED_NANO));
            since < begin.saturating_add(MINUTE_NANO) && begin < trouble.to_unix_nano
        })
    };
    let mut ranges: Vec<TimeRange> = Vec::new();
    let mut begin = minute(range.from_unix_nano);
    while begin < range.to_unix_nano {
        let end = begin.saturating_add(MINUTE_NANO);
        match ranges.last_mut() {
            _ if is_troubled(begin) => {}
            Some(last) if last.to_unix_nano == begin => last.to_unix_nano = end,
            _ => ranges.push(TimeRange { from_unix_nano: begin, to_unix_nano: end }),
        }
        begin = end;
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_in_which_something_was_wrong_are_no_reference() {
        let range = |from: u64, to: u64| TimeRange {
            from_unix_nano: from * MINUTE_NANO,
            to_unix_nano: to * MINUTE_NANO,
        };
        assert_eq!(untroubled(range(10, 20), &[]), [range(10, 20)]);
        // Found at 14:30, so it may have begun at 13.
        let trouble = TimeRange {
            from_unix_nano: 14 * MINUTE_NANO + MINUTE_NANO / 2,
            to_unix_nano: 16 * MINUTE_NANO + 1,
        };
        assert_eq!(untroubled(range(10, 20), &[trouble]), [range(10, 13), range(17, 20)]);
        assert_eq!(untroubled(range(14, 16), &[trouble]), []);
    }
}
