//! Segments: traces that were sealed together, written once and never changed.
//!
//! A segment is a run of records in the family `segment`, under keys that begin
//! with its number, taken into the database as one file:
//!
//! ```text
//!  key = segment number, u32 big-endian · part, u8 · rest
//!
//!  part 1            table        texts and attributes that occur more than once
//!  part 2 · first    block        traces, several to a block
//!  part 3            trace index  hash of a trace id → ordinal
//!  part 4 · first    trace ids    by ordinal
//!  part 5            reaches      how far the traces of each chunk reach
//!  part 6 · first    summaries    one line for each trace, by ordinal
//!  part 7 · term     singles      which trace has a term, where only one does
//!  part 8 · term     terms        which list tells the traces that have a term
//!  part 9 · first    lists        ordinals of traces
//!  part 10           names        services, span names, attribute keys
//!  part 11 · scope   values       values of one attribute
//!          · key
//! ```
//!
//! A trace's *ordinal* is its place in the segment, by (start, trace id), from 0.
//! What makes a segment exist are its records in the family `commit`
//! ([`commit`]), written in one step, after the file.

mod audit;
mod bits;
mod block;
mod census;
pub(crate) mod commit;
mod hash_index;
mod in_order;
mod interner;
mod literal;
mod names;
mod part;
mod posting;
mod reach;
mod reader;
mod shared;
mod summary;
mod table;
pub(crate) mod term;
#[cfg(test)]
mod tests;
mod writer;

use std::fmt;
use std::sync::Arc;

use proto::TraceId;
use xxhash_rust::xxh3::xxh3_64;

use commit::{Commit, Splits};

pub(crate) use audit::audit;
pub(crate) use hash_index::HashIndex;
pub(crate) use in_order::{ReadSpans, TracesInOrder};
pub(crate) use names::VALUES_PER_KEY_MAX;
pub(crate) use reach::Reach;
pub(crate) use reader::{SegmentReader, first_of_chunk};
pub(crate) use summary::{CHUNK_TRACES, ServiceNeed, Summaries, decode_one, encode_one};
pub(crate) use writer::{Built, SealedTrace, build};

/// A segment's number. Later segments have larger ones, and none is used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct SegmentId(pub(crate) u32);

impl SegmentId {
    /// The number after this one.
    pub(crate) fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for SegmentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "segment {}", self.0)
    }
}

/// A segment that exists: what of it is always in memory.
#[derive(Debug)]
pub(crate) struct Segment {
    pub(crate) id: SegmentId,
    pub(crate) commit: Arc<Commit>,
    pub(crate) splits: Splits,
}

/// The parts of a segment's keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Table = 1,
    Block = 2,
    TraceIndex = 3,
    TraceIds = 4,
    Reaches = 5,
    Summaries = 6,
    Singles = 7,
    Terms = 8,
    Lists = 9,
    Names = 10,
    Values = 11,
}

/// What the trace index knows a trace by: the low half of XXH3-64 of its id. Ids need
/// not be random.
pub(crate) fn hash_of(trace: TraceId) -> u32 {
    xxh3_64(trace.as_bytes()) as u32
}

/// The key of a record that is the only one of its part.
fn key(id: SegmentId, part: Part) -> Vec<u8> {
    key_with(id, part, &[])
}

fn key_with(id: SegmentId, part: Part, rest: &[u8]) -> Vec<u8> {
    let mut key = id.0.to_be_bytes().to_vec();
    key.push(part as u8);
    key.extend_from_slice(rest);
    key
}

/// The first key that a segment, or one after it, can have.
pub(crate) fn first_key(id: SegmentId) -> [u8; 4] {
    id.0.to_be_bytes()
}

/// The segment that a key belongs to.
pub(crate) fn id_of_key(key: &[u8]) -> Option<SegmentId> {
    key.first_chunk().map(|bytes| SegmentId(u32::from_be_bytes(*bytes)))
}
