//! What was found, over time: a finding opens, persists and resolves.
//!
//! It opens when it was found twice in a row, and resolves when it was not found, or with
//! less than half the harm that opens one, a few times in a row: what comes and goes at
//! the threshold is one finding, not twenty.

use std::collections::{HashMap, VecDeque};

use chain::What;
use serde::{Deserialize, Serialize};
use storage::TimeRange;

use super::{Finding, MINUTE_NANO, VersionChange};

/// A hop that takes a request so much longer, as a part of its time, is told.
const SLOW_HARM_MIN: f64 = 0.05;
/// And at least so many seconds.
const SLOW_SECONDS_MIN: f64 = 0.0005;
/// What goes wrong in so many requests, as a part of all, is told.
const FAILED_HARM_MIN: f64 = 0.01;
/// With so much of that an open one persists.
const PART_TO_PERSIST: f64 = 0.5;
/// How often in a row it must be found to open.
const FOUND_TO_OPEN: u32 = 2;
/// How often in a row it must not be found to resolve.
const MISSED_TO_RESOLVE: u32 = 3;
/// What is due to a change of version is dated this much before it at most: minutes are whole.
const DATED_EARLY_NANO: u64 = 2 * MINUTE_NANO;
/// And so long after the versions before it were gone.
const DATED_LATE_NANO: u64 = 5 * MINUTE_NANO;
/// How many resolved ones are kept.
const RESOLVED_MAX: usize = 200;
/// How many are open at once: what comes beyond is less harmful than all of them.
const OPEN_MAX: usize = 100;

/// A finding and its history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// How it was when it was found last.
    pub finding: Finding,
    /// Since when it is so, nanoseconds since the Unix epoch: the first minute that shows it, or,
    /// before it is open, the look at which it was found.
    pub since_unix_nano: u64,
    /// When it was found last, likewise.
    pub last_unix_nano: u64,
    /// When it was taken for resolved, likewise.
    pub resolved_unix_nano: Option<u64>,
    /// The most harm that it did.
    pub harm_max: f64,
    found: u32,
    missed: u32,
    /// Whether it is known since when it is so.
    #[serde(default)]
    is_dated: bool,
    /// The first look at which it was found; 0 where that was before looks were kept.
    #[serde(default)]
    found_unix_nano: u64,
}

impl Entry {
    /// The first look at which it was found, which judged some time before it. Where it is due to
    /// a change of version the minute of that is known, and none before it is troubled.
    fn found_from(&self) -> u64 {
        match &self.finding.version {
            Some(version) => version.since_unix_nano.saturating_add(MINUTE_NANO),
            None if self.found_unix_nano == 0 => self.since_unix_nano,
            None => self.found_unix_nano,
        }
    }
}

/// What tells a finding from others.
type Key = (What, String, Option<String>, String);

/// All findings.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(from = "Entries", into = "Entries")]
pub struct Book {
    /// Those found lately, open or about to.
    current: HashMap<Key, Entry>,
    resolved: VecDeque<Entry>,
}

/// A book as it is written.
#[derive(Serialize, Deserialize)]
struct Entries {
    current: Vec<Entry>,
    resolved: Vec<Entry>,
}

impl From<Book> for Entries {
    fn from(book: Book) -> Self {
        let mut current: Vec<(Key, Entry)> = book.current.into_iter().collect();
        current.sort_by(|(one, _), (other, _)| one.cmp(other));
        let current = current.into_iter().map(|(_, entry)| entry).collect();
        Self { current, resolved: book.resolved.into() }
    }
}

impl From<Entries> for Book {
    fn from(Entries { current, resolved }: Entries) -> Self {
        let current = current.into_iter().map(|entry| (key(&entry.finding), entry)).collect();
        Self { current, resolved: resolved.into() }
    }
}

fn key(finding: &Finding) -> Key {
    let Finding { what, service, other, name, .. } = finding;
    (*what, service.clone(), other.clone(), name.clone())
}

/// Whether a finding is worth a look at its traces: what is told when it is seen again.
pub(super) fn is_worth_a_look(finding: &Finding) -> bool {
    counts(finding, 1.0)
}

/// Whether a finding keeps one open that was found before.
pub(super) fn is_worth_keeping(finding: &Finding) -> bool {
    counts(finding, PART_TO_PERSIST)
}

