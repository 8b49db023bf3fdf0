//! Pins as records, in the family `pin`.
//!
//! ```text
//! key: 0 · trace id    fact: what is known of a pin; it makes the pin exist
//!      pinned, varint, nanoseconds since the Unix epoch · parts, varint: how many there are
//!      bytes, varint: what the values of its parts take · summary
//! key: 1 · trace id · number, u32 big-endian    part: spans, of which no earlier part has any
//!      batch, as the log has them
//! ```
//!
//! Facts lie before all parts, so that opening a store reads none of these. A part is
//! written once: what comes later becomes a further one, so that it costs what it takes.

use proto::codec::{Malformed, Reader, Writer};
use proto::{Batch, Span, TraceId};

use crate::contract::pins::Pin;
use crate::segment::{decode_one, encode_one};

const FACT: u8 = 0;
const PART: u8 = 1;

/// A pin, and of how many parts it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fact {
    pub(crate) pin: Pin,
    pub(crate) parts: u32,
}

/// Where facts begin and end.
pub(crate) const FACTS: ([u8; 1], [u8; 1]) = ([FACT], [PART]);

pub(crate) fn fact_key(id: TraceId) -> Vec<u8> {
    [&[FACT], &id.as_bytes()[..]].concat()
}

pub(crate) fn part_key(id: TraceId, number: u32) -> Vec<u8> {
    [&[PART], &id.as_bytes()[..], &number.to_be_bytes()].concat()
}

impl Fact {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = Writer::new();
        out.varint(self.pin.pinned_unix_nano);
        out.varint(self.parts.into());
        out.varint(self.pin.bytes);
        out.raw(&encode_one(self.pin.summary.clone()));
        out.into_bytes()
    }

    /// Reads what [`Self::encode`] wrote, found under `key`.
    pub(crate) fn decode(key: &[u8], payload: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(payload);
        let pinned_unix_nano = reader.varint()?;
        let parts = reader.varint32()?;
        let bytes = reader.varint()?;
        let summary = decode_one(reader.rest())?;
        if key != fact_key(summary.trace_id) {
            return Err(Malformed("the trace of its key"));
        }
        Ok(Self { pin: Pin { pinned_unix_nano, bytes, summary }, parts })
    }
}

/// A part that holds `spans`, which are of one trace and sorted.
pub(crate) fn encode_part(spans: &[Span]) -> Vec<u8> {
    let mut out = Writer::new();
    Batch::of(spans).encode(&mut out);
    out.into_bytes()
}

/// The spans of a part of the trace `id`.
pub(crate) fn decode_part(id: TraceId, payload: &[u8]) -> Result<Batch, Malformed> {
    let mut reader = Reader::new(payload);
    let batch = Batch::decode(&mut reader)?;
    reader.end()?;
    match batch.traces() {
        [trace] if trace.id == id => Ok(batch),
        _ => Err(Malformed("spans of one trace")),
    }
}

#[cfg(test)]
mod tests {
    use proto::testing::trace;

    use super::*;
    use crate::contract::summary::TraceSummary;

    #[test]
    fn facts_and_parts_go_there_and_back() {
        let spans = trace("frontend GET / 0..10 kind=server\n  cart add 1..5 !late");
        let id = spans[0].trace_id;
        let summary = TraceSummary::of(&spans).unwrap();
        let fact = Fact { pin: Pin { pinned_unix_nano: 7, bytes: 300, summary }, parts: 2 };
        assert_eq!(Fact::decode(&fact_key(id), &fact.encode()), Ok(fact.clone()));
        assert!(Fact::decode(&fact_key(TraceId::new([9; 16])), &fact.encode()).is_err());
        let part = encode_part(&spans);
        assert_eq!(decode_part(id, &part).unwrap().spans(), spans);
        assert!(decode_part(TraceId::new([9; 16]), &part).is_err());
        assert!(decode_part(id, &part[..part.len() - 1]).is_err());
        assert!(fact_key(TraceId::new([0xff; 16])) < part_key(TraceId::new([0; 16]), 0));
    }
}
