//! A segment in the making: traces in, records out.
//!
//! Two passes: a census gives everything its number and says what the table is worth
//! having; then blocks are written with the table's numbers.

use std::sync::Arc;

use hashbrown::HashMap;
use proto::batch::Head;
use proto::{Batch, TraceId};

use super::block::BlockWriter;
use super::census::Census;
use super::commit::{Commit, Splits};
use super::interner::{Translation, to_u32};
use super::part::{Numbers, Placed};
use super::posting::{Chunks, Encoded};
use super::reach::Reach;
use super::summary::{self, CHUNK_TRACES};
use super::table::Places;
use super::{Part, SegmentId, hash_index, hash_of, key, key_with, names};
use crate::contract::summary::TraceSummary;
use crate::contract::versions::Versions;
use crate::fault::{Fault, InRecord};
use crate::log::RecordNumber;
use crate::record::Effort;
use crate::rocks::Record;
use proto::codec::{Malformed, Writer};

/// A trace to be sealed.
#[derive(Debug)]
pub(crate) struct SealedTrace<'a> {
    pub(crate) id: TraceId,
    /// Its spans that go into this segment: at least one, each identity once.
    pub(crate) spans: Vec<(&'a Arc<Batch>, &'a Head)>,
    /// Their summary.
    pub(crate) summary: TraceSummary,
    /// The trace as a whole, where it has parts elsewhere, too.
    pub(crate) whole: Option<TraceSummary>,
}

/// A segment that can be committed.
#[derive(Debug)]
pub(crate) struct Built {
    /// Its records, by key.
    pub(crate) records: Vec<Record>,
    pub(crate) commit: Commit,
    pub(crate) splits: Splits,
    /// Which versions of services its spans are of.
    pub(crate) versions: Versions,
}

/// Builds segment `id` of `traces`, which hold all that came of them up to the log
/// record `through`.
pub(crate) fn build(
    id: SegmentId,
    mut traces: Vec<SealedTrace>,
    through: RecordNumber,
    sealed_unix_nano: u64,
) -> Result<Built, Fault> {
    traces.sort_by_key(|trace| (trace.summary.start_unix_nano, trace.id));
    let mut commit = Commit::new(through, sealed_unix_nano);
    commit.traces = to_u32(traces.len());
    let mut splits = Splits::new();
    for (ordinal, trace) in (0..).zip(&traces) {
        trace.spans.iter().for_each(|(_, head)| commit.add(head));
        splits.reach.widen(trace.whole.as_ref().unwrap_or(&trace.summary));
        if trace.whole.is_some() {
            splits.ordinals.insert(ordinal);
        }
    }
    let mut batches = Batches::default();
    let traces: Vec<Sorted> = traces.into_iter().map(|trace| batches.sort(trace)).collect();
    let mut census = Census::default();
    let counted = batches.count(&traces, &mut census);
    counted.in_record("a batch in memory")?;
    let counts = census.take_counts();
    let versions = census.take_versions();
    let Census { interner, postings, names, .. } = census;
    let places = Places::of(&interner, counts);
    let numbers = Numbers { interner: &interner, places: &places };
    let mut records = Records { id, records: Vec::new() };
    let blocks = batches.blocks(numbers, &traces)?;
    let firsts = blocks.iter().map(|(first, _)| *first);
    records.put(Part::Table, &[], places.encode(&interner, firsts), Effort::More);
    for (first, block) in blocks {
        records.put(Part::Block, &first.to_be_bytes(), block, Effort::None);
    }
    let summaries: Vec<TraceSummary> = traces.into_iter().map(|trace| trace.summary).collect();
    records.put_summaries(&summaries);
    let Encoded { singles, terms, lists } = postings.encode();
    records.put_chunks(Part::Singles, singles, Effort::None);
    records.put_chunks(Part::Terms, terms, Effort::None);
    records.put_chunks(Part::Lists, lists, Effort::More);
    records.put(Part::Names, &[], names::encode_names(&names, &interner), Effort::More);
    for (end, values) in names::encode_values(&names, &interner) {
        records.put(Part::Values, &end, values, Effort::More);
    }
    Ok(Built { records: records.records, commit, splits, versions })
}

/// A trace with its spans sorted, each with the number of its batch.
struct Sorted<'a> {
    summary: TraceSummary,
    spans: Vec<(u32, &'a Head)>,
}

