//! What a reader sees: the store as it was at one moment, hot and sealed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proto::batch::SpanReader;
use proto::batch::body::{Keys, Wanted};
use proto::{Batch, Span, TraceId};

use crate::chains::Place;
use crate::contract::{Beyond, Completeness, Deadline, ReadError, TraceBounds};
use crate::fault::Fault;
use crate::hot::{Chunk, Facts, HotReaders, HotTrace, HotView, Lines};
use crate::outline::Outline;
use crate::rocks::Rocks;
use crate::segment::{HashIndex, Segment, SegmentId, SegmentReader, hash_of};
use crate::span_bytes::may_fit;
use crate::store::SearchTraceBytes;
use crate::trace_spans::TraceSpans;
use crate::turn::{Turn, TurnTaken};
use crate::versions::Hours;

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
    pub(crate) deciding: Arc<Deciding>,
}

/// The whole store.
pub(crate) struct View {
    pub(crate) sealed: SealedView,
    pub(crate) hot: HotView,
    /// Where there are sealed figures of hops.
    pub(crate) chain_places: Arc<BTreeSet<Place>>,
    /// Where there are sealed versions of services.
    pub(crate) version_hours: Arc<Hours>,
}

/// Where a part of a trace is: in which segment, and which of its traces it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TracePart {
    pub(crate) segment: SegmentId,
    pub(crate) ordinal: u32,
}

/// The sealed parts of a trace, those that were sealed first coming first.
#[derive(Debug, Default, Clone)]
pub(crate) struct Parts {
    pub(crate) found: Vec<TracePart>,
    /// What is pinned of it, where that is asked for: it was written before the rest.
    pub(crate) pinned: Vec<Arc<Batch>>,
    /// The segments of which nobody can say whether they have a part of it.
    pub(crate) missing: Missing,
}

/// The spans of a trace.
#[derive(Debug, Default)]
pub(crate) struct Whole<'a> {
    /// Its spans, once each: the one that was written first. Sorted.
    pub(crate) spans: Vec<Span>,
    /// How many spans and log records those were made of.
    pub(crate) kept: usize,
    /// Whether there was no room for further ones.
    pub(crate) is_cut: bool,
    /// The parts that can't be read.
    pub(crate) missing: Missing,
    /// Held as long as the spans of a large trace are.
    _turn: Option<TurnTaken<'a>>,
}

/// The outline of a trace.
#[derive(Debug, Default)]
pub(crate) struct Outlined {
    pub(crate) outline: Outline,
    /// Where it is sealed.
    pub(crate) sealed_in: Vec<TracePart>,
    /// The parts that can't be read.
    pub(crate) missing: Missing,
}

/// Room for the traces that searches decide on.
#[derive(Debug)]
pub(crate) struct Deciding {
    bytes: SearchTraceBytes,
    turn: Turn,
}

impl Deciding {
    pub(crate) fn new(bytes: SearchTraceBytes) -> Self {
        Self { bytes, turn: Turn::default() }
    }
}

/// What other segments say of a trace, see [`SealedView::parts_with`].
pub(crate) struct OtherIndexes {
    indexes: Vec<Arc<HashIndex>>,
    are_all: bool,
}

impl OtherIndexes {
    /// Whether one of them may have a part of `trace`, or nobody can say.
    pub(crate) fn may_have(&self, trace: TraceId) -> bool {
        let hash = hash_of(trace);
        !self.are_all || self.indexes.iter().any(|index| index.find(hash).next().is_some())
    }
}

