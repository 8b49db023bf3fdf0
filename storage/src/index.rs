//! The trace index: which segments hold parts of a trace.
//!
//! One record for each part, in the family `trace`:
//!
//! ```text
//! key:    trace id, 16 bytes · segment number, u32 big-endian
//! value:  ordinal · block · position in the block        varints
//! ```
//!
//! Entries are written in one step with the commit of their segment. An entry
//! whose segment a reader does not see counts for nothing.

use proto::TraceId;

use crate::fault::{Fault, InRecord};
use crate::record::Effort;
use crate::rocks::{Changes, Family, Rocks};
use crate::segment::{Place, SegmentId};
use proto::codec::{Malformed, Reader, Writer};

/// Where a part of a trace is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TracePart {
    pub(crate) segment: SegmentId,
    pub(crate) place: Place,
}

/// The parts of a trace, those that were sealed first coming first.
pub(crate) fn parts(rocks: &Rocks, trace: TraceId) -> Result<Vec<TracePart>, Fault> {
    let from = key(trace, SegmentId(0));
    let mut to = trace.as_bytes().to_vec();
    to.extend([0xff; 5]);
    let mut parts = Vec::new();
    for found in rocks.scan(Family::Trace, &from, &to)? {
        let found = found?;
        let part = decode(&found.key, &found.payload?);
        parts.push(part.in_record(format_args!("index of trace {trace}"))?);
    }
    Ok(parts)
}

/// Adds to `changes` that `segment` holds a part of `trace`.
pub(crate) fn insert(changes: &mut Changes, trace: TraceId, segment: SegmentId, place: Place) {
    let mut value = Writer::new();
    value.varint(place.ordinal.into());
    value.varint(place.block.into());
    value.varint(place.position.into());
    changes.put(Family::Trace, key(trace, segment), &value.into_bytes(), Effort::Little);
}

/// Adds to `changes` that `segment` holds nothing of `trace` any more.
pub(crate) fn remove(changes: &mut Changes, trace: TraceId, segment: SegmentId) {
    changes.delete(Family::Trace, key(trace, segment));
}

fn key(trace: TraceId, segment: SegmentId) -> Vec<u8> {
    [&trace.as_bytes()[..], &segment.0.to_be_bytes()].concat()
}

fn decode(key: &[u8], value: &[u8]) -> Result<TracePart, Malformed> {
    let number = key.last_chunk().ok_or(Malformed("segment number"))?;
    let mut reader = Reader::new(value);
    let place = Place {
        ordinal: reader.varint32()?,
        block: reader.varint32()?,
        position: reader.varint32()?,
    };
    reader.end()?;
    Ok(TracePart { segment: SegmentId(u32::from_be_bytes(*number)), place })
}
