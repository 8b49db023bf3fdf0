//! What becomes of findings, told as it happens to whoever listens.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::watch;

use super::{Book, Entry};

/// How many changes are kept for listeners who come back. Who missed more is told anew what
/// is open.
const CHANGES_MAX: usize = 1_000;
/// A finding has changed where its harm is so many times as large, or as small.
const HARM_FACTOR: f64 = 1.25;

/// What became of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// It is new.
    Opened,
    /// It does much more or much less harm than was told last.
    Changed,
    /// It is over.
    Resolved,
}

/// One change.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    /// Grows with each change, over restarts, too.
    pub(crate) revision: u64,
    pub(crate) turn: Turn,
    pub(crate) entry: Arc<Entry>,
}

/// The latest changes. Takes the same memory however many listen.
pub(crate) struct Feed {
    changes: Mutex<Changes>,
    newest: watch::Sender<u64>,
}

struct Changes {
    /// The revision before the first of them.
    before: u64,
    kept: VecDeque<Change>,
    /// The open findings, as they were told last.
    told: Vec<Arc<Entry>>,
}

impl Feed {
    /// Nothing yet, but for what is open in `book`. Revisions begin at the time, in
    /// microseconds since the Unix epoch: above all that were given before a restart.
    pub(super) fn new(book: &Book, now_unix_nano: u64) -> Self {
        let before = now_unix_nano / 1_000;
        let told = book.open().into_iter().cloned().map(Arc::new).collect();
        let changes = Changes { before, kept: VecDeque::new(), told };
        Self { changes: Mutex::new(changes), newest: watch::Sender::new(before) }
    }

    /// Takes note of what is open now, and what is over since the last time.
    pub(super) fn take(&self, book: &Book, resolved: &[Entry]) {
        let mut changes = self.changes.lock();
        let mut told = Vec::new();
        for entry in book.open() {
            let known = changes.told.iter().find(|known| known.is_of_same_finding(entry));
            match known.cloned() {
                Some(known) if !is_much_else(known.finding.harm, entry.finding.harm) => {
                    told.push(known);
                }
                known => {
                    let turn = if known.is_some() { Turn::Changed } else { Turn::Opened };
                    let entry = Arc::new(entry.clone());
                    changes.add(turn, Arc::clone(&entry));
                    told.push(entry);
                }
            }
        }
        for entry in resolved {
            changes.add(Turn::Resolved, Arc::new(entry.clone()));
        }
        changes.told = told;
        let newest = changes.newest();
        drop(changes);
        self.newest.send_if_modified(|known| std::mem::replace(known, newest) != newest);
    }

    /// The changes after `revision`; `None` where it is not known what they are.
    pub(crate) fn since(&self, revision: u64) -> Option<Vec<Change>> {
        let changes = self.changes.lock();
        if revision < changes.before || revision > changes.newest() {
            return None;
        }
        let begin = changes.kept.partition_point(|change| change.revision <= revision);
        Some(changes.kept.range(begin..).cloned().collect())
    }

    /// Tells when there is a change, and its revision.
    pub(crate) fn listen(&self) -> watch::Receiver<u64> {
        self.newest.subscribe()
    }
}

impl Changes {
    fn newest(&self) -> u64 {
        self.kept.back().map_or(self.before, |change| change.revision)
    }

    fn add(&mut self, turn: Turn, entry: Arc<Entry>) {
        let revision = self.newest().saturating_add(1);
        self.kept.push_back(Change { revision, turn, entry });
        if self.kept.len() > CHANGES_MAX
            && let Some(gone) = self.kept.pop_front()
        {
            self.before = gone.revision;
        }
    }
}

fn is_much_else(told: f64, now: f64) -> bool {
    now > told * HARM_FACTOR || now * HARM_FACTOR < told
}

#[cfg(test)]
mod tests {
    use super::super::book::tests::slow;
    use super::*;

    fn turns(feed: &Feed, revision: u64) -> Option<Vec<(u64, Turn)>> {
        let changes = feed.since(revision)?;
        Some(changes.iter().map(|change| (change.revision, change.turn)).collect())
    }

    /// Plays looks at which the finding did so much harm, or was not there.
    fn look(feed: &Feed, book: &mut Book, harms: &[Option<f64>]) {
        for harm in harms {
            let resolved = book.take(harm.map(slow).into_iter().collect(), 0);
            feed.take(book, &resolved);
        }
    }

    #[test]
    fn changes_are_told_in_order_and_none_twice() {
        let mut book = Book::default();
        let feed = Feed::new(&book, 5_000);
        let mut newest = feed.listen();
        look(&feed, &mut book, &[Some(0.5), Some(0.5)]);
        assert_eq!(turns(&feed, 5), Some(vec![(6, Turn::Opened)]));
        assert!(newest.has_changed().unwrap());
        assert_eq!(*newest.borrow_and_update(), 6);
        look(&feed, &mut book, &[Some(0.55), Some(0.45)]);
        assert!(!newest.has_changed().unwrap());
        look(&feed, &mut book, &[Some(0.9), None, None, None]);
        let rest = vec![(7, Turn::Changed), (8, Turn::Resolved)];
        assert_eq!(turns(&feed, 6), Some(rest));
        assert_eq!(turns(&feed, 8), Some(vec![]));
    }

    #[test]
    fn what_was_before_a_restart_or_is_forgotten_is_not_known() {
        let mut book = Book::default();
        let feed = Feed::new(&book, 5_000);
        assert_eq!([turns(&feed, 4), turns(&feed, 6)], [None, None]);
        look(&feed, &mut book, &[Some(0.5)]);
        for round in 0..CHANGES_MAX {
            let harm = if round % 2 == 0 { 0.5 } else { 0.9 };
            look(&feed, &mut book, &[Some(harm)]);
        }
        assert_eq!(turns(&feed, 5).unwrap().len(), CHANGES_MAX);
        look(&feed, &mut book, &[Some(0.5), Some(0.9)]);
        assert_eq!(turns(&feed, 5), None);
        assert_eq!(turns(&feed, 6).map(|turns| turns.len()), None);
        assert_eq!(turns(&feed, 7).map(|turns| turns.len()), Some(CHANGES_MAX));
    }

    #[test]
    fn what_was_open_before_a_restart_does_not_open_again() {
        let mut book = Book::default();
        for now in 0..2 {
            book.take(vec![slow(0.5)], now);
        }
        let feed = Feed::new(&book, 5_000);
        look(&feed, &mut book, &[Some(0.5)]);
        assert_eq!(turns(&feed, 5), Some(vec![]));
    }
}
