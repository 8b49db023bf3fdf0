//! Postings: for each term, the ordinals of the traces that have it.
//!
//! A term that one trace has is an entry of the *singles*; most values that hardly
//! repeat are. Every other term has a *list*. Many have the same one, as all that one
//! resource says, so each list is there once, and terms lead to it by number.
//!
//! ```text
//! singles:  a hash index: term → ordinal                        hash_index.rs
//! terms:    a hash index: term → number of a list
//! lists:    count · how long each is · each list
//! list:     0 · ordinals, each a varint less the one before
//!           1 · first ordinal / 8, varint · a bit for each ordinal from there on
//! ```
//!
//! Singles, terms and lists are cut into chunks. A chunk's key ends with its first
//! term, or the number of its first list.

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::borrow::Cow;

use hashbrown::HashMap;
use roaring::RoaringBitmap;

use super::hash_index::{self, Entries};
use super::interner::to_u32;
use super::term::Term;
use proto::codec::{Malformed, Reader, Writer};

/// Entries in a chunk of singles or terms: what one look at a term reads.
const CHUNK_ENTRIES: usize = 4_096;
/// A chunk of lists is closed once it has this many bytes.
const CHUNK_BYTES_TARGET: usize = 16 << 10;

/// The number of a term in a [`Postings`].
pub(super) type Slot = u32;

/// The postings of a segment in the making.
#[derive(Debug, Default)]
pub(super) struct Postings {
    /// Of each slot, its term and one more than the last ordinal it has.
    slots: Vec<(Term, u32)>,
    /// Slots and ordinals, by ordinal.
    pairs: Vec<(Slot, u32)>,
}

/// Records in chunks, each with the number that its key ends with.
pub(super) type Chunks = Vec<(u32, Vec<u8>)>;

/// What becomes of postings.
#[derive(Debug)]
pub(super) struct Encoded {
    pub(super) singles: Chunks,
    pub(super) terms: Chunks,
    pub(super) lists: Chunks,
}

impl Postings {
    /// A place for `term`. Two places for one term become one in the end.
    pub(super) fn slot(&mut self, term: Term) -> Slot {
        self.slots.push((term, 0));
        to_u32(self.slots.len().saturating_sub(1))
    }

    /// Notes that the trace `ordinal` has the slot's term; whether that is new.
    /// Ordinals never fall.
    pub(super) fn add(&mut self, slot: Slot, ordinal: u32) -> bool {
        let next = ordinal.saturating_add(1);
        match self.slots.get_mut(slot as usize) {
            Some((_, last)) if *last != next => {
                *last = next;
                self.pairs.push((slot, ordinal));
                true
            }
            _ => false,
        }
    }

    pub(super) fn encode(self) -> Encoded {
        let (ordinals, ends) = self.by_slot();
        let mut order: Vec<(Term, Slot)> =
            self.slots.iter().map(|(term, _)| *term).zip(0..).collect();
        order.sort_unstable();
        let mut singles = Vec::new();
        let mut postings: Vec<(Term, Cow<[u32]>)> = Vec::new();
        for slots in order.chunk_by(|(a, _), (b, _)| a == b) {
            let mut lists = slots.iter().map(|(_, slot)| of_slot(&ordinals, &ends, *slot));
            let Some((term, _)) = slots.first() else { continue };
            let list = match (lists.next(), slots.len()) {
                (Some(list), 1) => Cow::Borrowed(list),
                (first, _) => Cow::Owned(merge(first.into_iter().chain(lists))),
            };
            match *list {
                [] => {}
                [ordinal] => singles.push((*term, ordinal)),
                _ => postings.push((*term, list)),
            }
        }
        let mut numbers: HashMap<&[u32], u32> = HashMap::new();
        let mut lists: Vec<&[u32]> = Vec::new();
        let mut terms = Vec::with_capacity(postings.len());
        for (term, list) in &postings {
            let next = to_u32(lists.len());
            let number = *numbers.entry(list).or_insert(next);
            if number == next {
                lists.push(list);
            }
            terms.push((*term, number));
        }
        Encoded {
            singles: encode_entries(&singles),
            terms: encode_entries(&terms),
            lists: encode_lists(&lists),
        }
    }

