//! Segments: traces that were sealed together, written once and never changed.
//!
//! A segment is a run of records in the family `segment`, under keys that begin
//! with its number, taken into the database as one file:
//!
//! ```text
//!  key = segment number, u32 big-endian · part, u8 · rest
//!
//!  part 1            symbols      texts that occur more than once
//!  part 2 · block    block        traces, several to a block
//!  part 3            summaries    one line for each trace
//!  part 4 · hash     postings     which traces have a term
//!  part 5            names        services, span names, attribute keys
//!  part 6 · scope    values       values of one attribute
//!         · key
//! ```
//!
//! A trace's *ordinal* is its place in the segment, by (start, trace id), from 0.
//! What makes a segment exist are its records in the family `commit`
//! ([`commit`]), written in one step with the trace index, after the file.

mod block;
pub(crate) mod commit;
mod names;
mod posting;
mod reader;
mod seen;
mod span;
mod summary;
mod symbol;
pub(crate) mod term;
#[cfg(test)]
mod tests;
mod value;
mod writer;

use std::fmt;
use std::sync::Arc;

use proto::TraceId;

use commit::{Commit, Splits};

pub(crate) use names::VALUES_PER_KEY_MAX;
pub(crate) use reader::SegmentReader;
pub(crate) use summary::{Summaries, encode as encode_summaries};
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

/// Where a trace's part lies within a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// Which of the segment's traces it is.
    pub(crate) ordinal: u32,
    /// The block that holds it.
    pub(crate) block: u32,
    /// Which of the block's traces it is.
    pub(crate) position: u32,
}

/// A trace and where its part lies.
pub(crate) type Placed = (TraceId, Place);

/// The parts of a segment's keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Symbols = 1,
    Block = 2,
    Summaries = 3,
    Postings = 4,
    Names = 5,
    Values = 6,
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
