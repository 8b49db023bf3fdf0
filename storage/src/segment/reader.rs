//! What a sealed segment answers.

use std::sync::Arc;

use proto::{Span, TraceId};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use roaring::RoaringBitmap;

use super::block::Block;
use super::hash_index::HashIndex;
use super::part::WantedHere;
use super::reach::Reach;
use super::summary::{self, CHUNK_TRACES};
use super::table::Table;
use super::term::{Term, scope_number};
use super::{Part, SegmentId, Summaries, hash_of, key, key_with, names, posting};
use crate::contract::search::AttributeScope;
use crate::evaluate::CatalogCollector;
use crate::fault::{Fault, InRecord};
use crate::rocks::{Family, Found, Rocks};
use crate::store::Caches;
use proto::batch::body::Wanted;
use proto::codec::Reader;

/// Tables that their cache is laid out for: so few that it is not cut into parts by key,
/// of which each would have room for one or two of the largest.
const CACHED_TABLES: usize = 32;
/// Segments that the caches are laid out for.
const CACHED_SEGMENTS: usize = 1_000;

/// Reads segments, and keeps what is read often.
pub(crate) struct SegmentReader {
    rocks: Arc<Rocks>,
    tables: Cache<SegmentId, Arc<Table>, Bytes>,
    blocks: Cache<(SegmentId, u32), Arc<Block>, Bytes>,
    summaries: Cache<(SegmentId, u32), Arc<Summaries>, Bytes>,
    indexes: Cache<SegmentId, Arc<HashIndex>, Bytes>,
}

impl SegmentReader {
    pub(crate) fn new(rocks: Arc<Rocks>, caches: &Caches) -> Self {
        Self {
            rocks,
            tables: Cache::with_weighter(CACHED_TABLES, caches.tables_bytes, Bytes),
            blocks: Cache::with_weighter(CACHED_SEGMENTS, caches.blocks_bytes, Bytes),
            summaries: Cache::with_weighter(CACHED_SEGMENTS, caches.summaries_bytes, Bytes),
            indexes: Cache::with_weighter(CACHED_SEGMENTS, caches.indexes_bytes, Bytes),
        }
    }

    pub(super) fn rocks(&self) -> &Rocks {
        &self.rocks
    }

    /// Which of the segment's traces `trace` is, if any.
    pub(crate) fn find(&self, id: SegmentId, trace: TraceId) -> Result<Option<u32>, Fault> {
        for ordinal in self.index(id)?.find(hash_of(trace)) {
            if self.trace_id(id, ordinal)? == trace {
                return Ok(Some(ordinal));
            }
        }
        Ok(None)
    }

    /// Fails where nobody can say which traces the segment has.
    pub(crate) fn check_index(&self, id: SegmentId) -> Result<(), Fault> {
        self.index(id).map(drop)
    }

    /// Which traces the segment may have.
    pub(crate) fn index(&self, id: SegmentId) -> Result<Arc<HashIndex>, Fault> {
        self.indexes.get_or_insert_with(&id, || {
            let record = self.get(id, Part::TraceIndex, &[])?;
            let index = HashIndex::decode(record).in_record(format_args!("{id}, trace index"))?;
            Ok(Arc::new(index))
        })
    }

    /// The id of the trace `ordinal`.
    pub(crate) fn trace_id(&self, id: SegmentId, ordinal: u32) -> Result<TraceId, Fault> {
        let ids = self.get(id, Part::TraceIds, &first_of_chunk(ordinal).to_be_bytes())?;
        id_in(id, &ids, ordinal)
    }

    /// The spans of the trace `ordinal`, whose id is `trace`, sorted.
    #[cfg(test)]
    pub(super) fn trace(
        &self,
        id: SegmentId,
        ordinal: u32,
        trace: TraceId,
    ) -> Result<Vec<Span>, Fault> {
        let mut spans = Vec::new();
        self.each_span(id, ordinal, trace, Wanted::ALL, &mut |span| spans.push(span))?;
        Ok(spans)
    }

    /// Calls `take` with what is `wanted` of each span of the trace `ordinal`, whose id is
    /// `trace`, in order.
    ///
    /// # Errors
    /// What was taken by then is not to be used.
    pub(crate) fn each_span(
        &self,
        id: SegmentId,
        ordinal: u32,
        trace: TraceId,
        wanted: Wanted<'_>,
        take: &mut dyn FnMut(Span),
    ) -> Result<(), Fault> {
        let table = self.table(id)?;
        let (first, block) = self.block(id, ordinal, trace, &table)?;
        let wanted = WantedHere::of(wanted, &table);
        block
            .trace((ordinal - first) as usize, &table, trace, &wanted, None, take)
            .in_record(format_args!("{id}, block {first}, trace {trace}"))
    }