    /// The ordinals of every slot, slot by slot, and where each slot's end.
    fn by_slot(&self) -> (Vec<u32>, Vec<u32>) {
        let mut next = vec![0u32; self.slots.len()];
        for (slot, _) in &self.pairs {
            if let Some(count) = next.get_mut(*slot as usize) {
                *count = count.saturating_add(1);
            }
        }
        let mut end = 0u32;
        for count in &mut next {
            end = end.saturating_add(std::mem::replace(count, end));
        }
        let mut ordinals = vec![0; self.pairs.len()];
        for (slot, ordinal) in &self.pairs {
            let Some(next) = next.get_mut(*slot as usize) else { continue };
            if let Some(place) = ordinals.get_mut(*next as usize) {
                *place = *ordinal;
            }
            *next = next.saturating_add(1);
        }
        // What was next to each slot's last is where it ends.
        (ordinals, next)
    }
}

/// The ordinals of `slot`, of those that [`Postings::by_slot`] answered.
fn of_slot<'a>(ordinals: &'a [u32], ends: &[u32], slot: Slot) -> &'a [u32] {
    let place = slot as usize;
    let start = place.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
    let end = ends.get(place).copied().unwrap_or(start);
    ordinals.get(start as usize..end as usize).unwrap_or_default()
}

fn merge<'a>(lists: impl Iterator<Item = &'a [u32]>) -> Vec<u32> {
    let mut merged: Vec<u32> = lists.flatten().copied().collect();
    merged.sort_unstable();
    merged.dedup();
    merged
}

fn encode_entries(entries: &[(u32, u32)]) -> Chunks {
    let mut chunks = Vec::new();
    let mut rest = entries;
    while let Some((first, _)) = rest.first() {
        let mut end = rest.len().min(CHUNK_ENTRIES);
        // A term is not cut: its key would not be found.
        if let Some((last, _)) = rest.get(..end).and_then(<[_]>::last) {
            let same = rest.get(end..).unwrap_or_default();
            let same = same.iter().take_while(|(term, _)| term == last).count();
            end = end.saturating_add(same);
        }
        let (chunk, after) = rest.split_at_checked(end).unwrap_or((rest, &[]));
        let mut out = Writer::new();
        hash_index::write(&mut out, chunk);
        chunks.push((*first, out.into_bytes()));
        rest = after;
    }
    chunks
}

fn encode_lists(lists: &[&[u32]]) -> Chunks {
    let mut chunks = Vec::new();
    let mut first = 0usize;
    let mut encoded: Vec<Vec<u8>> = Vec::new();
    let mut bytes = 0usize;
    for (number, list) in lists.iter().enumerate() {
        let list = encode_list(list);
        bytes = bytes.saturating_add(list.len());
        encoded.push(list);
        if bytes >= CHUNK_BYTES_TARGET || number.saturating_add(1) == lists.len() {
            let mut out = Writer::new();
            out.size(encoded.len());
            encoded.iter().for_each(|list| out.size(list.len()));
            encoded.iter().for_each(|list| out.raw(list));
            chunks.push((to_u32(first), out.into_bytes()));
            first = number.saturating_add(1);
            encoded.clear();
            bytes = 0;
        }
    }
    chunks
}

fn encode_list(list: &[u32]) -> Vec<u8> {
    let mut out = Writer::new();
    out.u8(0);
    out.ascending(list.iter().copied());
    let last = list.last().copied().unwrap_or(0);
    let first = list.first().map_or(0, |ordinal| ordinal / u8::BITS);
    let bitmap_bytes = (last / u8::BITS).saturating_sub(first).saturating_add(1) as usize;
    if out.len() <= bitmap_bytes {
        return out.into_bytes();
    }
    let mut bitmap = vec![0u8; bitmap_bytes];
    for ordinal in list {
        let place = (ordinal / u8::BITS).saturating_sub(first) as usize;
        if let Some(byte) = bitmap.get_mut(place) {
            *byte |= 1 << (ordinal % u8::BITS);
        }
    }
    out.clear();
    out.u8(1);
    out.varint(first.into());
    out.raw(&bitmap);
    out.into_bytes()
}

/// The ordinals that `term` leads to in a chunk of singles, or the numbers of the
/// lists in a chunk of terms.
pub(super) fn find(chunk: &[u8], term: Term) -> Result<impl Iterator<Item = u32>, Malformed> {
    Ok(Entries::read(chunk)?.find(term))
}

