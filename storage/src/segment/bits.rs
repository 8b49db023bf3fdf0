//! Numbers of a fixed width in bits, packed.
//!
//! Number *i* takes the bits from *i* × width on; bit *b* is bit *b* mod 8 of byte
//! *b* / 8, the lowest first.

#![deny(clippy::indexing_slicing)]

use proto::codec::{Malformed, Reader, Writer};

/// The bits that `number` needs: 0 for 0.
pub(super) fn width_of(number: u32) -> u32 {
    u32::BITS - number.leading_zeros()
}

/// Appends `numbers`, of which none needs more than `width` bits.
pub(super) fn write(out: &mut Writer, width: u32, numbers: impl Iterator<Item = u32>) {
    let mut pending = 0u64;
    let mut bits = 0;
    for number in numbers {
        pending |= u64::from(number) << bits;
        bits += width;
        while bits >= 8 {
            out.u8(pending as u8);
            pending >>= 8;
            bits -= 8;
        }
    }
    if bits > 0 {
        out.u8(pending as u8);
    }
}

/// Packed numbers that were written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Packed<'a> {
    bytes: &'a [u8],
    width: u32,
}

impl<'a> Packed<'a> {
    /// Takes `count` numbers of `width` bits from the front of `reader`.
    pub(super) fn read(
        reader: &mut Reader<'a>,
        width: u32,
        count: usize,
    ) -> Result<Self, Malformed> {
        if width > u32::BITS {
            return Err(Malformed("width of 32 bits"));
        }
        let bits = count.checked_mul(width as usize).ok_or(Malformed("size"))?;
        Ok(Self { bytes: reader.raw(bits.div_ceil(8))?, width })
    }

    /// Number `place`, which is one of those that were read; 0 otherwise.
    pub(super) fn get(&self, place: usize) -> u32 {
        let bit = place.wrapping_mul(self.width as usize);
        let rest = self.bytes.get(bit / 8..).unwrap_or_default();
        let word = match rest.first_chunk() {
            Some(chunk) => u64::from_le_bytes(*chunk),
            None => {
                let mut word = [0; 8];
                word.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
                u64::from_le_bytes(word)
            }
        };
        let mask = (1u64 << self.width) - 1;
        (word >> (bit % 8) & mask) as u32
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_go_there_and_back(width in 0u32..=32, numbers: Vec<u32>) {
            let mask = ((1u64 << width) - 1) as u32;
            let numbers: Vec<u32> = numbers.into_iter().map(|number| number & mask).collect();
            let mut out = Writer::new();
            write(&mut out, width, numbers.iter().copied());
            let bytes = out.into_bytes();
            let mut reader = Reader::new(&bytes);
            let packed = Packed::read(&mut reader, width, numbers.len()).unwrap();
            prop_assert!(reader.is_empty());
            for (place, number) in numbers.iter().enumerate() {
                prop_assert_eq!(packed.get(place), *number);
            }
        }
    }
}