    /// How many spans the trace `ordinal` has, whose id is `trace`.
    pub(crate) fn span_count(
        &self,
        id: SegmentId,
        ordinal: u32,
        trace: TraceId,
    ) -> Result<usize, Fault> {
        let table = self.table(id)?;
        let (first, block) = self.block(id, ordinal, trace, &table)?;
        Ok(block.span_count((ordinal - first) as usize))
    }

    /// The block with the trace `ordinal`, whose id is `trace`, and the block's first.
    pub(super) fn block(
        &self,
        id: SegmentId,
        ordinal: u32,
        trace: TraceId,
        table: &Table,
    ) -> Result<(u32, Arc<Block>), Fault> {
        let missing = || Fault::corrupt(format_args!("{id}, block of trace {trace}"), "missing");
        let first = table.block_of(ordinal).ok_or_else(missing)?;
        let block = self.blocks.get_or_insert_with(&(id, first), || {
            let record = self.get(id, Part::Block, &first.to_be_bytes())?;
            let block = Block::read(&record, table);
            Ok::<_, Fault>(Arc::new(block.in_record(format_args!("{id}, block {first}"))?))
        })?;
        Ok((first, block))
    }

    pub(super) fn table(&self, id: SegmentId) -> Result<Arc<Table>, Fault> {
        self.tables.get_or_insert_with(&id, || {
            let record = self.get(id, Part::Table, &[])?;
            let table = Table::decode(&record).in_record(format_args!("{id}, table"))?;
            Ok(Arc::new(table))
        })
    }

