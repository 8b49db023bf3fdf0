//! Merging: where little comes, segments are small and become many. Eight of about the
//! same size become one, so that there are never more than a few of each size.
//!
//! 1. A segment is built of all that the others hold, and taken in as a file. If the
//!    process ends here, it is swept at the next open.
//! 2. One write, synced: its commit, and the others' end. Now it exists, and they do not.
//! 3. Readers who still see the others read on; then their space is given back.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use hashbrown::{HashMap, HashSet};
use proto::batch::body::Wanted;
use proto::{Batch, Span, TraceId};

use super::retention::uncommit;
use super::seal::{ChangedSplits, NEXT_SEGMENT_KEY, put_number};
use super::{MaintainError, Shared, Upkeep};
use crate::changes::Changes;
use crate::contract::summary::TraceSummary;
use crate::evaluate;
use crate::fault::Fault;
use crate::hot::summarize;
use crate::outline::Outline;
use crate::segment::{SealedTrace, Segment, SegmentId, build};
use crate::view::{Parts, SealedView, Segments, TracePart};

/// How many segments become one.
const TOGETHER: usize = 8;
/// What is merged is sealed within a part of so many of the time that spans are kept:
/// so much longer may the oldest of them stay.
const AGE_PART: u32 = 16;
/// The same where spans are kept for ever.
const AGE_SPAN: Duration = Duration::from_secs(24 * 60 * 60);
/// Spans are packed in batches of so many.
const SPANS_PER_BATCH: usize = 1_000;

impl Shared {
    /// Merges once, if there is something to merge.
    pub(super) fn merge_small(&self, upkeep: &mut Upkeep) -> Result<(), MaintainError> {
        // For a while it takes as much again as what is merged.
        if self.poison.get().is_some() || self.no_room.lock().is_some() {
            return Ok(());
        }
        let view = self.sealed_view(&self.state.read());
        let age_span = self.config.retention_age.map_or(AGE_SPAN, |age| age / AGE_PART);
        let candidates = view.segments.values().filter(|one| !upkeep.unmergeable.contains(&one.id));
        let spans_max = self.config.hot_spans_max as u64;
        let Some(chosen) = choose(candidates, spans_max, age_span) else {
            return Ok(());
        };
        let mut changes = Changes::default();
        let gathered = match Gathered::of(&view, &chosen) {
            Err(fault @ Fault::Corrupt { .. }) => {
                // They stay as they are, and whoever reads them is told.
                tracing::warn!(error = %fault, "segments not merged");
                upkeep.unmergeable.extend(chosen.iter().map(|segment| segment.id));
                return Ok(());
            }
            gathered => gathered?,
        };
        let commits = || chosen.iter().map(|segment| &segment.commit);
        // What came of a trace after its own segment was sealed may be in the log only.
        let through = commits().map(|commit| commit.through).min().unwrap_or(0);
        let sealed_unix_nano = commits().map(|commit| commit.sealed_unix_nano).max().unwrap_or(0);
        let id = upkeep.next_segment;
        upkeep.next_segment = id.next();
        put_number(&mut changes, NEXT_SEGMENT_KEY, upkeep.next_segment.0.into());
        let built = build(id, gathered.traces(), through, sealed_unix_nano)?;
        let merged = self.take_in(id, built, &mut changes)?;
        let mut segments: Segments = (*view.segments).clone();
        segments.insert(id, Arc::new(merged));
        for segment in &chosen {
            segments.remove(&segment.id);
            uncommit(segment.id, &mut changes);
        }
        gathered.splits.apply(&mut changes, &mut segments);
        let committed = self.commit(changes)?;
        self.show_without(upkeep, segments, &chosen);
        tracing::debug!(segment = id.0, of = chosen.len(), "merged");
        committed.on_disk()
    }
}

