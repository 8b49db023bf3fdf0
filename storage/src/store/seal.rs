//! Sealing: from hot to a segment.
//!
//! 1. A segment is built of the chosen traces and taken in as a file. Nothing
//!    refers to it yet; if the process ends here, it is swept at the next open.
//! 2. One write, synced: the commit, what it changes about other segments' split
//!    traces, and the cut of the log. Now it exists.
//! 3. Readers are shown the segment, and the hot traces go, in one step.
//! 4. The log is cut, which waits where the disk is full: see [`super::commit`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proto::TraceId;

use super::{MaintainError, Shared, Upkeep};
use crate::chains::{self, Tally};
use crate::changes::Changes;
use crate::contract::summary::TraceSummary;
use crate::fault::{Fault, InRecord};
use crate::hot::{HotReaders, HotTrace, Selection, summarize};
use crate::record::Effort;
use crate::rocks::{Family, Rocks};
use crate::segment::commit::{Splits, commit_key, splits_key};
use crate::segment::{Built, SealedTrace, Segment, SegmentId, build, encode_one};
use crate::versions;
use crate::view::{Parts, SealedView, Segments};
use proto::batch::body::{Keys, Wanted};
use proto::codec::{Reader, Writer};

/// In the family `meta`: the number of the next segment, varint.
pub(super) const NEXT_SEGMENT_KEY: &[u8] = b"next segment";
/// In the family `meta`: the first log record that is needed, varint.
pub(super) const LOG_NEEDED_KEY: &[u8] = b"log needed";

impl Shared {
    /// Seals `selection`, which was made while `upkeep` was held.
    pub(super) fn seal(
        &self,
        upkeep: &mut Upkeep,
        selection: &Selection,
        now_unix_nano: u64,
    ) -> Result<(), MaintainError> {
        if selection.traces.is_empty() || self.poison.get().is_some() {
            return Ok(());
        }
        self.check_room_to_seal()?;
        let view = self.sealed_view(&self.state.read());
        let mut changes = Changes::default();
        let mut splits = ChangedSplits::default();
        let ids: Vec<TraceId> = selection.traces.iter().map(|hot| hot.id()).collect();
        let mut traces = Vec::with_capacity(ids.len());
        let mut tally = Tally::new(&self.chains.dictionary);
        for (hot, parts) in selection.traces.iter().zip(view.parts_of(&ids)?) {
            // What of its parts can't be read is told below.
            tally.add_hot(&view, hot.id(), hot.heads(), &parts)?;
            traces.extend(prepare(&view, hot, parts, &mut splits)?);
        }
        let mut segments = (*view.segments).clone();
        let mut figures = Vec::new();
        let mut hours = Vec::new();
        if !traces.is_empty() {
            let id = upkeep.next_segment;
            upkeep.next_segment = id.next();
            put_number(&mut changes, NEXT_SEGMENT_KEY, upkeep.next_segment.0.into());
            let built = build(id, traces, selection.through, now_unix_nano)?;
            hours = versions::put(&mut changes, &built.versions, id, now_unix_nano);
            let segment = self.take_in(id, built, &mut changes)?;
            figures = chains::put(
                &mut changes,
                &self.chains.dictionary,
                tally.finish(),
                id,
                now_unix_nano,
            );
            segments.insert(id, Arc::new(segment));
        }
        splits.apply(&mut changes, &mut segments);
        put_number(&mut changes, LOG_NEEDED_KEY, selection.log_needed_from);
        let committed = self.commit(changes)?;
        {
            let mut state = self.state.write();
            state.segments = Arc::new(segments);
            state.hot.remove(selection);
            self.chains.replace(figures, &[]);
            self.versions.replace(hours, &[]);
        }
        upkeep.log_cut_due = Some(selection.log_needed_from);
        committed.on_disk()?;
        self.cut_log(upkeep)
    }

    /// Takes in the segment's file, and adds to `changes` what makes it exist.
    pub(super) fn take_in(
        &self,
        id: SegmentId,
        built: Built,
        changes: &mut Changes,
    ) -> Result<Segment, MaintainError> {
        self.rocks.ingest(Family::Segment, built.records.into_iter())?;
        changes.put(Family::Commit, commit_key(id), &built.commit.encode(), Effort::More);
        changes.put(Family::Commit, splits_key(id), &built.splits.encode(), Effort::More);
        tracing::debug!(
            segment = id.0,
            spans = built.commit.spans,
            traces = built.commit.traces,
            "sealed"
        );
        Ok(Segment { id, commit: Arc::new(built.commit), splits: built.splits })
    }
}

