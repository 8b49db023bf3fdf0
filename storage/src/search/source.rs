//! Where candidates come from, each source in the search's order.

use std::cmp::Reverse;
use std::sync::Arc;

use roaring::RoaringBitmap;

use super::Run;
use super::precheck::Precheck;
use crate::contract::ReadError;
use crate::contract::scan::Within;
use crate::contract::search::{Cursor, Order, TraceConditions};
use crate::contract::summary::TraceSummary;
use crate::fault::{Fault, InRecord};
use crate::hot::{Line, Lines};
use crate::rocks::Family;
use crate::segment::{CHUNK_TRACES, Segment, Summaries, decode_one, first_of_chunk};
use crate::view::{Missing, TracePart};

/// A source of candidates. What it has is only known once it is opened.
pub(super) struct Source {
    content: Content,
    /// The next candidates, the last one first to go.
    queue: Vec<Candidate>,
}

/// A trace that may be asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    /// Where it stands, as far as is known before it is read.
    pub(super) place: Cursor,
    /// Where all of it is, if that is one place; it is asked for then, and the place right.
    pub(super) part: Option<TracePart>,
}

enum Content {
    /// All candidates are in the queue.
    Listed,
    /// Hot traces, with whatever parts of them are sealed; none is before the place.
    Hot(Arc<Lines>, Cursor),
    /// A segment whose turn has not come; no candidate of it is before the place.
    Segment(Arc<Segment>, Cursor),
    /// Candidates of a segment that lie in one chunk of its summaries, and in this
    /// segment alone; none is before the place.
    Chunk(Arc<Segment>, RoaringBitmap, Cursor),
}

/// Candidates that are looked at together, in no order.
pub(super) enum Piece {
    /// Hot traces.
    Hot(Arc<Lines>),
    /// Traces of a chunk of a segment that lie in this segment alone.
    Chunk(Arc<Segment>, RoaringBitmap),
    /// Traces with parts in several segments.
    Split(Vec<Candidate>),
}

/// What comes of a source's turn.
#[derive(Default)]
pub(super) struct Turn {
    /// Its next candidate.
    pub(super) candidate: Option<Candidate>,
    /// Sources that it was found to consist of.
    pub(super) sources: Vec<Source>,
}

impl Source {
    /// Some hot traces, not looked at yet.
    pub(super) fn of_hot(lines: Arc<Lines>, order: Order) -> Self {
        let first = lines.reach.first_place(order);
        Self { content: Content::Hot(lines, first), queue: Vec::new() }
    }

    /// A segment, not opened yet.
    pub(super) fn of_segment(segment: Arc<Segment>, order: Order) -> Self {
        let first = segment.splits.reach.first_place(order);
        Self { content: Content::Segment(segment, first), queue: Vec::new() }
    }

    fn listed(run: &Run, mut queue: Vec<Candidate>) -> Self {
        queue.retain(|one| run.scan.after.is_none_or(|after| one.place > after));
        queue.sort_unstable_by_key(|one| Reverse(one.place));
        Self { content: Content::Listed, queue }
    }

    /// Where its next candidate is, at the earliest; `None` where there is none.
    pub(super) fn next_place(&self) -> Option<Cursor> {
        match &self.content {
            Content::Hot(_, first) | Content::Segment(_, first) | Content::Chunk(_, _, first) => {
                Some(*first)
            }
            Content::Listed => self.queue.last().map(|one| one.place),
        }
    }

    /// All of it, where the order does not matter.
    pub(super) fn into_pieces(
        self,
        run: &Run,
        missing: &mut Missing,
    ) -> Result<Vec<Piece>, ReadError> {
        let segment = match self.content {
            Content::Hot(lines, _) => return Ok(vec![Piece::Hot(lines)]),
            Content::Chunk(segment, candidates, _) => {
                return Ok(vec![Piece::Chunk(segment, candidates)]);
            }
            Content::Listed => return Ok(vec![Piece::Split(self.queue)]),
            Content::Segment(segment, _) => segment,
        };
        let mut chunks = Vec::new();
        let split = match open_segment(run, &segment, &mut chunks, missing) {
            Err(ReadError::Corrupt { what }) => {
                missing.add_what(what);
                Vec::new()
            }
            split => split?,
        };
        chunks.push(Self::listed(run, split));
        let pieces = chunks.into_iter().map(|source| source.into_pieces(run, missing));
        Ok(pieces.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }

    /// Takes the next candidate, or opens the source. What can't be read has no
    /// candidates and is added to `missing`.
    pub(super) fn take(
        &mut self,
        run: &Run,
        precheck: &mut Precheck,
        missing: &mut Missing,
    ) -> Result<Turn, ReadError> {
        let mut turn = Turn::default();
        let opened = match &self.content {
            Content::Listed => {
                turn.candidate = self.queue.pop();
                return Ok(turn);
            }
            Content::Hot(lines, _) => Ok(open_hot(run, precheck, lines)),
            Content::Segment(segment, _) => open_segment(run, segment, &mut turn.sources, missing),
            Content::Chunk(segment, candidates, _) => open_chunk(run, segment, candidates),
        };
        let found = match opened {
            Err(ReadError::Corrupt { what }) => {
                missing.add_what(what);
                Vec::new()
            }
            found => found?,
        };
        *self = Self::listed(run, found);
        Ok(turn)
    }
}

/// The places of hot traces.
fn open_hot(run: &Run, precheck: &mut Precheck, lines: &Lines) -> Vec<Candidate> {
    let may_match = lines_that_may_match(run, precheck, lines);
    may_match.map(|line| Candidate { place: line.cursor(run.scan.order), part: None }).collect()
}

/// There are no postings of hot traces: what certainly does not match is left out here.
pub(super) fn lines_that_may_match<'l>(
    run: &Run,
    precheck: &mut Precheck,
    lines: &'l Lines,
) -> impl Iterator<Item = &'l Line> {
    lines.lines.iter().filter(move |line| {
        (run.scan.within == Within::Overlaps || run.scan.range.contains(line.start_unix_nano()))
            && run.scan.within.holds(&run.scan.range, &line.facts.summary)
            && run.scan.trace.are_met_by(&line.facts.summary)
            && (!line.facts.sealed_in.is_empty() || precheck.may_match(&line.trace))
    })
}

