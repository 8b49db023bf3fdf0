//! The envelope around every value in the database.
//!
//! ```text
//! +---------+--------+-------------+-----------------------+---------+
//! | version | coding | CRC-32C     | raw length            | payload |
//! | u8 = 1  | u8     | u32         | u32, only of coding 1 | …       |
//! +---------+--------+-------------+-----------------------+---------+
//! ```
//!
//! `coding` 0 is plain, 1 is zstd. The checksum covers the name of the record's
//! family, its key, and every byte of the value but its own four, so that a value
//! under a wrong key does not verify either. It is checked before anything in the
//! value is believed, the raw length included.

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use proto::codec::{Malformed, Reader, Writer};

use crate::unpack::unpack;

/// The version that is written, and the only one that is read.
const VERSION: u8 = 1;
const PLAIN: u8 = 0;
const ZSTD: u8 = 1;

/// Payloads up to this many bytes are never compressed: zstd's own frame eats up
/// what it would save.
const PLAIN_BYTES_MAX: usize = 96;

/// How hard to compress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effort {
    /// None: what is packed already, or random.
    None,
    /// Little: what is soon deleted, on the path of a writer who waits (zstd 1).
    Little,
    /// More: what stays (zstd 3).
    More,
}

impl Effort {
    fn level(self) -> Option<i32> {
        match self {
            Self::None => None,
            Self::Little => Some(1),
            Self::More => Some(3),
        }
    }
}

/// The value for `payload` under `key` in `family`.
pub(crate) fn encode(family: &str, key: &[u8], payload: &[u8], effort: Effort) -> Vec<u8> {
    let compressed = match (u32::try_from(payload.len()), effort.level()) {
        (Ok(length), Some(level)) if payload.len() > PLAIN_BYTES_MAX => {
            zstd::bulk::compress(payload, level)
                .ok()
                .filter(|compressed| compressed.len() < payload.len())
                .map(|compressed| (length, compressed))
        }
        _ => None,
    };
    let coding = if compressed.is_some() { ZSTD } else { PLAIN };
    let mut body = Writer::new();
    if let Some((length, compressed)) = &compressed {
        body.u32(*length);
        body.raw(compressed);
    } else {
        body.raw(payload);
    }
    let body = body.into_bytes();
    let mut value = Writer::new();
    value.u8(VERSION);
    value.u8(coding);
    value.u32(checksum(family, key, coding, &body));
    value.raw(&body);
    value.into_bytes()
}

/// The payload of `value`, which was found under `key` in `family`.
pub(crate) fn decode(family: &str, key: &[u8], value: &[u8]) -> Result<Vec<u8>, Malformed> {
    let mut reader = Reader::new(value);
    if reader.u8()? != VERSION {
        return Err(Malformed("version that this program knows"));
    }
    let coding = reader.u8()?;
    let expected = reader.u32()?;
    let body = reader.rest();
    if checksum(family, key, coding, body) != expected {
        return Err(Malformed("matching checksum"));
    }
    if coding == PLAIN {
        return Ok(body.to_vec());
    }
    let mut reader = Reader::new(body);
    let length = reader.u32()?;
    let length = usize::try_from(length).map_err(|_| Malformed("size"))?;
    let payload =
        unpack(reader.rest(), length).map_err(|_| Malformed("zstd frame of the given length"))?;
    if payload.len() == length { Ok(payload) } else { Err(Malformed("full length")) }
}

fn checksum(family: &str, key: &[u8], coding: u8, body: &[u8]) -> u32 {
    let sum = crc32c::crc32c(family.as_bytes());
    let sum = crc32c::crc32c_append(sum, key);
    let sum = crc32c::crc32c_append(sum, &[VERSION, coding]);
    crc32c::crc32c_append(sum, body)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn payloads_go_there_and_back(payload: Vec<u8>, repeat in 1usize..20) {
            let payload = payload.repeat(repeat);
            let value = encode("log", b"key", &payload, Effort::Little);
            prop_assert_eq!(decode("log", b"key", &value), Ok(payload));
        }

        #[test]
        fn every_flipped_bit_is_noticed(payload: Vec<u8>, repeat in 1usize..20, at: prop::sample::Index, bit in 0u8..8) {
            let mut value = encode("log", b"key", &payload.repeat(repeat), Effort::More);
            let at = at.index(value.len());
            value[at] ^= 1 << bit;
            prop_assert!(decode("log", b"key", &value).is_err());
        }
    }

    #[test]
    fn a_value_under_another_key_or_cut_short_is_noticed() {
        let value = encode("log", b"key", &[7; 1000], Effort::More);
        assert!(value.len() < 100);
        assert!(decode("log", b"yek", &value).is_err());
        assert!(decode("trace", b"key", &value).is_err());
        for length in 0..value.len() {
            assert!(decode("log", b"key", &value[..length]).is_err());
        }
    }
}