/// The list at `place` in a chunk of lists.
pub(super) fn read_list(chunk: &[u8], place: u32) -> Result<RoaringBitmap, Malformed> {
    let mut reader = Reader::new(chunk);
    let count = reader.count()?;
    let lengths = (0..count).map(|_| reader.size()).collect::<Result<Vec<_>, _>>()?;
    for length in lengths.iter().take(place as usize) {
        reader.raw(*length)?;
    }
    let length = lengths.get(place as usize).ok_or(Malformed("list"))?;
    let mut reader = Reader::new(reader.raw(*length)?);
    if reader.u8()? == 1 {
        let first = reader.varint32()?.checked_mul(u8::BITS).ok_or(Malformed("ordinal"))?;
        let bits = to_u32(*length).checked_mul(u8::BITS).ok_or(Malformed("ordinal"))?;
        first.checked_add(bits).ok_or(Malformed("ordinal"))?;
        return Ok(RoaringBitmap::from_lsb0_bytes(first, reader.rest()));
    }
    let mut ordinals = RoaringBitmap::new();
    let mut ordinal = 0u32;
    while !reader.is_empty() {
        ordinal = ordinal.checked_add(reader.varint32()?).ok_or(Malformed("ordinal"))?;
        ordinals.insert(ordinal);
    }
    Ok(ordinals)
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
    use proptest::collection::{btree_map, btree_set, vec};
    use proptest::prelude::*;

    use super::*;

    fn chunk(chunks: &Chunks, key: u32) -> Option<&(u32, Vec<u8>)> {
        chunks.iter().rev().find(|(first, _)| *first <= key)
    }

    fn posting(encoded: &Encoded, term: Term) -> RoaringBitmap {
        let mut ordinals = RoaringBitmap::new();
        if let Some((_, record)) = chunk(&encoded.singles, term) {
            ordinals.extend(find(record, term).unwrap());
        }
        if let Some((_, record)) = chunk(&encoded.terms, term) {
            for list in find(record, term).unwrap() {
                let (first, record) = chunk(&encoded.lists, list).unwrap();
                ordinals |= read_list(record, list.saturating_sub(*first)).unwrap();
            }
        }
        ordinals
    }

    proptest! {
        #[test]
        fn postings_go_there_and_back(
            expected in btree_map(any::<Term>(), btree_set(0u32..5_000, 1..60), 0..2_000),
            dense in btree_map(any::<Term>(), btree_set(700u32..900, 80..200), 0..20),
        ) {
            let mut expected = expected;
            expected.extend(dense);
            let mut postings = Postings::default();
            let mut pairs: Vec<_> = expected
                .iter()
                .flat_map(|(term, ordinals)| {
                    let slots = [postings.slot(*term), postings.slot(*term)];
                    ordinals.iter().map(move |ordinal| (*ordinal, slots[(ordinal % 2) as usize]))
                })
                .collect();
            pairs.sort_unstable();
            for (ordinal, slot) in pairs {
                postings.add(slot, ordinal);
                postings.add(slot, ordinal);
            }
            let encoded = postings.encode();
            for (term, ordinals) in &expected {
                prop_assert!(posting(&encoded, *term).iter().eq(ordinals.iter().copied()));
            }
        }

        #[test]
        fn no_bytes_panic_the_readers(record: Vec<u8>, at: u32, list in vec(any::<u8>(), 0..40)) {
            std::hint::black_box(read_list(&record, at).is_ok());
            std::hint::black_box(find(&record, at).is_ok_and(|found| found.count() > 0));
            let chunk = [&[1, list.len() as u8], &list[..]].concat();
            std::hint::black_box(read_list(&chunk, 0).is_ok());
        }
    }

    #[test]
    fn terms_with_the_same_traces_share_a_list() {
        let mut postings = Postings::default();
        let slots: Vec<_> = (0..100).map(|term| postings.slot(term * 7_919)).collect();
        for ordinal in (0..10_000).step_by(3) {
            slots.iter().for_each(|slot| assert!(postings.add(*slot, ordinal)));
        }
        let encoded = postings.encode();
        let bytes: usize = encoded.lists.iter().map(|(_, record)| record.len()).sum();
        assert!(bytes < 1_500, "{bytes} bytes");
    }
}
