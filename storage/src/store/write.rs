//! The way in: dedup, log, hot segment.

use std::time::Duration;

use hashbrown::HashSet;
use proto::Span;

use super::Shared;
use crate::contract::{Batch, Health, WriteError, Written};
use crate::evaluate;
use crate::fault::Fault;
use crate::hot::Hot;
use crate::log::{self, RecordNumber};
use crate::rocks::Changes;

use super::Durability;

/// How many times its bounds the hot segment may hold before writers have to wait.
const HOT_OVERFLOW: usize = 2;
/// How long they are told to wait: about what sealing takes.
const BUSY_RETRY_AFTER: Duration = Duration::from_secs(1);
/// What senders are told when only an operator can help.
const POISONED_RETRY_AFTER: Duration = Duration::from_secs(30);

impl Shared {
    /// See [`crate::SpanWriter::write`].
    pub(super) fn write(&self, group: &[Batch]) -> Result<Vec<Written>, WriteError> {
        let mut log_end = self.log_end.lock();
        self.refuse_where_poisoned()?;
        let sorted = {
            let state = self.state.read();
            self.refuse_where_overfull(&state.hot)?;
            Sorted::of(group, &state.hot)
        };
        if sorted.new.is_empty() {
            // What is hot is as durable as anything else.
            return Ok(sorted.answers);
        }
        let number = log_end.next;
        let now_unix_nano = proto::clock::now_unix_nano();
        let mut changes = Changes::default();
        log::append(&mut changes, number, now_unix_nano, &sorted.new);
        self.rocks.commit(changes, self.config.durability).map_err(|fault| {
            let reason = self.poison(&fault);
            WriteError::OutcomeUnknown { reason }
        })?;
        log_end.next = number.saturating_add(1);
        let is_due = {
            let mut state = self.state.write();
            state.hot.apply(number, now_unix_nano, sorted.new);
            state.hot.is_full(&self.bounds())
        };
        if self.config.durability == Durability::Disk {
            set_mark(&mut log_end.mark, number);
        }
        if is_due {
            self.signal.maintenance_is_due();
        }
        Ok(sorted.answers)
    }

    /// Refuses every write from now on, since after `fault` nobody knows what of
    /// the log is on the disk: a later fsync may succeed without the lost pages.
    pub(super) fn poison(&self, fault: &Fault) -> String {
        let reason = format!("{fault}; no more spans are accepted until the store is opened again");
        if self.poison.set(reason.clone()).is_ok() {
            tracing::error!(error = %fault, "store refuses writes until it is opened again");
        }
        reason
    }

    fn refuse_where_poisoned(&self) -> Result<(), WriteError> {
        match self.poison.get() {
            Some(reason) => Err(WriteError::Unavailable {
                reason: reason.clone(),
                retry_after: POISONED_RETRY_AFTER,
            }),
            None => Ok(()),
        }
    }

    fn refuse_where_overfull(&self, hot: &Hot) -> Result<(), WriteError> {
        if !self.is_overfull(hot) {
            return Ok(());
        }
        self.signal.maintenance_is_due();
        let retry_after = BUSY_RETRY_AFTER;
        Err(match self.trouble.lock().clone() {
            Some(reason) => WriteError::Unavailable { reason, retry_after },
            None => WriteError::Busy { retry_after },
        })
    }

    fn is_overfull(&self, hot: &Hot) -> bool {
        let is_over = |held: usize, max: usize| held >= max.saturating_mul(HOT_OVERFLOW);
        let bounds = self.bounds();
        is_over(hot.span_count(), bounds.spans_max) || is_over(hot.bytes(), bounds.bytes_max)
    }

    /// See [`crate::SpanWriter::health`].
    pub(super) fn health(&self) -> Health {
        let is_overfull = self.is_overfull(&self.state.read().hot);
        let trouble = self.trouble.lock().clone().filter(|_| is_overfull);
        match self.poison.get().cloned().or(trouble) {
            Some(reason) => Health::Refusing { reason },
            None => Health::Accepting,
        }
    }
}

/// The mark only ever accuses, so without it the spans are as safe as with it.
fn set_mark(mark: &mut log::mark::Mark, number: RecordNumber) {
    if let Err(error) = mark.set(number) {
        tracing::warn!(%error, record = number, "acknowledged record not marked");
    }
}

/// A group, told apart into what is new and what is known.
struct Sorted {
    new: Vec<Span>,
    answers: Vec<Written>,
}

impl Sorted {
    fn of(group: &[Batch], hot: &Hot) -> Self {
        let mut new = Vec::new();
        let mut identities = HashSet::new();
        let mut answers = Vec::with_capacity(group.len());
        for batch in group {
            let mut written = Written::default();
            for span in &batch.spans {
                if hot.knows(span) || !identities.insert(evaluate::identity(span)) {
                    written.known_spans = written.known_spans.saturating_add(1);
                } else {
                    new.push(span.clone());
                    written.new_spans = written.new_spans.saturating_add(1);
                }
            }
            answers.push(written);
        }
        Self { new, answers }
    }
}
