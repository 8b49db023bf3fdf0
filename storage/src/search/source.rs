//! Where candidates come from, each source in the search's order.

use std::collections::BinaryHeap;
use std::sync::Arc;

use proto::TraceId;
use roaring::RoaringBitmap;

use super::Run;
use crate::contract::ReadError;
use crate::contract::search::{Cursor, Order, TraceConditions};
use crate::contract::summary::TraceSummary;
use crate::fault::{Fault, InRecord};
use crate::rocks::Family;
use crate::segment::{Segment, Summaries};
use crate::view::Missing;

/// Candidates that a segment hands out at a time. It is asked again for more, so
/// that the memory of a search does not grow with what is stored.
const CHUNK_CANDIDATES: usize = 1_024;
/// Between looks at the clock.
const CANDIDATES_PER_CHECK: usize = 4_096;

/// A source of candidates. What it has is only known once it is opened.
pub(super) struct Source {
    content: Content,
    /// The next candidates, the last one first to go.
    queue: Vec<Cursor>,
}

enum Content {
    /// All candidates are in the queue.
    Listed,
    /// A segment whose turn has not come; no candidate of it is before the place.
    Closed(Arc<Segment>, Cursor),
    /// A segment with its candidates.
    Open(OpenSegment),
}

struct OpenSegment {
    segment: Arc<Segment>,
    /// Candidates that lie in this segment alone, by ordinal.
    unsplit: RoaringBitmap,
    /// Places of the split traces among the candidates.
    split: Vec<Cursor>,
}

impl Source {
    /// The hot traces. They come with whatever parts of them are sealed.
    pub(super) fn of_hot(run: &Run, missing: &mut Missing) -> Result<Self, ReadError> {
        let mut queue = Vec::new();
        for (number, trace) in run.view.hot.values().enumerate() {
            if number % CANDIDATES_PER_CHECK == 0 {
                run.deadline.check()?;
            }
            match run.view.sealed.facts(trace, missing) {
                Err(ReadError::Corrupt { what }) => missing.add_what(what),
                facts => {
                    let place = facts?.and_then(|facts| run.place(&facts.summary));
                    queue.extend(place.filter(|place| run.is_after_cursor(*place)));
                }
            }
        }
        queue.sort_unstable_by(|a, b| b.cmp(a));
        Ok(Self { content: Content::Listed, queue })
    }

    /// A segment, not opened yet.
    pub(super) fn of_segment(segment: Arc<Segment>, order: Order) -> Self {
        let first = segment.splits.reach.first_place(order);
        Self { content: Content::Closed(segment, first), queue: Vec::new() }
    }

    /// Where its next candidate is, at the earliest; `None` where there is none.
    pub(super) fn next_place(&self) -> Option<Cursor> {
        match &self.content {
            Content::Closed(_, first) => Some(*first),
            Content::Listed | Content::Open(_) => self.queue.last().copied(),
        }
    }

    /// Takes the next candidate, or opens the source. A segment that can't be read
    /// has no candidates and is added to `missing`.
    pub(super) fn take(
        &mut self,
        run: &Run,
        missing: &mut Missing,
    ) -> Result<Option<TraceId>, ReadError> {
        let result = match &self.content {
            Content::Closed(segment, _) => self.open(run, Arc::clone(segment), missing),
            Content::Listed | Content::Open(_) => self.take_next(run),
        };
        match result {
            Err(ReadError::Corrupt { what }) => {
                missing.add_what(what);
                *self = Self { content: Content::Listed, queue: Vec::new() };
                Ok(None)
            }
            result => result,
        }
    }

    fn open(
        &mut self,
        run: &Run,
        segment: Arc<Segment>,
        missing: &mut Missing,
    ) -> Result<Option<TraceId>, ReadError> {
        let open = OpenSegment::open(run, segment, missing)?;
        self.queue = open.next_candidates(run, run.search.after)?;
        self.content = Content::Open(open);
        Ok(None)
    }

