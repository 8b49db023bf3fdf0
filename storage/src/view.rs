//! What a reader sees: the store as it was at one moment, hot and sealed.

use std::collections::BTreeMap;
use std::sync::Arc;

use proto::{Span, TraceId};

use crate::contract::summary::TraceSummary;
use crate::contract::{Completeness, Deadline, ReadError};
use crate::evaluate;
use crate::fault::Fault;
use crate::hot::{Chunk, Facts, HotTrace, HotView, Lines};
use crate::rocks::Rocks;
use crate::segment::{Segment, SegmentId, SegmentReader};

/// The segments that exist.
pub(crate) type Segments = BTreeMap<SegmentId, Arc<Segment>>;

/// The sealed part of the store. As long as someone holds it, no segment in it
/// loses its records.
#[derive(Clone)]
pub(crate) struct SealedView {
    pub(crate) rocks: Arc<Rocks>,
    pub(crate) reader: Arc<SegmentReader>,
    pub(crate) segments: Arc<Segments>,
    /// How many segments were retired before.
    pub(crate) retired: u64,
}

/// The whole store.
pub(crate) struct View {
    pub(crate) sealed: SealedView,
    pub(crate) hot: HotView,
}

/// Where a part of a trace is: in which segment, and which of its traces it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TracePart {
    pub(crate) segment: SegmentId,
    pub(crate) ordinal: u32,
}

/// The sealed parts of a trace, those that were sealed first coming first.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    pub(crate) found: Vec<TracePart>,
    /// The segments of which nobody can say whether they have a part of it.
    pub(crate) missing: Missing,
}

/// Everything there is of a trace.
#[derive(Debug, Default)]
pub(crate) struct Whole {
    /// Its spans, once each: the one that was written first. Sorted.
    pub(crate) spans: Vec<Span>,
    /// Where it is sealed.
    pub(crate) sealed_in: Vec<TracePart>,
    /// The parts that can't be read.
    pub(crate) missing: Missing,
}

impl SealedView {
    /// The sealed parts of a trace.
    pub(crate) fn parts(&self, trace: TraceId) -> Result<Parts, Fault> {
        Ok(self.parts_of(&[trace])?.pop().unwrap_or_default())
    }

    /// The sealed parts of each of `traces`. Goes segment by segment, so that an index
    /// is in the processor's cache while it is asked for many.
    pub(crate) fn parts_of(&self, traces: &[TraceId]) -> Result<Vec<Parts>, Fault> {
        let mut parts: Vec<Parts> = traces.iter().map(|_| Parts::default()).collect();
        for id in self.segments.keys() {
            for (trace, parts) in traces.iter().zip(&mut parts) {
                match self.reader.find(*id, *trace) {
                    Ok(Some(ordinal)) => parts.found.push(TracePart { segment: *id, ordinal }),
                    Ok(None) => {}
                    Err(fault @ Fault::Corrupt { .. }) => parts.missing.add(fault),
                    Err(fault) => return Err(fault),
                }
            }
        }
        Ok(parts)
    }

    /// All of a trace, with what of it is hot. Parts that do not verify are named;
    /// every other fault is an error.
    pub(crate) fn whole(
        &self,
        trace: TraceId,
        hot: Option<&HotTrace>,
        deadline: Option<Deadline>,
    ) -> Result<Whole, ReadError> {
        self.whole_of_parts(trace, self.parts(trace)?, hot, deadline)
    }

    /// As [`Self::whole`], of parts that were looked up before.
    pub(crate) fn whole_of_parts(
        &self,
        trace: TraceId,
        parts: Parts,
        hot: Option<&HotTrace>,
        deadline: Option<Deadline>,
    ) -> Result<Whole, ReadError> {
        let mut whole = Whole { missing: parts.missing, ..Whole::default() };
        for part in parts.found {
            deadline.map_or(Ok(()), |deadline| deadline.check())?;
            whole.sealed_in.push(part);
            match self.reader.trace(part.segment, part.ordinal, trace) {
                Ok(spans) => whole.spans.extend(spans),
                Err(fault @ Fault::Corrupt { .. }) => whole.missing.add(fault),
                Err(fault) => return Err(fault.into()),
            }
        }
        whole.spans.extend(hot.into_iter().flat_map(HotTrace::spans));
        evaluate::dedup_and_sort(&mut whole.spans);
        Ok(whole)
    }