impl Parts {
    /// Takes what a segment says: which of its traces it is.
    fn add(&mut self, segment: SegmentId, found: Result<Option<u32>, Fault>) -> Result<(), Fault> {
        match found {
            Ok(Some(ordinal)) => self.found.push(TracePart { segment, ordinal }),
            Ok(None) => {}
            Err(fault @ Fault::Corrupt { .. }) => self.missing.add(fault),
            Err(fault) => return Err(fault),
        }
        Ok(())
    }
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
                parts.add(*id, self.reader.find(*id, *trace))?;
            }
        }
        Ok(parts)
    }

    /// The sealed parts of a trace that has the part `known`. The other segments are asked, too:
    /// of one whose index did not verify when it was sealed nobody knew that it has another.
    pub(crate) fn parts_with(&self, trace: TraceId, known: TracePart) -> Result<Parts, Fault> {
        let mut parts = Parts::default();
        for id in self.segments.keys() {
            let found = match *id == known.segment {
                true => self.reader.check_index(*id).map(|()| Some(known.ordinal)),
                false => self.reader.find(*id, trace),
            };
            parts.add(*id, found)?;
        }
        Ok(parts)
    }

    /// The indexes of all segments but `segment`, for many traces of that one.
    pub(crate) fn indexes_but(&self, segment: SegmentId) -> OtherIndexes {
        let mut indexes = Vec::new();
        let mut are_all = true;
        for id in self.segments.keys() {
            match self.reader.index(*id) {
                Ok(index) if *id != segment => indexes.push(index),
                Ok(_) => {}
                Err(_) => are_all = false,
            }
        }
        OtherIndexes { indexes, are_all }
    }

    /// What a search may take for a trace without waiting for its turn.
    pub(crate) fn common_max(&self) -> usize {
        self.deciding.bytes.common_max
    }

    /// A trace as a search decides on it, of these sealed parts and what of it is hot, with
    /// what `readers` want of its spans: all of it as far as there is memory for it, see [`SearchTraceBytes`]; else it is among what is missing
    /// that it is not. Parts that do not verify are named; every other fault is an error.
    pub(crate) fn whole<'a>(
        &self,
        trace: TraceId,
        parts: Parts,
        hot: Option<&'a HotTrace>,
        readers: &mut HotReaders<'a>,
        deadline: Option<Deadline>,
    ) -> Result<Whole<'_>, ReadError> {
        let SearchTraceBytes { common_max, large_max } = self.deciding.bytes;
        let mut read =
            |bounds| self.whole_of_parts(trace, parts.clone(), hot, readers, bounds, deadline);
        let common =
            TraceBounds { beyond_bytes: Beyond::Nothing, ..TraceBounds::bytes(common_max) };
        let whole = read(common)?;
        if !whole.is_cut {
            return Ok(whole);
        }
        let turn = deadline.map(|deadline| self.deciding.turn.take(deadline)).transpose()?;
        let mut whole = read(TraceBounds::bytes(large_max))?;
        if whole.is_cut {
            whole.missing.add_what(format!(
                "trace {trace}: searches know its first {} spans only, it is too large for memory",
                whole.spans.len()
            ));
        }
        whole._turn = turn;
        Ok(whole)
    }

    /// How many spans of a trace there are to read, or some more: what was written twice
    /// may count twice, and what can't be read does not count. Reads no span.
    fn span_count(&self, trace: TraceId, parts: &Parts, hot: Option<&HotTrace>) -> usize {
        // Whoever reads them is told of those that can't be read.
        let pinned = parts.pinned.iter().map(|batch| batch.len());
        let sealed = parts
            .found
            .iter()
            .map(|part| self.reader.span_count(part.segment, part.ordinal, trace).unwrap_or(0));
        pinned.chain(sealed).chain(hot.map(HotTrace::span_count)).fold(0, usize::saturating_add)
    }

    /// The spans of a trace whose parts were looked up before, as far as `bounds` have
    /// room for them.
    pub(crate) fn whole_of_parts<'a>(
        &self,
        trace: TraceId,
        parts: Parts,
        hot: Option<&'a HotTrace>,
        readers: &mut HotReaders<'a>,
        bounds: TraceBounds,
        deadline: Option<Deadline>,
    ) -> Result<Whole<'_>, ReadError> {
        if bounds.beyond_bytes == Beyond::Nothing {
            let count = self.span_count(trace, &parts, hot).min(bounds.spans_max);
            if !may_fit(count, bounds.bytes_max) {
                return Ok(Whole { is_cut: true, missing: parts.missing, ..Whole::default() });
            }
        }
        let (spans, missing) = self.gather(trace, parts, hot, readers, bounds, deadline)?;
        let (spans, kept, is_cut) = spans.finish();
        Ok(Whole { spans, kept, is_cut, missing, _turn: None })
    }

    /// The spans and log records of a trace, as far as `bounds` have room for them, and the
    /// parts that can't be read.
    pub(crate) fn gather<'a>(
        &self,
        trace: TraceId,
        parts: Parts,
        hot: Option<&'a HotTrace>,
        readers: &mut HotReaders<'a>,
        bounds: TraceBounds,
        deadline: Option<Deadline>,
    ) -> Result<(TraceSpans, Missing), ReadError> {
        let mut missing = parts.missing;
        let mut spans = TraceSpans::new(bounds);
        for batch in &parts.pinned {
            let mut reader = SpanReader::new(batch);
            let heads = batch.traces().iter().flat_map(|part| batch.heads_of(part));
            spans.part(false, |take| {
                heads.for_each(|head| take(reader.span(trace, head)));
                Ok(())
            })?;
        }
        let count = parts.found.len();
        for (part, number) in parts.found.into_iter().zip(1..) {
            deadline.map_or(Ok(()), |deadline| deadline.check())?;
            let is_last = number == count && hot.is_none();
            let read = spans.part(is_last, |take| {
                self.reader.each_span(part.segment, part.ordinal, trace, readers.wanted(), take)
            });
            match read {
                Err(fault @ Fault::Corrupt { .. }) => missing.add(fault),
                read => read?,
            }
        }
        if let Some(hot) = hot {
            let mut heads: Vec<_> = hot.heads().collect();
            heads.sort_by_key(|(_, head)| (head.start_time_unix_nano, head.span_id, head.kind));
            spans.part(true, |take| {
                readers.each_span(trace, heads.into_iter(), take);
                Ok(())
            })?;
        }
        Ok((spans, missing))
    }

    /// The outline of a trace whose parts were looked up before, with what of it is hot.
    /// Parts that do not verify are named; every other fault is an error.
    pub(crate) fn outline_of_parts(
        &self,
        trace: TraceId,
        parts: Parts,
        hot: Option<&HotTrace>,
    ) -> Result<Outlined, Fault> {
        // An outline says nothing of attributes.
        let none = BTreeSet::new();
        let wanted = Wanted { keys: Keys::Only(&none), ..Wanted::ALL };
        let mut outlined = Outlined { missing: parts.missing, ..Outlined::default() };
        for part in parts.found {
            outlined.sealed_in.push(part);
            let read = outlined.outline.part(|take| {
                self.reader.each_span(part.segment, part.ordinal, trace, wanted, take)
            });
            match read {
                Err(fault @ Fault::Corrupt { .. }) => outlined.missing.add(fault),
                read => read?,
            }
        }
        if let Some(hot) = hot {
            outlined.outline.part(|take| {
                HotReaders::new(wanted).each_span(trace, hot.heads(), take);
                Ok(())
            })?;
        }
        Ok(outlined)
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
            let outlined = self.outline_of_parts(trace.id(), parts, Some(trace))?;
            let is_all = outlined.missing.is_empty();
            missing.extend(outlined.missing);
            (outlined.outline.summary(trace.id()), is_all)
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
        if let Completeness::Truncated { limit } = otherwise {
            named.push(format!("what is beyond {limit}"));
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
