//! Hashes and the ordinal that each leads to: the index of trace ids, and of terms
//! that a single trace has.
//!
//! ```text
//! count, varint · first hash, u32 · width of the differences, u8 · width of the ordinals, u8
//! differences of hashes, packed, 0 first · ordinals, packed
//! ```
//!
//! Sorted by hash. A hash may occur several times. Random hashes take the entropy of
//! their differences and two or three bits.

#![deny(clippy::indexing_slicing)]

use super::bits::{self, Packed};
use proto::codec::{Malformed, Reader, Writer};

/// Entries between two that a lookup may begin at.
const STRIDE: usize = 64;

/// Appends `entries`, which are sorted.
pub(super) fn write(out: &mut Writer, entries: &[(u32, u32)]) {
    let first = entries.first().map_or(0, |(hash, _)| *hash);
    let mut before = first;
    let differences: Vec<u32> = entries
        .iter()
        .map(|(hash, _)| hash.wrapping_sub(std::mem::replace(&mut before, *hash)))
        .collect();
    let difference_max = differences.iter().copied().max().unwrap_or(0);
    let ordinal_max = entries.iter().map(|(_, ordinal)| *ordinal).max().unwrap_or(0);
    let (difference_bits, ordinal_bits) =
        (bits::width_of(difference_max), bits::width_of(ordinal_max));
    out.size(entries.len());
    out.u32(first);
    out.u8(difference_bits as u8);
    out.u8(ordinal_bits as u8);
    bits::write(out, difference_bits, differences.into_iter());
    bits::write(out, ordinal_bits, entries.iter().map(|(_, ordinal)| *ordinal));
}

/// Entries as they lie in a record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entries<'a> {
    count: usize,
    first: u32,
    differences: Packed<'a>,
    ordinals: Packed<'a>,
}

impl<'a> Entries<'a> {
    pub(super) fn read(record: &'a [u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(record);
        let count = reader.size()?;
        let first = reader.u32()?;
        let (difference_bits, ordinal_bits) = (reader.u8()?, reader.u8()?);
        // Without a bit an entry there would be no bound for their number.
        if count > 1 && difference_bits == 0 && ordinal_bits == 0 {
            return Err(Malformed("width"));
        }
        let differences = Packed::read(&mut reader, difference_bits.into(), count)?;
        let ordinals = Packed::read(&mut reader, ordinal_bits.into(), count)?;
        reader.end()?;
        Ok(Self { count, first, differences, ordinals })
    }

    /// The ordinals that `hash` leads to.
    pub(super) fn find(self, hash: u32) -> impl Iterator<Item = u32> + use<'a> {
        self.find_from(hash, 0, self.first)
    }

    /// Every hash and what it leads to.
    pub(super) fn iter(self) -> impl Iterator<Item = (u32, u32)> + use<'a> {
        self.from(0, self.first).map(move |(place, hash)| (hash, self.ordinals.get(place)))
    }

    /// As [`Self::find`], from the entry at `place` on, whose hash is `at`.
    fn find_from(self, hash: u32, place: usize, at: u32) -> impl Iterator<Item = u32> + use<'a> {
        self.from(place, at)
            .skip_while(move |(_, at)| *at < hash)
            .take_while(move |(_, at)| *at == hash)
            .map(move |(place, _)| self.ordinals.get(place))
    }

    /// Places and hashes from the entry at `place` on, whose hash is `at`.
    fn from(self, place: usize, mut at: u32) -> impl Iterator<Item = (usize, u32)> + use<'a> {
        (place..self.count).map(move |one| {
            if one > place {
                at = at.wrapping_add(self.differences.get(one));
            }
            (one, at)
        })
    }
}

/// Entries in memory, for lookups by the million.
#[derive(Debug)]
pub(crate) struct HashIndex {
    record: Vec<u8>,
    /// The hash of each [`STRIDE`]th entry.
    samples: Vec<u32>,
}

impl HashIndex {
    pub(super) fn decode(record: Vec<u8>) -> Result<Self, Malformed> {
        let entries = Entries::read(&record)?;
        let all = entries.from(0, entries.first);
        let mut samples = Vec::with_capacity(entries.count.div_ceil(STRIDE));
        let mut before = entries.first;
        for (place, hash) in all {
            if hash < before {
                return Err(Malformed("order of hashes"));
            }
            before = hash;
            if place % STRIDE == 0 {
                samples.push(hash);
            }
        }
        Ok(Self { record, samples })
    }

    /// The ordinals that `hash` leads to, at most one in four thousand million times
    /// the number of entries without reason.
    pub(crate) fn find(&self, hash: u32) -> impl Iterator<Item = u32> + '_ {
        // The last sample before it: those with the same hash may begin earlier.
        let sample = self.samples.partition_point(|sample| *sample < hash).saturating_sub(1);
        let at = self.samples.get(sample).copied();
        // It was read before.
        let entries = Entries::read(&self.record).ok();
        entries.zip(at).into_iter().flat_map(move |(entries, at)| {
            entries.find_from(hash, sample.saturating_mul(STRIDE), at)
        })
    }

    /// What it takes in memory, in bytes.
    pub(super) fn memory_bytes(&self) -> usize {
        self.record.len().saturating_add(size_of_val(&*self.samples))
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_entry_is_found(
            mut entries in vec((prop_oneof![0u32..500, any::<u32>()], 0u32..100_000), 0..600),
            other: u32,
        ) {
            entries.sort_unstable();
            entries.dedup();
            let mut out = Writer::new();
            write(&mut out, &entries);
            let record = out.into_bytes();
            let index = HashIndex::decode(record.clone()).unwrap();
            for hash in entries.iter().map(|(hash, _)| *hash).chain([other]) {
                let expected: Vec<u32> = entries
                    .iter()
                    .filter(|(one, _)| *one == hash)
                    .map(|(_, ordinal)| *ordinal)
                    .collect();
                prop_assert_eq!(index.find(hash).collect::<Vec<_>>(), expected.clone());
                let in_record = Entries::read(&record).unwrap().find(hash);
                prop_assert_eq!(in_record.collect::<Vec<_>>(), expected);
            }
        }

        #[test]
        fn no_bytes_panic_the_reader(record: Vec<u8>, hash: u32) {
            if let Ok(index) = HashIndex::decode(record) {
                prop_assert!(index.find(hash).count() <= index.record.len() * 8);
            }
        }
    }
}