    /// What is known of a hot trace as a whole, whose sealed parts are these. Parts that
    /// can't be read are added to `missing`; `None` where nothing is left.
    fn facts(
        &self,
        trace: &HotTrace,
        parts: Parts,
        missing: &mut Missing,
    ) -> Result<Option<Arc<Facts>>, ReadError> {
        let sealed_in = parts.found.iter().map(|part| part.segment).collect();
        let (summary, is_all) = if parts.found.is_empty() && parts.missing.is_empty() {
            (trace.summary(), true)
        } else {
            let whole = self.whole_of_parts(trace.id(), parts, Some(trace), None)?;
            let is_all = whole.missing.is_empty();
            missing.extend(whole.missing);
            (TraceSummary::of(&whole.spans), is_all)
        };
        let Some(summary) = summary else {
            return Ok(None);
        };
        let facts = Arc::new(Facts { summary, sealed_in, retired: self.retired });
        if is_all {
            trace.keep_facts(&facts);
        }
        Ok(Some(facts))
    }
}

impl View {
    /// A line for each hot trace, by chunks. Parts that can't be read are added to
    /// `missing`.
    pub(crate) fn hot_lines(
        &self,
        missing: &mut Missing,
        deadline: Deadline,
    ) -> Result<Vec<Arc<Lines>>, ReadError> {
        let mut all = Vec::new();
        for chunk in self.hot.chunks() {
            deadline.check()?;
            all.push(self.lines_of(chunk, missing)?);
        }
        Ok(all)
    }

    /// A line for each trace of a chunk; kept for later readers where all of them can
    /// be had.
    pub(crate) fn lines_of(
        &self,
        chunk: &Chunk,
        missing: &mut Missing,
    ) -> Result<Arc<Lines>, ReadError> {
        if let Some(lines) = chunk.lines(self.sealed.retired) {
            return Ok(lines);
        }
        let mut here = Missing::default();
        let mut all = Vec::new();
        let mut unknown = Vec::new();
        for trace in chunk.traces() {
            match trace.facts(self.sealed.retired) {
                Some(facts) => all.push((Arc::clone(trace), Arc::clone(facts))),
                None => unknown.push(trace),
            }
        }
        let ids: Vec<TraceId> = unknown.iter().map(|trace| trace.id()).collect();
        for (trace, parts) in unknown.into_iter().zip(self.sealed.parts_of(&ids)?) {
            match self.sealed.facts(trace, parts, &mut here) {
                Err(ReadError::Corrupt { what }) => here.add_what(what),
                facts => all.extend(facts?.map(|facts| (Arc::clone(trace), facts))),
            }
        }
        let lines = Arc::new(Lines::of(all, self.sealed.retired));
        if here.is_empty() {
            chunk.keep_lines(&lines);
        }
        missing.extend(here);
        Ok(lines)
    }
}

/// What of an answer can't be read, for a person.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Missing {
    named: Vec<String>,
    unnamed: u64,
}

/// How many missing parts an answer names; of further ones it says how many.
const MISSING_NAMED_MAX: usize = 16;

impl Missing {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.add_what(fault.to_string());
    }

    pub(crate) fn extend(&mut self, other: Self) {
        other.named.into_iter().for_each(|text| self.add_what(text));
        self.unnamed = self.unnamed.saturating_add(other.unnamed);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.named.is_empty()
    }

    /// What this means for an answer that is otherwise `completeness`.
    pub(crate) fn completeness(self, otherwise: Completeness) -> Completeness {
        let Self { mut named, unnamed } = self;
        if named.is_empty() {
            return otherwise;
        }
        if unnamed > 0 {
            named.push(format!("{unnamed} more"));
        }
        Completeness::Partial { missing: named }
    }

    /// The error of an answer of which nothing is left.
    pub(crate) fn into_error(self) -> ReadError {
        ReadError::Corrupt { what: self.named.join("; ") }
    }

    pub(crate) fn add_what(&mut self, text: String) {
        if self.named.contains(&text) {
            return;
        }
        if self.named.len() < MISSING_NAMED_MAX {
            self.named.push(text);
        } else {
            self.unnamed = self.unnamed.saturating_add(1);
        }
    }
}
