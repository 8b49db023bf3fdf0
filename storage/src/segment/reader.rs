//! What a sealed segment answers.

use std::sync::Arc;

use proto::{Span, TraceId};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use roaring::RoaringBitmap;

use super::names;
use super::symbol::Symbols;
use super::term::{Term, scope_number};
use super::{Part, Place, SegmentId, Summaries, block, key, key_with, posting};
use crate::contract::search::AttributeScope;
use crate::evaluate::CatalogCollector;
use crate::fault::{Fault, InRecord};
use crate::rocks::{Family, Rocks};

/// Memory for symbol tables, unpacked. One is read for any trace of its segment.
const SYMBOLS_CACHE_BYTES: u64 = 32 << 20;
/// Memory for summaries, unpacked. A segment's are read for any search in it.
const SUMMARIES_CACHE_BYTES: u64 = 64 << 20;
/// Segments that the caches are laid out for.
const CACHED_SEGMENTS: usize = 1_000;

/// Reads segments, and keeps what is read often.
pub(crate) struct SegmentReader {
    rocks: Arc<Rocks>,
    symbols: Cache<SegmentId, Arc<Symbols>, Bytes>,
    summaries: Cache<SegmentId, Arc<Summaries>, Bytes>,
}

impl SegmentReader {
    pub(crate) fn new(rocks: Arc<Rocks>) -> Self {
        Self {
            rocks,
            symbols: Cache::with_weighter(CACHED_SEGMENTS, SYMBOLS_CACHE_BYTES, Bytes),
            summaries: Cache::with_weighter(CACHED_SEGMENTS, SUMMARIES_CACHE_BYTES, Bytes),
        }
    }

    /// The part of trace `trace` that lies at `place`: its spans, sorted.
    pub(crate) fn trace(
        &self,
        id: SegmentId,
        place: Place,
        trace: TraceId,
    ) -> Result<Vec<Span>, Fault> {
        let symbols = self.symbols(id)?;
        let record = self.get(id, Part::Block, &place.block.to_be_bytes())?;
        block::read_trace(&record, place.position, &symbols, trace)
            .in_record(format_args!("{id}, block {}, trace {trace}", place.block))
    }

    /// One line for each trace.
    pub(crate) fn summaries(&self, id: SegmentId) -> Result<Arc<Summaries>, Fault> {
        self.summaries.get_or_insert_with(&id, || {
            let record = self.get(id, Part::Summaries, &[])?;
            let summaries =
                Summaries::decode(&record).in_record(format_args!("{id}, summaries"))?;
            Ok(Arc::new(summaries))
        })
    }

    /// The traces that may have `term`; all that have it are among them.
    pub(crate) fn posting(&self, id: SegmentId, term: Term) -> Result<RoaringBitmap, Fault> {
        let first = key_with(id, Part::Postings, &0u32.to_be_bytes());
        let last = key_with(id, Part::Postings, &term.to_be_bytes());
        let Some(found) = self.rocks.last(Family::Segment, &first, &last)? else {
            return Ok(RoaringBitmap::new());
        };
        let posting = posting::find(&found.payload?, term)
            .in_record(format_args!("{id}, postings of term {term:08x}"))?;
        Ok(posting.unwrap_or_default())
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

    /// Forgets what is kept of a segment that is going.
    pub(crate) fn forget(&self, id: SegmentId) {
        self.symbols.remove(&id);
        self.summaries.remove(&id);
    }

    fn symbols(&self, id: SegmentId) -> Result<Arc<Symbols>, Fault> {
        self.symbols.get_or_insert_with(&id, || {
            let record = self.get(id, Part::Symbols, &[])?;
            let symbols = Symbols::decode(&record).in_record(format_args!("{id}, symbols"))?;
            Ok(Arc::new(symbols))
        })
    }

    /// A record that the segment has if nothing is wrong with it.
    fn get(&self, id: SegmentId, part: Part, rest: &[u8]) -> Result<Vec<u8>, Fault> {
        let key = if rest.is_empty() { key(id, part) } else { key_with(id, part, rest) };
        let missing = || Fault::corrupt(format_args!("{id}, {part:?} {rest:02x?}"), "missing");
        self.rocks.get(Family::Segment, &key)?.ok_or_else(missing)
    }
}

/// Weighs what is kept by the memory it takes.
#[derive(Debug, Clone)]
struct Bytes;

impl Weighter<SegmentId, Arc<Symbols>> for Bytes {
    fn weight(&self, _: &SegmentId, symbols: &Arc<Symbols>) -> u64 {
        symbols.memory_bytes() as u64
    }
}

impl Weighter<SegmentId, Arc<Summaries>> for Bytes {
    fn weight(&self, _: &SegmentId, summaries: &Arc<Summaries>) -> u64 {
        summaries.memory_bytes() as u64
    }
}