/// Whether two findings are the same one, at different looks.
pub(super) fn is_same(one: &Finding, other: &Finding) -> bool {
    let of = |it: &Finding| (it.what, it.service.clone(), it.other.clone(), it.name.clone());
    of(one) == of(other)
}

/// Whether a finding is worth telling, with the limits times `part`.
fn counts(finding: &Finding, part: f64) -> bool {
    match finding.what {
        What::SlowCode | What::SlowGap | What::Multiplied => {
            finding.harm >= SLOW_HARM_MIN * part && finding.seconds >= SLOW_SECONDS_MIN * part
        }
        What::Failing
        | What::Swallowed
        | What::Silent
        | What::ErrorEvents
        | What::Stopped
        | What::Appeared
        | What::Retried => finding.harm >= FAILED_HARM_MIN * part,
    }
}

impl Entry {
    /// Whether `other` is of the same finding, at another look.
    pub(super) fn is_of_same_finding(&self, other: &Self) -> bool {
        key(&self.finding) == key(&other.finding)
    }

    /// Whether `found` is the same finding, with as much harm as keeps one open.
    pub(super) fn is_shown_by(&self, found: &Finding) -> bool {
        key(&self.finding) == key(found) && counts(found, PART_TO_PERSIST)
    }
}

impl Entry {
    /// Takes how it was found now. Which change of version it is due to stays, and since when.
    fn renew(&mut self, finding: Finding) {
        let before = std::mem::replace(&mut self.finding, finding);
        if before.version.is_some() {
            self.finding.version = before.version;
        }
        self.date_by_version();
    }

    fn date_by_version(&mut self) {
        if let Some(version) = self.finding.version.as_ref().filter(|_| !self.is_dated) {
            self.since_unix_nano = version.since_unix_nano;
            self.is_dated = true;
        }
    }

    /// Whether it may be due to `change`, if it is due to any: it came with it, not before, and
    /// not when the other versions had been gone for a while.
    fn may_be_due_to(&self, change: &VersionChange) -> bool {
        match &self.finding.version {
            Some(known) => known.is_same(change),
            None if self.is_dated => {
                let first = change.since_unix_nano.saturating_sub(DATED_EARLY_NANO);
                let last = change.others_until_unix_nano.saturating_add(DATED_LATE_NANO);
                (first..=last).contains(&self.since_unix_nano)
            }
            None => true,
        }
    }
}

impl Book {
    /// Whether what was found since `change` may be due to it, by what is known of it.
    pub(super) fn may_be_due_to(&self, finding: &Finding, change: &VersionChange) -> bool {
        self.current.get(&key(finding)).is_none_or(|entry| entry.may_be_due_to(change))
    }

    /// Takes what was found at `now`; answers what is over since.
    pub fn take(&mut self, findings: Vec<Finding>, now_unix_nano: u64) -> Vec<Entry> {
        let mut seen = Vec::new();
        for finding in findings {
            let key = key(&finding);
            let has_room = self.current.len() < OPEN_MAX;
            match self.current.get_mut(&key) {
                Some(entry) if counts(&finding, PART_TO_PERSIST) => {
                    entry.found += u32::from(counts(&finding, 1.0));
                    entry.missed = 0;
                    entry.last_unix_nano = now_unix_nano;
                    entry.harm_max = entry.harm_max.max(finding.harm);
                    entry.renew(finding);
                }
                None if counts(&finding, 1.0) && has_room => {
                    let harm_max = finding.harm;
                    let mut entry = Entry {
                        finding,
                        since_unix_nano: now_unix_nano,
                        found_unix_nano: now_unix_nano,
                        last_unix_nano: now_unix_nano,
                        resolved_unix_nano: None,
                        harm_max,
                        found: 1,
                        missed: 0,
                        is_dated: false,
                    };
                    entry.date_by_version();
                    self.current.insert(key.clone(), entry);
                }
                _ => continue,
            }
            seen.push(key);
        }
        let Self { current, resolved } = self;
        let mut over = Vec::new();
        current.retain(|key, entry| {
            if seen.contains(key) {
                return true;
            }
            entry.missed += 1;
            let is_open = entry.found >= FOUND_TO_OPEN;
            if is_open && entry.missed < MISSED_TO_RESOLVE {
                return true;
            }
            if is_open {
                let resolved_unix_nano = Some(now_unix_nano);
                over.push(Entry { resolved_unix_nano, ..entry.clone() });
            }
            false
        });
        over.iter().for_each(|entry| resolved.push_front(entry.clone()));
        resolved.truncate(RESOLVED_MAX);
        over
    }