/// The batches that spans came in.
#[derive(Default)]
struct Batches<'a> {
    batches: Vec<(&'a Batch, Translation)>,
    numbers: HashMap<*const Batch, u32>,
}

impl<'a> Batches<'a> {
    fn sort(&mut self, trace: SealedTrace<'a>) -> Sorted<'a> {
        let mut spans = Vec::with_capacity(trace.spans.len());
        // Most spans came with the one before.
        let mut last: Option<(&Arc<Batch>, u32)> = None;
        for (batch, head) in trace.spans {
            let number = match last {
                Some((known, number)) if Arc::ptr_eq(known, batch) => number,
                _ => self.number(batch),
            };
            last = Some((batch, number));
            spans.push((number, head));
        }
        spans.sort_by_key(|(_, head)| (head.start_time_unix_nano, head.span_id, head.kind));
        Sorted { summary: trace.summary, spans }
    }

    fn number(&mut self, batch: &'a Arc<Batch>) -> u32 {
        *self.numbers.entry(Arc::as_ptr(batch)).or_insert_with(|| {
            self.batches.push((batch, Translation::of(batch)));
            to_u32(self.batches.len() - 1)
        })
    }

    fn count(&mut self, traces: &[Sorted], census: &mut Census) -> Result<(), Malformed> {
        for (ordinal, trace) in (0..).zip(traces) {
            for (number, head) in &trace.spans {
                if let Some((batch, known)) = self.batches.get_mut(*number as usize) {
                    census.add(ordinal, batch, known, head)?;
                }
            }
        }
        Ok(())
    }

    /// The blocks, each with the ordinal of its first trace.
    fn blocks(&self, numbers: Numbers, traces: &[Sorted]) -> Result<Chunks, Fault> {
        let mut blocks = Vec::new();
        let mut writer = BlockWriter::new(numbers)?;
        let mut first = 0;
        let mut spans = Vec::new();
        for (ordinal, trace) in (0u32..).zip(traces) {
            spans.clear();
            spans.extend(trace.spans.iter().filter_map(|(number, head)| {
                let (batch, known) = self.batches.get(*number as usize)?;
                Some(Placed { head, batch, known })
            }));
            writer.push(&spans).in_record("a batch in memory")?;
            if writer.is_full() {
                blocks.push((first, writer.close()));
                first = ordinal.saturating_add(1);
            }
        }
        if !writer.is_empty() {
            blocks.push((first, writer.close()));
        }
        Ok(blocks)
    }
}

/// A segment's records, by key: parts come in the order of their numbers.
struct Records {
    id: SegmentId,
    records: Vec<Record>,
}

impl Records {
    fn put(&mut self, part: Part, rest: &[u8], payload: Vec<u8>, effort: Effort) {
        let key = if rest.is_empty() { key(self.id, part) } else { key_with(self.id, part, rest) };
        self.records.push(Record { key, payload, effort });
    }

    fn put_chunks(&mut self, part: Part, chunks: Chunks, effort: Effort) {
        for (first, chunk) in chunks {
            self.put(part, &first.to_be_bytes(), chunk, effort);
        }
    }

    /// Trace ids, their index, summaries, and how far those reach.
    fn put_summaries(&mut self, summaries: &[TraceSummary]) {
        let hash = |summary: &TraceSummary| hash_of(summary.trace_id);
        let mut entries: Vec<(u32, u32)> = summaries.iter().map(hash).zip(0..).collect();
        entries.sort_unstable();
        let mut index = Writer::new();
        hash_index::write(&mut index, &entries);
        self.put(Part::TraceIndex, &[], index.into_bytes(), Effort::None);
        let chunks =
            || (0u32..).step_by(CHUNK_TRACES as usize).zip(summaries.chunks(CHUNK_TRACES as usize));
        for (first, chunk) in chunks() {
            let ids = summary::encode_ids(chunk);
            self.put(Part::TraceIds, &first.to_be_bytes(), ids, Effort::None);
        }
        let mut reaches = Writer::new();
        for (_, chunk) in chunks() {
            let mut reach = Reach::default();
            chunk.iter().for_each(|summary| reach.widen(summary));
            reach.encode(&mut reaches);
        }
        self.put(Part::Reaches, &[], reaches.into_bytes(), Effort::Little);
        for (first, chunk) in chunks() {
            self.put(Part::Summaries, &first.to_be_bytes(), summary::encode(chunk), Effort::More);
        }
    }
}