    fn take_next(&mut self, run: &Run) -> Result<Option<TraceId>, ReadError> {
        let Some(next) = self.queue.pop() else {
            return Ok(None);
        };
        if let Content::Open(open) = &self.content
            && self.queue.is_empty()
        {
            self.queue = open.next_candidates(run, Some(next))?;
        }
        Ok(Some(next.trace_id))
    }
}

impl OpenSegment {
    fn open(run: &Run, segment: Arc<Segment>, missing: &mut Missing) -> Result<Self, ReadError> {
        let sealed = &run.view.sealed;
        let candidates = run.plan.candidates(&sealed.reader, &segment)?;
        let summaries = sealed.reader.summaries(segment.id)?;
        let mut split = Vec::new();
        for ordinal in &candidates & &segment.splits.ordinals {
            run.deadline.check()?;
            let Some(trace) = summaries.trace_id(ordinal) else {
                continue;
            };
            if run.view.hot.contains_key(&trace) {
                continue;
            }
            match run.split_summary(trace) {
                Ok(summary) => split.extend(summary.and_then(|summary| run.place(&summary))),
                Err(fault @ Fault::Corrupt { .. }) => missing.add(fault),
                Err(fault) => return Err(fault.into()),
            }
        }
        let unsplit = candidates - &segment.splits.ordinals;
        Ok(Self { segment, unsplit, split })
    }

    /// The first candidates after `after`, as a queue.
    fn next_candidates(&self, run: &Run, after: Option<Cursor>) -> Result<Vec<Cursor>, ReadError> {
        let summaries = run.view.sealed.reader.summaries(self.segment.id)?;
        let unsplit = self.unsplit.iter().filter_map(|ordinal| {
            let place = summaries.place(ordinal, run.search.order)?;
            let may_match = !run.view.hot.contains_key(&place.trace_id)
                && run.search.range.contains(place.start_unix_nano)
                && run.meets_conditions(&summaries, ordinal);
            may_match.then_some(place)
        });
        let mut first: BinaryHeap<Cursor> = BinaryHeap::new();
        for (number, place) in unsplit.chain(self.split.iter().copied()).enumerate() {
            if number % CANDIDATES_PER_CHECK == 0 {
                run.deadline.check()?;
            }
            let is_after = after.is_none_or(|after| place > after);
            let is_full = first.len() >= CHUNK_CANDIDATES;
            if is_after && (!is_full || first.peek().is_some_and(|last| place < *last)) {
                first.push(place);
                if is_full {
                    first.pop();
                }
            }
        }
        let mut queue = first.into_sorted_vec();
        queue.reverse();
        Ok(queue)
    }
}

impl Run<'_> {
    /// Where a trace stands, if it can match.
    fn place(&self, summary: &TraceSummary) -> Option<Cursor> {
        let may_match = self.search.range.contains(summary.start_unix_nano)
            && self.search.trace.are_met_by(summary);
        may_match.then(|| Cursor::of(summary, self.search.order))
    }

    fn is_after_cursor(&self, place: Cursor) -> bool {
        self.search.after.is_none_or(|after| place > after)
    }

    fn meets_conditions(&self, summaries: &Summaries, ordinal: u32) -> bool {
        // Most searches have none, and names are then not looked up.
        self.search.trace == TraceConditions::default()
            || summaries
                .summary(ordinal)
                .is_some_and(|summary| self.search.trace.are_met_by(&summary))
    }

    /// The summary of a split trace as a whole; `None` where it has gone since.
    fn split_summary(&self, trace: TraceId) -> Result<Option<TraceSummary>, Fault> {
        let record = self.view.sealed.rocks.get(Family::Split, trace.as_bytes())?;
        let Some(record) = record else {
            return Ok(None);
        };
        let summaries =
            Summaries::decode(&record).in_record(format_args!("summary of trace {trace}"))?;
        Ok(summaries.summary(0))
    }
}
