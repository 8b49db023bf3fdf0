//! Postings: for each term, the ordinals of the traces that have it.
//!
//! Sorted by term and cut into chunks; a chunk's key ends with its first term, so
//! that the last chunk at or before a term is the one that may hold it.
//!
//! ```text
//! chunk:    count, varint · each posting
//! posting:  term, varint, less the one before (0 before the first)
//!           count of ordinals, varint
//!           up to 16 ordinals: each varint, less the one before
//!           more:              bytes of a roaring bitmap (its portable format)
//! ```

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use hashbrown::HashMap;
use roaring::RoaringBitmap;

use super::term::Term;
use proto::codec::{Malformed, Reader, Writer};

/// A chunk is closed once it has this many bytes before compression: what one look
/// at a term reads.
const CHUNK_BYTES_TARGET: usize = 16 << 10;
/// Longer postings are bitmaps. Those of values that hardly repeat are shorter and
/// take a few bytes each.
const LIST_MAX: usize = 16;

/// The postings of a segment in the making.
#[derive(Debug, Default)]
pub(super) struct Postings {
    ordinals: HashMap<Term, Vec<u32>>,
}

impl Postings {
    /// Notes that the trace `ordinal` has `term`. Ordinals never fall.
    pub(super) fn add(&mut self, term: Term, ordinal: u32) {
        let ordinals = self.ordinals.entry(term).or_default();
        if ordinals.last() != Some(&ordinal) {
            ordinals.push(ordinal);
        }
    }

    /// The chunks, each with its first term.
    pub(super) fn into_chunks(self) -> Vec<(Term, Vec<u8>)> {
        let mut postings: Vec<_> = self.ordinals.into_iter().collect();
        postings.sort_unstable_by_key(|(term, _)| *term);
        let mut chunks = Vec::new();
        let mut rest = postings.as_slice();
        while let Some((first, _)) = rest.first() {
            let mut body = Writer::new();
            let mut count = 0usize;
            let mut before = 0;
            for (term, ordinals) in rest {
                if body.len() >= CHUNK_BYTES_TARGET {
                    break;
                }
                body.varint(u64::from(term.saturating_sub(before)));
                write_ordinals(&mut body, ordinals);
                before = *term;
                count = count.saturating_add(1);
            }
            let mut chunk = Writer::new();
            chunk.size(count);
            chunk.raw(&body.into_bytes());
            chunks.push((*first, chunk.into_bytes()));
            rest = rest.get(count..).unwrap_or_default();
        }
        chunks
    }
}

fn write_ordinals(writer: &mut Writer, ordinals: &[u32]) {
    writer.size(ordinals.len());
    if ordinals.len() <= LIST_MAX {
        let mut before = 0;
        for ordinal in ordinals {
            writer.varint(u64::from(ordinal.saturating_sub(before)));
            before = *ordinal;
        }
        return;
    }
    let mut bitmap: RoaringBitmap = ordinals.iter().copied().collect();
    bitmap.optimize();
    writer.bytes(&encode_bitmap(&bitmap));
}

/// The posting of `term` in `chunk`, if it is there.
pub(super) fn find(chunk: &[u8], term: Term) -> Result<Option<RoaringBitmap>, Malformed> {
    let mut reader = Reader::new(chunk);
    let mut found = 0u32;
    for _ in 0..reader.count()? {
        found = found.checked_add(reader.varint32()?).ok_or(Malformed("term"))?;
        if found > term {
            return Ok(None);
        }
        let count = reader.size()?;
        if count > LIST_MAX {
            let bytes = reader.bytes()?;
            if found == term {
                return decode_bitmap(bytes).map(Some);
            }
            continue;
        }
        let mut ordinals = RoaringBitmap::new();
        let mut ordinal = 0u32;
        for _ in 0..count {
            ordinal = ordinal.checked_add(reader.varint32()?).ok_or(Malformed("ordinal"))?;
            ordinals.insert(ordinal);
        }
        if found == term {
            return Ok(Some(ordinals));
        }
    }
    Ok(None)
}

/// The bitmap in roaring's portable format.
pub(super) fn encode_bitmap(bitmap: &RoaringBitmap) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(bitmap.serialized_size());
    // Writing to memory does not fail; a bitmap cut short would not be read back.
    let written = bitmap.serialize_into(&mut bytes);
    debug_assert!(written.is_ok());
    bytes
}

/// Reads what [`encode_bitmap`] wrote.
pub(super) fn decode_bitmap(bytes: &[u8]) -> Result<RoaringBitmap, Malformed> {
    RoaringBitmap::deserialize_from(bytes).map_err(|_| Malformed("bitmap"))
}

#[cfg(test)]
mod tests {
    use proptest::collection::{btree_map, btree_set};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn postings_go_there_and_back(
            expected in btree_map(any::<Term>(), btree_set(0u32..5_000, 1..60), 0..2_000),
        ) {
            let mut postings = Postings::default();
            for (term, ordinals) in &expected {
                ordinals.iter().for_each(|ordinal| postings.add(*term, *ordinal));
            }
            let chunks = postings.into_chunks();
            for (term, ordinals) in &expected {
                let chunk = chunks.iter().rev().find(|(first, _)| first <= term).unwrap();
                let found = find(&chunk.1, *term).unwrap().unwrap();
                prop_assert!(found.iter().eq(ordinals.iter().copied()));
            }
        }
    }
}
