//! The primitives that records are made of, and a reader that no bytes can panic.
//!
//! | primitive | bytes |
//! | --- | --- |
//! | varint | LEB128: groups of 7 bits, the lowest first, at most 10 bytes |
//! | zigzag | a signed number as varint: 0, -1, 1, -2 … become 0, 1, 2, 3 … |
//! | bytes | varint length, then as many bytes |
//! | text | bytes that are UTF-8 |
//! | u32, u64 | little-endian |

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

/// Bytes that are no record of ours: what was expected where they end or differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no {0} where one belongs")]
pub struct Malformed(
    /// What was expected.
    pub &'static str,
);

/// A signed number as one without a sign: 0, -1, 1, -2 … become 0, 1, 2, 3 …
pub fn to_zigzag(value: i64) -> u64 {
    (value.wrapping_shl(1) ^ (value >> 63)) as u64
}

/// The number that [`to_zigzag`] made `value` of.
pub fn from_zigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ ((value & 1) as i64).wrapping_neg()
}

/// A record in the making.
#[derive(Debug, Default)]
pub struct Writer {
    out: Vec<u8>,
}

impl Writer {
    /// An empty record.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty record with room for so many bytes.
    pub fn with_capacity(bytes: usize) -> Self {
        Self { out: Vec::with_capacity(bytes) }
    }

    /// How many bytes it has so far.
    pub fn len(&self) -> usize {
        self.out.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.out.is_empty()
    }

    /// Its bytes so far.
    pub fn as_bytes(&self) -> &[u8] {
        &self.out
    }

    /// Forgets its bytes, but keeps their room.
    pub fn clear(&mut self) {
        self.out.clear();
    }

    /// Its bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        self.out
    }

    /// One byte.
    pub fn u8(&mut self, value: u8) {
        self.out.push(value);
    }

    /// Four bytes, little-endian.
    pub fn u32(&mut self, value: u32) {
        self.raw(&value.to_le_bytes());
    }

    /// Eight bytes, little-endian.
    pub fn u64(&mut self, value: u64) {
        self.raw(&value.to_le_bytes());
    }

    /// A number in groups of 7 bits.
    pub fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.out.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.out.push(value as u8);
    }

    /// A length or a position.
    pub fn size(&mut self, value: usize) {
        self.varint(value as u64);
    }

    /// A signed number.
    pub fn zigzag(&mut self, value: i64) {
        self.varint(to_zigzag(value));
    }

    /// Numbers that never fall, each less the one before, 0 before the first.
    pub fn ascending(&mut self, numbers: impl Iterator<Item = u32>) {
        let mut before = 0;
        for number in numbers {
            self.varint(number.saturating_sub(before).into());
            before = number;
        }
    }

    /// A length and so many bytes.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.size(bytes.len());
        self.raw(bytes);
    }

    /// Bytes without their length.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }
}