/// Finds a segment's candidates: answers the places of those that have parts
/// elsewhere, and adds the chunks that have others to `sources`.
fn open_segment(
    run: &Run,
    segment: &Arc<Segment>,
    sources: &mut Vec<Source>,
    missing: &mut Missing,
) -> Result<Vec<Candidate>, ReadError> {
    let reader = &run.view.sealed.reader;
    let candidates = run.plans.candidates(reader, segment)?;
    let unsplit = &candidates - &segment.splits.ordinals;
    for (first, reach) in (0u32..).step_by(CHUNK_TRACES as usize).zip(reader.reaches(segment.id)?) {
        if !run.may_reach(&reach) {
            continue;
        }
        let mut in_chunk = unsplit.clone();
        in_chunk.remove_range(..first);
        in_chunk.remove_range(first.saturating_add(CHUNK_TRACES)..);
        if !in_chunk.is_empty() {
            let place = reach.first_place(run.scan.order);
            let content = Content::Chunk(Arc::clone(segment), in_chunk, place);
            sources.push(Source { content, queue: Vec::new() });
        }
    }
    let mut places = Vec::new();
    for ordinal in &candidates & &segment.splits.ordinals {
        run.deadline.check()?;
        let trace = reader.trace_id(segment.id, ordinal)?;
        if run.view.hot.contains(trace) {
            continue;
        }
        match run.split_summary(trace) {
            Ok(summary) => {
                let place = summary.and_then(|summary| run.place(&summary));
                places.extend(place.map(|place| Candidate { place, part: None }));
            }
            Err(fault @ Fault::Corrupt { .. }) => missing.add(fault),
            Err(fault) => return Err(fault.into()),
        }
    }
    Ok(places)
}

/// The places of a chunk's candidates, in the order in which they lie there.
pub(super) fn open_chunk(
    run: &Run,
    segment: &Segment,
    candidates: &RoaringBitmap,
) -> Result<Vec<Candidate>, ReadError> {
    run.deadline.check()?;
    let first = first_of_chunk(candidates.min().unwrap_or(0));
    let summaries = run.view.sealed.reader.summaries(segment.id, first)?;
    let meets_needs: Vec<_> =
        run.plans.services.iter().map(|need| summaries.meeting(need)).collect();
    let places = candidates.iter().filter_map(|ordinal| {
        let number = ordinal.saturating_sub(first);
        if !meets_needs.iter().all(|meets| meets(number)) {
            return None;
        }
        let figures = summaries.figures(number)?;
        let is_asked_for = figures.span_count > 0
            && !run.view.hot.contains(figures.trace_id)
            && run.scan.within.holds(&run.scan.range, &figures)
            && run.meets_conditions(&summaries, number);
        let part = TracePart { segment: segment.id, ordinal };
        let place = Cursor::of(&figures, run.scan.order);
        is_asked_for.then_some(Candidate { place, part: Some(part) })
    });
    Ok(places.collect())
}

impl Run<'_> {
    /// Where a trace stands, if it can match.
    fn place(&self, summary: &TraceSummary) -> Option<Cursor> {
        let may_match = self.scan.within.holds(&self.scan.range, summary)
            && self.scan.trace.are_met_by(summary);
        may_match.then(|| Cursor::of(summary, self.scan.order))
    }

    fn meets_conditions(&self, summaries: &Summaries, number: u32) -> bool {
        // Most searches have none, and names are then not looked up.
        self.scan.trace == TraceConditions::default()
            || summaries.summary(number).is_some_and(|summary| self.scan.trace.are_met_by(&summary))
    }

    /// The summary of a split trace as a whole; `None` where it has gone since.
    fn split_summary(&self, trace: proto::TraceId) -> Result<Option<TraceSummary>, Fault> {
        let record = self.view.sealed.rocks.get(Family::Split, trace.as_bytes())?;
        let Some(record) = record else {
            return Ok(None);
        };
        decode_one(&record).in_record(format_args!("summary of trace {trace}")).map(Some)
    }
}
