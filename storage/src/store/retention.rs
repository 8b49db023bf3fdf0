//! Retention: whole segments go once they are too old, or the store too large.
//!
//! 1. Pins take what they lack of the segment ([`pin`](super::pin)).
//! 2. One write, synced: the segment's commit goes, and its split traces get
//!    summaries of what is left of them. Now it does not exist.
//! 3. Readers who still see it read on. Once the last is done, its records are
//!    deleted and its file goes, and with it the space.

use std::sync::Arc;
use std::time::Duration;

use super::seal::ChangedSplits;
use super::{MaintainError, Shared, Upkeep};
use crate::changes::Changes;
use crate::fault::Fault;
use crate::rocks::{Family, Rocks};
use crate::segment::commit::{commit_key, splits_key};
use crate::segment::{Segment, SegmentId, first_key};
use crate::view::{SealedView, Segments};

impl Shared {
    /// Retires every segment that was sealed longer ago than the configured age.
    pub(super) fn retire_expired(
        &self,
        upkeep: &mut Upkeep,
        now_unix_nano: u64,
    ) -> Result<(), MaintainError> {
        match self.config.retention_age {
            Some(age) => self.retire_older(upkeep, age, now_unix_nano),
            None => Ok(()),
        }
    }

    /// Retires every segment that was sealed longer ago than `age`.
    pub(super) fn retire_older(
        &self,
        upkeep: &mut Upkeep,
        age: Duration,
        now_unix_nano: u64,
    ) -> Result<(), MaintainError> {
        let age_of = |segment: &Segment| {
            Duration::from_nanos(now_unix_nano.saturating_sub(segment.commit.sealed_unix_nano))
        };
        let segments = Arc::clone(&self.state.read().segments);
        for segment in segments.values().filter(|segment| age_of(segment) > age) {
            if self.poison.get().is_some() {
                return Ok(());
            }
            self.retire(upkeep, segment.id)?;
        }
        Ok(())
    }

    pub(super) fn retire(&self, upkeep: &mut Upkeep, id: SegmentId) -> Result<(), MaintainError> {
        let mut rest = self.sealed_view(&self.state.read());
        let mut segments = (*rest.segments).clone();
        let Some(segment) = segments.remove(&id) else {
            return Ok(());
        };
        self.keep_pinned(&segment)?;
        rest.segments = Arc::new(segments.clone());
        let mut changes = Changes::default();
        uncommit(id, &mut changes);
        match forget_traces(&rest, &segment) {
            Ok(splits) => splits.apply(&mut changes, &mut segments),
            // Then summaries stay that count what is gone. No reader shows them: what a
            // trace is gets decided on its spans.
            Err(error) => tracing::warn!(%error, segment = id.0, "summaries left behind"),
        }
        let committed = self.commit(changes)?;
        self.show_without(upkeep, segments, &[Arc::clone(&segment)]);
        tracing::info!(segment = id.0, spans = segment.commit.spans, "retired");
        committed.on_disk()
    }

    /// Shows readers `segments`, among which `gone` are no more. Their records go once no
    /// reader sees them.
    pub(super) fn show_without(
        &self,
        upkeep: &mut Upkeep,
        segments: Segments,
        gone: &[Arc<Segment>],
    ) {
        {
            let mut state = self.state.write();
            state.segments = Arc::new(segments);
            state.retired = state.retired.saturating_add(gone.len() as u64);
        }
        for segment in gone {
            self.reader.forget(segment.id, segment.commit.traces);
            upkeep.retiring.push((segment.id, Arc::clone(&segment.commit)));
        }
    }

    /// Gives back the space of retired segments that no reader sees any more.
    pub(super) fn free_retired(&self, upkeep: &mut Upkeep) -> Result<(), MaintainError> {
        let mut freed = Ok(());
        upkeep.retiring.retain(|(id, commit)| {
            if Arc::strong_count(commit) > 1 || freed.is_err() {
                return true;
            }
            freed = delete_records(&self.rocks, *id);
            freed.is_err()
        });
        Ok(freed?)
    }
}

/// What it changes about traces with parts in `rest` that their parts in `segment` go.
fn forget_traces(rest: &SealedView, segment: &Segment) -> Result<ChangedSplits, MaintainError> {
    let mut splits = ChangedSplits::default();
    for ordinal in &segment.splits.ordinals {
        let trace = rest.reader.trace_id(segment.id, ordinal)?;
        let left = rest.outline_of_parts(trace, rest.parts(trace)?, None)?;
        let whole = left.outline.summary(trace);
        for part in &left.sealed_in {
            whole.iter().for_each(|whole| splits.add(rest, part.segment, None, whole));
        }
        // What is left but can't be read keeps its summary, so that searches still
        // come by it and name it.
        if whole.is_some() || left.missing.is_empty() {
            splits.wholes.push((trace, whole));
        }
    }
    Ok(splits)
}

/// Adds to `changes` that a segment does not exist.
pub(super) fn uncommit(id: SegmentId, changes: &mut Changes) {
    changes.delete(Family::Commit, commit_key(id));
    changes.delete(Family::Commit, splits_key(id));
}

/// Deletes the records of a segment that does not exist.
pub(super) fn delete_records(rocks: &Rocks, id: SegmentId) -> Result<(), Fault> {
    let (from, to) = (first_key(id), first_key(id.next()));
    let mut changes = Changes::default();
    changes.delete_range(Family::Segment, from, to);
    rocks.commit(changes)?;
    // No record has `to` itself for its key.
    rocks.delete_files(Family::Segment, &from, &to)
}