/// What of a hot trace goes into the segment; `None` where all of it is sealed
/// already. Where it has sealed `parts`, it is noted in `splits`.
fn prepare<'a>(
    view: &SealedView,
    hot: &'a HotTrace,
    parts: Parts,
    splits: &mut ChangedSplits,
) -> Result<Option<SealedTrace<'a>>, MaintainError> {
    if !parts.missing.is_empty() {
        // Other traces must not wait for it. Its readers are told each time.
        tracing::warn!(trace = %hot.id(), missing = ?parts.missing, "trace sealed as if there were no older parts");
    }
    let mut spans: Vec<_> = hot.heads().collect();
    let mut whole = None;
    if !parts.found.is_empty() {
        let mut sealed = view.outline_of_parts(hot.id(), parts, None)?;
        if !sealed.missing.is_empty() {
            tracing::warn!(trace = %hot.id(), missing = ?sealed.missing, "trace sealed without its older parts");
        }
        spans.retain(|(_, head)| !sealed.outline.has(head.span_id, head.kind));
        if spans.is_empty() {
            return Ok(None);
        }
        // An outline says nothing of attributes.
        let none = BTreeSet::new();
        let wanted = Wanted { keys: Keys::Only(&none), ..Wanted::ALL };
        sealed.outline.part(|take| {
            HotReaders::new(wanted).each_span(hot.id(), spans.iter().copied(), take);
            Ok(())
        })?;
        let Some(summary) = sealed.outline.summary(hot.id()) else {
            return Ok(None);
        };
        for part in &sealed.sealed_in {
            splits.add(view, part.segment, Some(part.ordinal), &summary);
        }
        splits.wholes.push((hot.id(), Some(summary.clone())));
        whole = Some(summary);
    }
    let summary = summarize(hot.id(), &spans);
    Ok(summary.map(|summary| SealedTrace { id: hot.id(), spans, summary, whole }))
}

/// What changes about split traces.
#[derive(Default)]
pub(super) struct ChangedSplits {
    by_segment: BTreeMap<SegmentId, Splits>,
    /// Traces and their summaries as a whole; `None` where nothing is left.
    pub(super) wholes: Vec<(TraceId, Option<TraceSummary>)>,
}

impl ChangedSplits {
    /// Notes that `segment` has a part of the trace of `whole`, and at which
    /// ordinal if that is not noted there yet.
    pub(super) fn add(
        &mut self,
        view: &SealedView,
        segment: SegmentId,
        ordinal: Option<u32>,
        whole: &TraceSummary,
    ) {
        let Some(existing) = view.segments.get(&segment) else {
            return;
        };
        let splits = self.by_segment.entry(segment).or_insert_with(|| existing.splits.clone());
        splits.ordinals.extend(ordinal);
        splits.reach.widen(whole);
    }

    /// Adds everything to `changes`, and shows it in `segments`.
    pub(super) fn apply(self, changes: &mut Changes, segments: &mut Segments) {
        for (trace, whole) in self.wholes {
            match whole {
                Some(whole) => {
                    let record = encode_one(whole);
                    changes.put(Family::Split, *trace.as_bytes(), &record, Effort::More);
                }
                None => changes.delete(Family::Split, *trace.as_bytes()),
            }
        }
        for (id, splits) in self.by_segment {
            changes.put(Family::Commit, splits_key(id), &splits.encode(), Effort::More);
            if let Some(segment) = segments.get_mut(&id) {
                let commit = Arc::clone(&segment.commit);
                *segment = Arc::new(Segment { id, commit, splits });
            }
        }
    }
}

/// Adds to `changes` a fact that is one number.
pub(super) fn put_number(changes: &mut Changes, key: &[u8], number: u64) {
    let mut payload = Writer::new();
    payload.varint(number);
    changes.put(Family::Meta, key, &payload.into_bytes(), Effort::Little);
}

/// A fact that [`put_number`] put.
pub(super) fn get_number(rocks: &Rocks, key: &[u8]) -> Result<Option<u64>, Fault> {
    let Some(payload) = rocks.get(Family::Meta, key)? else {
        return Ok(None);
    };
    Reader::new(&payload).varint().in_record(String::from_utf8_lossy(key)).map(Some)
}
