//! Searching: candidates in order, until whoever looks at them has enough.
//!
//! Each chunk of hot traces and each segment are *sources* of candidates ([`source`]), and so
//! is, once a segment is opened, each chunk of its summaries. The source whose next
//! candidate may be the first in the scan's order goes next; none is opened before
//! its turn comes, which is known from how far its traces reach. So an answer is exact over
//! the whole range, and as soon as it is there nothing further is read.
//!
//! Whether a trace matches is decided by the [`Visitor`] on all of its spans, whatever parts
//! they lie in; of a search that is [`crate::evaluate`].

pub(crate) mod catalog;
mod plan;
mod precheck;
mod source;
mod sweep;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use hashbrown::HashSet;
use proto::batch::body::Wanted;

use crate::contract::scan::{Scan, Shown, Visitor, Within};
use crate::contract::search::{Cursor, TraceConditions};
use crate::contract::summary::TraceSummary;
use crate::contract::{Completeness, Deadline, ReadError};
use crate::hot::HotReaders;
use crate::segment::Reach;
use crate::view::{Missing, View};

pub(crate) use sweep::AllTraces;

use plan::Plans;
use precheck::Precheck;
use source::{Candidate, Source};

/// Answers `scan`, see [`crate::TraceReader::scan`].
pub(crate) fn scan(
    view: &View,
    scan: &Scan,
    deadline: Deadline,
    visitor: &mut dyn Visitor,
) -> Result<Completeness, ReadError> {
    deadline.check()?;
    let plans = Plans::of(&scan.needs);
    let run = Run { view, scan, plans: &plans, deadline };
    let mut readers = HotReaders::new(run.wanted());
    let mut precheck = Precheck::new(&scan.needs);
    let mut missing = Missing::default();
    let mut sources = run.sources(&mut precheck, &mut missing)?;
    let mut turns: BinaryHeap<Reverse<(Cursor, usize)>> = sources
        .iter()
        .enumerate()
        .filter_map(|(number, source)| source.next_place().map(|place| Reverse((place, number))))
        .collect();
    let mut decided = HashSet::new();
    while let Some(Reverse((place, number))) = turns.pop() {
        deadline.check()?;
        if visitor.has_enough(place) {
            break;
        }
        let Some(source) = sources.get_mut(number) else {
            continue;
        };
        let turn = source.take(&run, &mut precheck, &mut missing)?;
        turns.extend(source.next_place().map(|place| Reverse((place, number))));
        for source in turn.sources {
            turns.extend(source.next_place().map(|place| Reverse((place, sources.len()))));
            sources.push(source);
        }
        if let Some(candidate) = turn.candidate
            && decided.insert(candidate.place.trace_id)
        {
            run.show(&candidate, &mut |trace| visitor.visit(trace), &mut readers, &mut missing)?;
        }
    }
    Ok(missing.completeness(Completeness::Complete))
}

/// One scan under way.
struct Run<'a> {
    view: &'a View,
    scan: &'a Scan,
    plans: &'a Plans,
    deadline: Deadline,
}

impl<'a> Run<'a> {
    /// What is looked at of spans. Whether a trace in parts is asked for may depend on names.
    fn wanted(&self) -> Wanted<'a> {
        let wanted = self.scan.looks_at.wanted();
        Wanted { names: wanted.names || self.scan.trace != TraceConditions::default(), ..wanted }
    }

    /// The same of traces in one part, where attributes may be told by number.
    fn wanted_by_number(&self) -> Option<Wanted<'a>> {
        self.scan.looks_at.wanted_by_number()
    }

    fn sources(
        &self,
        precheck: &mut Precheck,
        missing: &mut Missing,
    ) -> Result<Vec<Source>, ReadError> {
        let mut sources = Vec::new();
        for lines in self.view.hot_lines(missing, self.deadline)? {
            if self.may_reach(&lines.reach)
                && (lines.has_sealed_parts
                    || lines.has_log_records
                    || precheck.may_match_any(&lines.batches))
            {
                sources.push(Source::of_hot(lines, self.scan.order));
            }
        }
        for segment in self.view.sealed.segments.values() {
            if self.may_reach(&segment.splits.reach) {
                sources.push(Source::of_segment(Arc::clone(segment), self.scan.order));
            }
        }
        Ok(sources)
    }

    /// Whether one of the traces may be asked for.
    fn may_reach(&self, reach: &Reach) -> bool {
        let range = &self.scan.range;
        let is_in_time = match self.scan.within {
            Within::Starts => reach.may_start_in(range),
            Within::Overlaps => reach.may_overlap(range),
        };
        is_in_time && reach.may_meet(&self.scan.trace)
    }

    /// Reads all of a candidate and shows it to `visit`, if it is one indeed.
    fn show(
        &self,
        candidate: &Candidate,
        visit: &mut dyn FnMut(&Shown<'_>),
        readers: &mut HotReaders<'a>,
        missing: &mut Missing,
    ) -> Result<(), ReadError> {
        let Candidate { place, part } = *candidate;
        let trace = place.trace_id;
        let sealed = &self.view.sealed;
        let (parts, hot) = match part {
            Some(part) => (sealed.parts_with(trace, part)?, None),
            None => (sealed.parts(trace)?, self.view.hot.get(trace).map(|hot| &**hot)),
        };
        let whole = match sealed.whole(trace, parts, hot, readers, Some(self.deadline)) {
            Err(ReadError::Corrupt { what }) => {
                missing.add_what(what);
                return Ok(());
            }
            whole => whole?,
        };
        missing.extend(whole.missing);
        if whole.spans.is_empty() {
            return Ok(());
        }
        if part.is_some() {
            visit(&Shown::new(&whole.spans, place));
        } else if let Some(summary) = TraceSummary::of(&whole.spans)
            && self.scan.asks_for(&summary)
        {
            let place = Cursor::of(&summary, self.scan.order);
            visit(&Shown::with_summary(&whole.spans, place, summary));
        }
        Ok(())
    }
}
