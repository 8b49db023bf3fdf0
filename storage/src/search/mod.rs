//! Searching: candidates in order, decided by the evaluator, until the page is full.
//!
//! Each chunk of hot traces and each segment are *sources* of candidates ([`source`]), and so
//! is, once a segment is opened, each chunk of its summaries. The source whose next
//! candidate may be the first in the search's order goes next; none is opened before
//! its turn comes, which is known from how far its traces reach. So the answer is exact over the whole range, and as soon as
//! the page is full nothing further is read.
//!
//! Whether a trace matches is decided on all of its spans, whatever parts they lie
//! in, by [`crate::evaluate`].

pub(crate) mod catalog;
mod plan;
mod precheck;
mod source;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use hashbrown::HashSet;
use proto::TraceId;

use crate::contract::search::{Cursor, Search, SearchPage};
use crate::contract::{Completeness, Deadline, ReadError};
use crate::evaluate::{self, PageCollector};
use crate::view::{Missing, View};

use plan::Plan;
use precheck::Precheck;
use source::Source;

/// Answers `search`, see [`crate::TraceReader::search`].
pub(crate) fn search(
    view: &View,
    search: &Search,
    deadline: Deadline,
) -> Result<SearchPage, ReadError> {
    deadline.check()?;
    let run = Run { view, search, plan: Plan::of(&search.span), deadline };
    let mut precheck = Precheck::new(&search.span);
    let mut missing = Missing::default();
    let mut page = PageCollector::new(search);
    let mut sources = run.sources(&mut precheck, &mut missing)?;
    let mut turns: BinaryHeap<Reverse<(Cursor, usize)>> = sources
        .iter()
        .enumerate()
        .filter_map(|(number, source)| source.next_place().map(|place| Reverse((place, number))))
        .collect();
    let mut decided = HashSet::new();
    while let Some(Reverse((place, number))) = turns.pop() {
        deadline.check()?;
        if page.is_full() && page.last().is_some_and(|last| place >= last) {
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
        if let Some(trace) = turn.candidate
            && decided.insert(trace)
        {
            run.decide(trace, &mut page, &mut missing)?;
        }
    }
    Ok(page.finish(missing.completeness(Completeness::Complete)))
}

/// One search under way.
struct Run<'a> {
    view: &'a View,
    search: &'a Search,
    plan: Plan,
    deadline: Deadline,
}

impl Run<'_> {
    fn sources(
        &self,
        precheck: &mut Precheck,
        missing: &mut Missing,
    ) -> Result<Vec<Source>, ReadError> {
        let mut sources = Vec::new();
        for lines in self.view.hot_lines(missing, self.deadline)? {
            if lines.reach.may_start_in(&self.search.range)
                && lines.reach.may_meet(&self.search.trace)
                && (lines.has_sealed_parts
                    || lines.has_log_records
                    || precheck.may_match_any(&lines.batches))
            {
                sources.push(Source::of_hot(lines, self.search.order));
            }
        }
        for segment in self.view.sealed.segments.values() {
            let reach = &segment.splits.reach;
            if reach.may_start_in(&self.search.range) && reach.may_meet(&self.search.trace) {
                sources.push(Source::of_segment(Arc::clone(segment), self.search.order));
            }
        }
        Ok(sources)
    }

    /// Reads all of a candidate and offers it to `page` if it matches.
    fn decide(
        &self,
        trace: TraceId,
        page: &mut PageCollector,
        missing: &mut Missing,
    ) -> Result<(), ReadError> {
        let hot = self.view.hot.get(trace);
        let whole = match self.view.sealed.whole(trace, hot.map(|hot| &**hot), Some(self.deadline))
        {
            Err(ReadError::Corrupt { what }) => {
                missing.add_what(what);
                return Ok(());
            }
            whole => whole?,
        };
        missing.extend(whole.missing);
        if let Some(found) = evaluate::find(&whole.spans, self.search) {
            page.offer(found);
        }
        Ok(())
    }
}