/// A record that is read from its front. Every method takes what it names, or
/// says that it is not there.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// A reader of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// One byte.
    pub fn u8(&mut self) -> Result<u8, Malformed> {
        let (first, rest) = self.rest.split_first().ok_or(Malformed("byte"))?;
        self.rest = rest;
        Ok(*first)
    }

    /// Four bytes, little-endian.
    pub fn u32(&mut self) -> Result<u32, Malformed> {
        self.array().map(u32::from_le_bytes)
    }

    /// Eight bytes, little-endian.
    pub fn u64(&mut self) -> Result<u64, Malformed> {
        self.array().map(u64::from_le_bytes)
    }

    /// A number of at most 64 bits.
    #[inline]
    pub fn varint(&mut self) -> Result<u64, Malformed> {
        // Most are one byte long.
        match self.rest.split_first() {
            Some((first, rest)) if *first < 0x80 => {
                self.rest = rest;
                Ok(u64::from(*first))
            }
            _ => self.long_varint(),
        }
    }

    fn long_varint(&mut self) -> Result<u64, Malformed> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.u8()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                break;
            }
            value |= bits << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Malformed("number of 64 bits"))
    }

    /// A number of at most 32 bits.
    pub fn varint32(&mut self) -> Result<u32, Malformed> {
        u32::try_from(self.varint()?).map_err(|_| Malformed("number of 32 bits"))
    }

    /// A length or a position.
    pub fn size(&mut self) -> Result<usize, Malformed> {
        usize::try_from(self.varint()?).map_err(|_| Malformed("size"))
    }

    /// How many items follow. Each takes a byte or more, so there are never more
    /// than bytes: what a caller may allocate for.
    pub fn count(&mut self) -> Result<usize, Malformed> {
        self.size().ok().filter(|count| *count <= self.rest.len()).ok_or(Malformed("count"))
    }

    /// A signed number.
    #[inline]
    pub fn zigzag(&mut self) -> Result<i64, Malformed> {
        self.varint().map(from_zigzag)
    }

    /// A signed number of at most 32 bits.
    pub fn zigzag32(&mut self) -> Result<i32, Malformed> {
        i32::try_from(self.zigzag()?).map_err(|_| Malformed("number of 32 bits"))
    }

    /// So many numbers that never fall, see [`Writer::ascending`]. `count` is no more than
    /// [`Self::count`] let in.
    pub fn ascending(&mut self, count: usize) -> Result<Vec<u32>, Malformed> {
        let mut before = 0u32;
        let mut numbers = Vec::with_capacity(count);
        for _ in 0..count {
            before = before.checked_add(self.varint32()?).ok_or(Malformed("number of 32 bits"))?;
            numbers.push(before);
        }
        Ok(numbers)
    }

    /// A length and so many bytes.
    pub fn bytes(&mut self) -> Result<&'a [u8], Malformed> {
        let length = self.size()?;
        self.raw(length)
    }

    /// A length and so many bytes of UTF-8.
    pub fn text(&mut self) -> Result<&'a str, Malformed> {
        std::str::from_utf8(self.bytes()?).map_err(|_| Malformed("UTF-8 text"))
    }

    /// So many bytes.
    pub fn raw(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(Malformed("bytes"))?;
        self.rest = rest;
        Ok(taken)
    }

    /// As many bytes as the array has.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(Malformed("bytes"))?;
        self.rest = rest;
        Ok(*taken)
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// How many bytes are left.
    pub fn left(&self) -> usize {
        self.rest.len()
    }

    /// All that is left.
    pub fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.rest)
    }

    /// That nothing is left.
    pub fn end(&self) -> Result<(), Malformed> {
        if self.rest.is_empty() { Ok(()) } else { Err(Malformed("end of record")) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_and_bytes_go_there_and_back(
            a: u64, b: i64, c: u32, d: u64, e: i32, bytes: Vec<u8>, text: String,
            mut ascending: Vec<u32>,
        ) {
            ascending.sort_unstable();
            let mut writer = Writer::new();
            writer.varint(a);
            writer.zigzag(b);
            writer.u32(c);
            writer.u64(d);
            writer.zigzag(e.into());
            writer.ascending(ascending.iter().copied());
            writer.bytes(&bytes);
            writer.bytes(text.as_bytes());
            let out = writer.into_bytes();
            let mut reader = Reader::new(&out);
            prop_assert_eq!(reader.varint(), Ok(a));
            prop_assert_eq!(reader.zigzag(), Ok(b));
            prop_assert_eq!(reader.u32(), Ok(c));
            prop_assert_eq!(reader.u64(), Ok(d));
            prop_assert_eq!(reader.zigzag32(), Ok(e));
            prop_assert_eq!(reader.ascending(ascending.len()), Ok(ascending));
            prop_assert_eq!(reader.bytes(), Ok(&*bytes));
            prop_assert_eq!(reader.text(), Ok(&*text));
            prop_assert_eq!(reader.end(), Ok(()));
        }

        #[test]
        fn no_bytes_panic_the_reader(bytes: Vec<u8>) {
            let mut reader = Reader::new(&bytes);
            while reader.varint().is_ok() && reader.text().is_ok() && reader.zigzag().is_ok() {}
            prop_assert!(reader.count().is_ok() || reader.u64().is_ok() || reader.rest().len() < 16);
        }
    }

    #[test]
    fn a_varint_beyond_64_bits_is_refused() {
        let mut bytes = vec![0xff; 9];
        bytes.push(0x01);
        assert_eq!(Reader::new(&bytes).varint(), Ok(u64::MAX));
        bytes[9] = 0x02;
        assert!(Reader::new(&bytes).varint().is_err());
        assert!(Reader::new(&[0xff; 11]).varint().is_err());
    }
}
