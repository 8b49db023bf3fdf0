//! The way in: log, then hot segment, which tells what is new.

use std::sync::Arc;
use std::time::Duration;

use proto::Batch;

use super::Shared;
use super::space::FULL_RETRY_AFTER;
use crate::contract::{Health, WriteError, Written};
use crate::fault::Fault;
use crate::hot::Hot;
use crate::log::mark::Mark;
use crate::log::{AppendError, RecordNumber};

use super::Durability;

/// How many times its bounds the hot segment may hold before writers have to wait.
const HOT_OVERFLOW: usize = 2;
/// How long they are told to wait: about what sealing takes.
const BUSY_RETRY_AFTER: Duration = Duration::from_secs(1);
/// What senders are told when only an operator can help.
const POISONED_RETRY_AFTER: Duration = Duration::from_secs(30);

impl Shared {
    /// See [`crate::SpanWriter::write`].
    pub(super) fn write(&self, group: &[Arc<Batch>]) -> Result<Vec<Written>, WriteError> {
        let mut log_end = self.log_end.lock();
        self.refuse_where_poisoned()?;
        self.refuse_without_room()?;
        let new: Vec<_> = {
            let state = self.state.read();
            self.refuse_where_overfull(&state.hot)?;
            group.iter().filter(|batch| !state.hot.has_all(batch)).collect()
        };
        let known = |batch: &Arc<Batch>| Written { new_spans: 0, known_spans: batch.len() };
        if new.is_empty() {
            // What is hot is as durable as anything else.
            return Ok(group.iter().map(known).collect());
        }
        let now_unix_nano = proto::clock::now_unix_nano();
        let appended = log_end.log.append(now_unix_nano, &new, self.config.durability);
        let number = appended.map_err(|error| match error {
            AppendError::Full(_) => {
                WriteError::Unavailable { reason: error.to_string(), retry_after: FULL_RETRY_AFTER }
            }
            AppendError::Unknown(_) => {
                let reason = self.poison(&Fault::Refused(error.to_string()));
                WriteError::OutcomeUnknown { reason }
            }
        })?;
        let (answers, is_due) = {
            let mut state = self.state.write();
            let hot = &mut state.hot;
            // Those that were left out of the log have nothing new to take.
            let answers: Vec<_> = group
                .iter()
                .map(|batch| hot.take(number, now_unix_nano, batch, |_| true))
                .collect();
            hot.applied(number);
            (answers, hot.is_full(&self.bounds()))
        };
        if self.config.durability == Durability::Disk {
            set_mark(&mut log_end.mark, number);
        }
        if is_due {
            self.signal.maintenance_is_due();
        }
        Ok(answers)
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

    pub(super) fn refuse_where_poisoned(&self) -> Result<(), WriteError> {
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
        let no_room = self.no_room.lock().clone();
        match self.poison.get().cloned().or(no_room).or(trouble) {
            Some(reason) => Health::Refusing { reason },
            None => Health::Accepting,
        }
    }
}

/// The mark only ever accuses, so without it the spans are as safe as with it.
fn set_mark(mark: &mut Mark, number: RecordNumber) {
    if let Err(error) = mark.set(number) {
        tracing::warn!(%error, record = number, "acknowledged record not marked");
    }
}