    /// The open ones, the most harmful first.
    pub fn open(&self) -> Vec<&Entry> {
        let open = self.current.values().filter(|entry| entry.found >= FOUND_TO_OPEN);
        let mut open: Vec<&Entry> = open.collect();
        open.sort_by(|one, other| {
            let by_harm = other.finding.harm.total_cmp(&one.finding.harm);
            by_harm.then_with(|| one.finding.sentence.cmp(&other.finding.sentence))
        });
        open
    }

    /// The open ones, to be changed, in no order.
    pub(super) fn open_mut(&mut self) -> impl Iterator<Item = &mut Entry> {
        self.current.values_mut().filter(|entry| entry.found >= FOUND_TO_OPEN)
    }

    /// The open ones of which it was not asked yet since when they are so; until somebody finds
    /// out, since `since_unix_nano`.
    pub(super) fn date_open(&mut self, since_unix_nano: u64) -> Vec<&mut Entry> {
        let mut undated: Vec<_> = self.open_mut().filter(|entry| !entry.is_dated).collect();
        for entry in &mut undated {
            entry.is_dated = true;
            entry.since_unix_nano = entry.since_unix_nano.min(since_unix_nano);
        }
        undated
    }

    /// The resolved ones, the latest first.
    pub fn resolved(&self) -> impl Iterator<Item = &Entry> {
        self.resolved.iter()
    }

    /// When something was wrong, or may be now: what is about to open counts, too.
    pub(super) fn troubled(&self) -> Vec<TimeRange> {
        let range = |from_unix_nano, to_unix_nano| TimeRange { from_unix_nano, to_unix_nano };
        let now = self.current.values().map(|entry| range(entry.found_from(), u64::MAX));
        let over = self
            .resolved
            .iter()
            .map(|entry| range(entry.found_from(), entry.resolved_unix_nano.unwrap_or(u64::MAX)));
        now.chain(over).collect()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::findings::Examples;

    pub(in crate::findings) fn slow(harm: f64) -> Finding {
        Finding {
            what: What::SlowCode,
            service: "bank".to_owned(),
            other: Some("payment".to_owned()),
            hop: None,
            name: "POST /charge".to_owned(),
            absorbed_by: None,
            peer: None,
            version: None,
            sentence: String::new(),
            harm,
            seconds: harm,
            per_request: 0.0,
            paths: 1,
            now: chain::Figures::default(),
            before: chain::Figures::default(),
            chain: Vec::new(),
            entries: Vec::new(),
            examples: Examples::default(),
            differences: Vec::new(),
        }
    }

    fn open(book: &Book) -> Vec<f64> {
        book.open().iter().map(|entry| entry.finding.harm).collect()
    }

    #[test]
    fn a_finding_opens_persists_and_resolves() {
        let mut book = Book::default();
        book.take(vec![slow(0.5)], 10);
        assert!(open(&book).is_empty());
        book.take(vec![slow(0.7)], 20);
        assert_eq!(open(&book), [0.7]);
        // Less than opens one, but not yet gone.
        book.take(vec![slow(0.03)], 30);
        book.take(vec![], 40);
        book.take(vec![slow(0.02)], 50);
        assert_eq!(open(&book), [0.03]);
        book.take(vec![], 60);
        assert!(open(&book).is_empty());
        let entry = book.resolved().next().unwrap();
        assert_eq!((entry.since_unix_nano, entry.last_unix_nano), (10, 30));
        assert_eq!((entry.resolved_unix_nano, entry.harm_max), (Some(60), 0.7));
        let wrong = TimeRange { from_unix_nano: 10, to_unix_nano: 60 };
        assert_eq!(book.troubled(), [wrong]);
    }

    #[test]
    fn what_is_found_once_is_chance() {
        let mut book = Book::default();
        for look in 0..10 {
            book.take(if look % 2 == 0 { vec![slow(0.5)] } else { vec![] }, look);
        }
        assert_eq!((open(&book).len(), book.resolved().count()), (0, 0));
    }

    #[test]
    fn what_does_little_harm_is_not_told() {
        let mut book = Book::default();
        let short = Finding { seconds: 0.0001, ..slow(0.5) };
        for look in 0..3 {
            book.take(
                vec![short.clone(), Finding { name: "other".to_owned(), ..slow(0.01) }],
                look,
            );
        }
        assert!(open(&book).is_empty());
    }
}