    /// Calls `take` with the ordinal, the id and the spans of each trace.
    pub(crate) fn each_trace(
        &self,
        id: SegmentId,
        mut take: impl FnMut(u32, TraceId, Vec<Span>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let table = self.table(id)?;
        let wanted = WantedHere::of(Wanted::ALL, &table);
        // Unlike one trace, all of them need each list of ids many times.
        let mut ids: Option<(u32, Vec<u8>)> = None;
        for record in self.records(id, Part::Block)? {
            let (first, record) = record?;
            let block_name = || format!("{id}, block {first}");
            let block = Block::read(&record, &table).in_record(block_name())?;
            for (ordinal, position) in (first..).zip(0..block.traces()) {
                let first_id = first_of_chunk(ordinal);
                let known = match ids.take().filter(|(first, _)| *first == first_id) {
                    Some((_, known)) => known,
                    None => self.get(id, Part::TraceIds, &first_id.to_be_bytes())?,
                };
                let (_, known) = ids.insert((first_id, known));
                let trace_id = id_in(id, known, ordinal)?;
                let mut spans = Vec::new();
                block
                    .trace(position, &table, trace_id, &wanted, None, &mut |span| spans.push(span))
                    .in_record(block_name())?;
                take(ordinal, trace_id, spans)?;
            }
        }
        Ok(())
    }

    /// The records of a part that is cut, each with the number that its key ends with.
    pub(super) fn records(
        &self,
        id: SegmentId,
        part: Part,
    ) -> Result<impl Iterator<Item = Result<(u32, Vec<u8>), Fault>>, Fault> {
        let from = key_with(id, part, &[]);
        let to = key_with(id, part, &[0xff; 5]);
        let found = self.rocks.scan(Family::Segment, &from, &to)?;
        Ok(found.map(|found| {
            let Found { key, payload, .. } = found?;
            let number = key.last_chunk().map_or(0, |number| u32::from_be_bytes(*number));
            Ok((number, payload?))
        }))
    }

    /// One line for each trace of the chunk that begins with the trace `first`.
    pub(crate) fn summaries(&self, id: SegmentId, first: u32) -> Result<Arc<Summaries>, Fault> {
        self.summaries.get_or_insert_with(&(id, first), || {
            let ids = self.get(id, Part::TraceIds, &first.to_be_bytes())?;
            let record = self.get(id, Part::Summaries, &first.to_be_bytes())?;
            let summaries = Summaries::decode(&ids, &record)
                .in_record(format_args!("{id}, summaries from {first}"))?;
            Ok(Arc::new(summaries))
        })
    }

    /// How far the traces of each chunk reach that lie in this segment alone.
    pub(crate) fn reaches(&self, id: SegmentId) -> Result<Vec<Reach>, Fault> {
        let record = self.get(id, Part::Reaches, &[])?;
        let mut reader = Reader::new(&record);
        let mut reaches = Vec::new();
        while !reader.is_empty() {
            let reach = Reach::decode(&mut reader);
            reaches.push(reach.in_record(format_args!("{id}, reaches"))?);
        }
        Ok(reaches)
    }

    /// The traces that may have `term`; all that have it are among them.
    pub(crate) fn posting(&self, id: SegmentId, term: Term) -> Result<RoaringBitmap, Fault> {
        let of_term = || format!("{id}, postings of term {term:08x}");
        let mut ordinals = RoaringBitmap::new();
        if let Some((_, chunk)) = self.chunk(id, Part::Singles, term)? {
            ordinals.extend(posting::find(&chunk, term).in_record(of_term())?);
        }
        let Some((_, chunk)) = self.chunk(id, Part::Terms, term)? else {
            return Ok(ordinals);
        };
        for list in posting::find(&chunk, term).in_record(of_term())? {
            let missing = || Fault::corrupt(of_term(), "list missing");
            let (first, chunk) = self.chunk(id, Part::Lists, list)?.ok_or_else(missing)?;
            ordinals |= posting::read_list(&chunk, list - first).in_record(of_term())?;
        }
        Ok(ordinals)
    }

    /// Offers services, span names and attribute keys.
    pub(crate) fn offer_names(
        &self,
        id: SegmentId,
        catalog: &mut CatalogCollector,
    ) -> Result<(), Fault> {
        let record = self.get(id, Part::Names, &[])?;
        names::offer_names(&record, catalog).in_record(format_args!("{id}, names"))
    }

    /// Offers the values of one attribute; whether the segment lists all it has.
    pub(crate) fn offer_values(
        &self,
        id: SegmentId,
        scope: AttributeScope,
        key: &str,
        catalog: &mut CatalogCollector,
    ) -> Result<bool, Fault> {
        if key.len() > names::VALUES_KEY_BYTES_MAX {
            return Ok(false);
        }
        let end = names::values_key(scope_number(scope), key);
        match self.rocks.get(Family::Segment, &key_with(id, Part::Values, &end))? {
            Some(record) => {
                names::offer_values(&record, catalog).in_record(format_args!("{id}, values"))
            }
            None => Ok(true),
        }
    }

    /// Forgets what is kept of a segment that is going, which has so many traces.
    pub(crate) fn forget(&self, id: SegmentId, traces: u32) {
        if let Some((_, table)) = self.tables.remove(&id) {
            table.blocks().for_each(|first| drop(self.blocks.remove(&(id, first))));
        }
        self.indexes.remove(&id);
        for first in (0..traces).step_by(CHUNK_TRACES as usize) {
            self.summaries.remove(&(id, first));
        }
    }

    /// The last chunk of `part` whose key is not after `number`, with its key.
    fn chunk(
        &self,
        id: SegmentId,
        part: Part,
        number: u32,
    ) -> Result<Option<(u32, Vec<u8>)>, Fault> {
        let first = key_with(id, part, &0u32.to_be_bytes());
        let last = key_with(id, part, &number.to_be_bytes());
        let Some(found) = self.rocks.last(Family::Segment, &first, &last)? else {
            return Ok(None);
        };
        let key = found.key.last_chunk().map_or(0, |key| u32::from_be_bytes(*key));
        Ok(Some((key, found.payload?)))
    }

    /// A record that the segment has if nothing is wrong with it.
    fn get(&self, id: SegmentId, part: Part, rest: &[u8]) -> Result<Vec<u8>, Fault> {
        let key = if rest.is_empty() { key(id, part) } else { key_with(id, part, rest) };
        let missing = || Fault::corrupt(format_args!("{id}, {part:?} {rest:02x?}"), "missing");
        self.rocks.get(Family::Segment, &key)?.ok_or_else(missing)
    }
}

/// The id of the trace `ordinal`, of the list of ids that it is in.
fn id_in(segment: SegmentId, ids: &[u8], ordinal: u32) -> Result<TraceId, Fault> {
    let missing = || Fault::corrupt(format_args!("{segment}, id of trace {ordinal}"), "missing");
    summary::id_at(ids, ordinal % CHUNK_TRACES).ok_or_else(missing)
}

/// The first trace of the chunk that the trace `ordinal` is in.
pub(crate) fn first_of_chunk(ordinal: u32) -> u32 {
    ordinal - ordinal % CHUNK_TRACES
}

/// Weighs what is kept by the memory it takes.
#[derive(Debug, Clone)]
struct Bytes;

impl Weighter<SegmentId, Arc<Table>> for Bytes {
    fn weight(&self, _: &SegmentId, table: &Arc<Table>) -> u64 {
        table.memory_bytes() as u64
    }
}

impl Weighter<(SegmentId, u32), Arc<Block>> for Bytes {
    fn weight(&self, _: &(SegmentId, u32), block: &Arc<Block>) -> u64 {
        block.memory_bytes() as u64
    }
}

impl Weighter<(SegmentId, u32), Arc<Summaries>> for Bytes {
    fn weight(&self, _: &(SegmentId, u32), summaries: &Arc<Summaries>) -> u64 {
        summaries.memory_bytes() as u64
    }
}

impl Weighter<SegmentId, Arc<HashIndex>> for Bytes {
    fn weight(&self, _: &SegmentId, index: &Arc<HashIndex>) -> u64 {
        index.memory_bytes() as u64
    }
}
