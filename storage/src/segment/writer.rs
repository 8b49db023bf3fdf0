//! A segment in the making: traces in, records out.

use std::sync::Arc;

use hashbrown::HashSet;
use proto::{Span, TraceId};

use super::block::BlockWriter;
use super::commit::{Commit, Splits};
use super::names::Names;
use super::posting::Postings;
use super::seen::Seen;
use super::symbol::{Census, SymbolNumbers};
use super::term::Terms;
use super::{Part, Place, Placed, SegmentId, key, key_with, span, summary, value};
use crate::contract::summary::TraceSummary;
use crate::log::RecordNumber;

/// How often the texts of a resource or a scope count at least: each block that
/// refers to it has a copy.
const SHARED_TIMES: u32 = 2;

/// A trace to be sealed.
#[derive(Debug)]
pub(crate) struct SealedTrace {
    pub(crate) id: TraceId,
    /// Its spans that go into this segment: at least one, each identity once.
    pub(crate) spans: Vec<Span>,
    /// The trace as a whole, where it has parts elsewhere, too.
    pub(crate) whole: Option<TraceSummary>,
}

/// A segment that can be committed.
#[derive(Debug)]
pub(crate) struct Built {
    /// Its records, by key.
    pub(crate) records: Vec<(Vec<u8>, Vec<u8>)>,
    /// Where its traces are, by ordinal.
    pub(crate) places: Vec<Placed>,
    pub(crate) commit: Commit,
    pub(crate) splits: Splits,
}

/// Builds segment `id` of `traces`, which hold all that came of them up to the log
/// record `through`.
pub(crate) fn build(
    id: SegmentId,
    traces: &[SealedTrace],
    through: RecordNumber,
    sealed_unix_nano: u64,
) -> Built {
    let symbols = take_census(traces);
    let mut summaries = Vec::with_capacity(traces.len());
    for trace in traces {
        summaries.extend(TraceSummary::of(&trace.spans).map(|summary| (summary, trace)));
    }
    summaries.sort_by_key(|(summary, _)| (summary.start_unix_nano, summary.trace_id));
    let mut content = Content::new(id, through, sealed_unix_nano);
    for (ordinal, (summary, trace)) in (0u32..).zip(&summaries) {
        content.push(&symbols, ordinal, summary, trace);
    }
    let summaries: Vec<TraceSummary> = summaries.into_iter().map(|(summary, _)| summary).collect();
    content.finish(&symbols, &summaries)
}

fn take_census<'a>(traces: &'a [SealedTrace]) -> SymbolNumbers<'a> {
    let mut census = Census::default();
    let mut resources = HashSet::new();
    let mut scopes = HashSet::new();
    for span in traces.iter().flat_map(|trace| trace.spans.iter()) {
        span::count(&mut census, span);
        if resources.insert(Arc::as_ptr(&span.resource)) {
            value::count(&mut census, &span.resource.attributes, SHARED_TIMES);
            census.add(&span.resource.schema_url, SHARED_TIMES);
        }
        if scopes.insert(Arc::as_ptr(&span.scope)) {
            value::count(&mut census, &span.scope.attributes, SHARED_TIMES);
            for text in [&span.scope.name, &span.scope.version, &span.scope.schema_url] {
                census.add(text, SHARED_TIMES);
            }
        }
    }
    census.into_symbols()
}

/// Everything but the symbols and summaries.
struct Content<'a> {
    id: SegmentId,
    block: BlockWriter,
    blocks: Vec<Vec<u8>>,
    places: Vec<Placed>,
    postings: Postings,
    terms: Terms,
    seen_in_trace: Seen,
    names: Names<'a>,
    commit: Commit,
    splits: Splits,
}

impl<'a> Content<'a> {
    fn new(id: SegmentId, through: RecordNumber, sealed_unix_nano: u64) -> Self {
        Self {
            id,
            block: BlockWriter::default(),
            blocks: Vec::new(),
            places: Vec::new(),
            postings: Postings::default(),
            terms: Terms::default(),
            seen_in_trace: Seen::default(),
            names: Names::default(),
            commit: Commit::new(through, sealed_unix_nano),
            splits: Splits::new(),
        }
    }

    fn push(
        &mut self,
        symbols: &SymbolNumbers,
        ordinal: u32,
        summary: &TraceSummary,
        trace: &'a SealedTrace,
    ) {
        self.commit.traces = self.commit.traces.saturating_add(1);
        self.seen_in_trace.clear();
        for span in &trace.spans {
            self.commit.add(span);
            self.names.add(span);
            let postings = &mut self.postings;
            self.terms.of_span(span, &mut self.seen_in_trace, |term| postings.add(term, ordinal));
        }
        self.splits.reach.widen(trace.whole.as_ref().unwrap_or(summary));
        if trace.whole.is_some() {
            self.splits.ordinals.insert(ordinal);
        }
        let mut spans: Vec<&Span> = trace.spans.iter().collect();
        spans.sort_by_key(|span| (span.start_time_unix_nano, span.span_id, span.kind));
        let block = u32::try_from(self.blocks.len()).unwrap_or(u32::MAX);
        let position = self.block.push(symbols, trace.id, &spans);
        self.places.push((trace.id, Place { ordinal, block, position }));
        if self.block.is_full() {
            self.close_block();
        }
    }

    fn close_block(&mut self) {
        self.blocks.push(std::mem::take(&mut self.block).into_bytes());
    }

    fn finish(mut self, symbols: &SymbolNumbers, summaries: &[TraceSummary]) -> Built {
        if !self.block.is_empty() {
            self.close_block();
        }
        let id = self.id;
        let mut records = vec![(key(id, Part::Symbols), symbols.encode())];
        for (number, block) in (0u32..).zip(self.blocks) {
            records.push((key_with(id, Part::Block, &number.to_be_bytes()), block));
        }
        records.push((key(id, Part::Summaries), summary::encode(summaries)));
        for (term, chunk) in self.postings.into_chunks() {
            records.push((key_with(id, Part::Postings, &term.to_be_bytes()), chunk));
        }
        records.push((key(id, Part::Names), self.names.encode()));
        for (end, values) in self.names.encode_values() {
            records.push((key_with(id, Part::Values, &end), values));
        }
        Built { records, places: self.places, commit: self.commit, splits: self.splits }
    }
}