/// Segments that are to become one: of about the same size, sealed one soon after the
/// other, and together no larger than one of a busy store.
fn choose<'a>(
    candidates: impl Iterator<Item = &'a Arc<Segment>>,
    spans_max: u64,
    age_span: Duration,
) -> Option<Vec<Arc<Segment>>> {
    let mut by_size: BTreeMap<u32, Vec<&Arc<Segment>>> = BTreeMap::new();
    for segment in candidates {
        let size = segment.commit.spans.max(1).ilog(TOGETHER as u64);
        by_size.entry(size).or_default().push(segment);
    }
    let are_near = |group: &&[&Arc<Segment>]| {
        let spans: u64 = group.iter().map(|segment| segment.commit.spans).sum();
        let sealed = || group.iter().map(|segment| segment.commit.sealed_unix_nano);
        let (first, last) = (sealed().min().unwrap_or(0), sealed().max().unwrap_or(0));
        spans <= spans_max && Duration::from_nanos(last - first) <= age_span
    };
    let mut groups = by_size.values_mut().flat_map(|segments| {
        segments.sort_by_key(|segment| segment.commit.sealed_unix_nano);
        segments.windows(TOGETHER).filter(are_near)
    });
    groups.next().map(|group| group.iter().map(|segment| Arc::clone(segment)).collect())
}

/// What chosen segments hold, in batches that have all of a trace.
struct Gathered {
    batches: Vec<Arc<Batch>>,
    pending: Vec<Span>,
    /// Of traces with parts in segments that stay: the trace as a whole.
    wholes: HashMap<TraceId, TraceSummary>,
    splits: ChangedSplits,
}

impl Gathered {
    fn of(view: &SealedView, chosen: &[Arc<Segment>]) -> Result<Self, Fault> {
        let mut gathered = Self {
            batches: Vec::new(),
            pending: Vec::new(),
            wholes: HashMap::new(),
            splits: ChangedSplits::default(),
        };
        let chosen_ids: HashSet<SegmentId> = chosen.iter().map(|segment| segment.id).collect();
        let mut done = HashSet::new();
        for segment in chosen {
            view.reader.each_trace(segment.id, |ordinal, trace, spans| {
                if !segment.splits.ordinals.contains(ordinal) {
                    gathered.push(spans);
                } else if done.insert(trace) {
                    gathered.push_split(view, &chosen_ids, trace)?;
                }
                Ok(())
            })?;
        }
        gathered.flush();
        Ok(gathered)
    }

    /// Takes all spans of one trace.
    fn push(&mut self, spans: Vec<Span>) {
        self.pending.extend(spans);
        if self.pending.len() >= SPANS_PER_BATCH {
            self.flush();
        }
    }

    fn flush(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        self.batches.push(Arc::new(Batch::of(&self.pending)));
        self.pending.clear();
    }

    /// Takes what of a trace lies in the chosen segments.
    fn push_split(
        &mut self,
        view: &SealedView,
        chosen: &HashSet<SegmentId>,
        trace: TraceId,
    ) -> Result<(), Fault> {
        let Parts { found, missing, .. } = view.parts(trace)?;
        if !missing.is_empty() {
            return Err(Fault::corrupt(format_args!("trace {trace}"), "not all of it is known"));
        }
        let (mut own, mut outline) = (Vec::new(), Outline::default());
        let mut has_others = false;
        for TracePart { segment, ordinal } in found {
            let is_own = chosen.contains(&segment);
            has_others |= !is_own;
            outline.part(|take| {
                view.reader.each_span(segment, ordinal, trace, Wanted::ALL, &mut |span| {
                    own.extend(is_own.then(|| span.clone()));
                    take(span);
                })
            })?;
        }
        evaluate::dedup_and_sort(&mut own);
        match outline.summary(trace).filter(|_| has_others) {
            Some(whole) => {
                self.wholes.insert(trace, whole);
            }
            None => self.splits.wholes.push((trace, None)),
        }
        self.push(own);
        Ok(())
    }

    fn traces(&self) -> Vec<SealedTrace<'_>> {
        let traces = self.batches.iter().flat_map(|batch| {
            batch.traces().iter().filter_map(move |trace| {
                let heads = batch.heads_of(trace).iter();
                let spans: Vec<_> = heads.map(|head| (batch, head)).collect();
                let summary = summarize(trace.id, &spans)?;
                let whole = self.wholes.get(&trace.id).cloned();
                Some(SealedTrace { id: trace.id, spans, summary, whole })
            })
        });
        traces.collect()
    }
}
