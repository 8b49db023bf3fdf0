//! Content encodings, with a cap on what comes out.
//!
//! 64 KB of gzip hold 64 MiB of zeros. So the output is charged to the budget
//! before it is allocated, and its growth stops at the request's limit: what is
//! beyond is never produced.

use std::io::{self, Read};

use crate::admission::Charge;
use crate::refusal::Refusal;

/// The first allocation for a decompressed body, in bytes.
const FIRST_OUTPUT_BYTES: usize = 64 * 1024;

/// The largest zstd window that is accepted, as a power of two: 8 MiB, which RFC
/// 8878 §3.1.1.1.2 recommends to support and levels up to 19 stay within. The
/// window is memory that the sender chooses.
const ZSTD_WINDOW_LOG_MAX: u32 = 23;

/// How a body is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// As it is.
    Identity,
    /// RFC 1952, any number of members.
    Gzip,
    /// RFC 8878, any number of frames.
    Zstd,
}

impl Encoding {
    /// The encodings understood, for headers that name them.
    pub(crate) const NAMES: &'static str = "gzip, zstd, identity";

    /// The encoding called `name`, in any case; `None` where it is not understood.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        if is("identity") || name.is_empty() {
            Some(Self::Identity)
        } else if is("gzip") || is("x-gzip") {
            Some(Self::Gzip)
        } else if is("zstd") {
            Some(Self::Zstd)
        } else {
            None
        }
    }
}

/// The decoded form of `bytes`, at most `bytes_max` long and charged to `charge`.
///
/// # Errors
/// [`Refusal::Malformed`] where the bytes are not of the encoding, are cut off, do
/// not verify or have something behind them; [`Refusal::TooLarge`] beyond
/// `bytes_max`; [`Refusal::Overloaded`] where the budget has no room.
pub(crate) fn decompress(
    encoding: Encoding,
    bytes: Vec<u8>,
    bytes_max: usize,
    charge: &mut Charge,
) -> Result<Vec<u8>, Refusal> {
    match encoding {
        Encoding::Identity => Ok(bytes),
        Encoding::Gzip => {
            let reader = flate2::bufread::MultiGzDecoder::new(bytes.as_slice());
            read_capped(reader, bytes_max, charge).map_err(|error| error.of("gzip"))
        }
        Encoding::Zstd => {
            let reader = zstd_reader(&bytes).map_err(|error| ReadError::Io(error).of("zstd"))?;
            read_capped(reader, bytes_max, charge).map_err(|error| error.of("zstd"))
        }
    }
}

fn zstd_reader(bytes: &[u8]) -> io::Result<impl Read + '_> {
    let mut reader = zstd::stream::read::Decoder::with_buffer(bytes)?;
    reader.window_log_max(ZSTD_WINDOW_LOG_MAX)?;
    Ok(reader)
}

enum ReadError {
    Io(io::Error),
    TooLarge(usize),
    Overloaded,
}

impl ReadError {
    fn of(self, encoding: &str) -> Refusal {
        match self {
            Self::Io(error) => {
                Refusal::malformed(format!("the body is not valid {encoding}: {error}"))
            }
            Self::TooLarge(max) => Refusal::TooLarge {
                what: format!("the request decompresses to more than {max} bytes allowed"),
            },
            Self::Overloaded => Refusal::Overloaded,
        }
    }
}

/// Everything that `reader` gives.
fn read_capped(
    mut reader: impl Read,
    bytes_max: usize,
    charge: &mut Charge,
) -> Result<Vec<u8>, ReadError> {
    let mut output = Vec::new();
    let mut filled = 0;
    loop {
        if filled == output.len() {
            if filled == bytes_max {
                // Full: whatever still comes is too much.
                return match read(&mut reader, &mut [0])? {
                    0 => Ok(output),
                    _ => Err(ReadError::TooLarge(bytes_max)),
                };
            }
            let size = filled.saturating_mul(2).max(FIRST_OUTPUT_BYTES).min(bytes_max);
            charge.try_grow(size.saturating_sub(filled)).map_err(|_| ReadError::Overloaded)?;
            output.reserve_exact(size.saturating_sub(filled));
            output.resize(size, 0);
        }
        let free = output.get_mut(filled..).unwrap_or_default();
        match read(&mut reader, free)? {
            0 => {
                output.truncate(filled);
                return Ok(output);
            }
            count => filled = filled.saturating_add(count),
        }
    }
}

fn read(reader: &mut impl Read, buffer: &mut [u8]) -> Result<usize, ReadError> {
    loop {
        match reader.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result.map_err(ReadError::Io),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use prometheus_client::metrics::gauge::Gauge;

    use super::*;
    use crate::admission::Budget;

    const MAX: usize = 1024 * 1024;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        zstd::bulk::compress(bytes, 3).unwrap()
    }

    /// The length that comes out, or the kind of refusal.
    fn check(encoding: Encoding, bytes: Vec<u8>, budget: usize, expect: Result<usize, &str>) {
        let budget = Budget::new(budget, Gauge::default());
        let mut charge = budget.open();
        let got = match decompress(encoding, bytes, MAX, &mut charge) {
            Ok(output) => Ok(output.len()),
            Err(Refusal::Malformed { .. }) => Err("malformed"),
            Err(Refusal::TooLarge { .. }) => Err("too large"),
            Err(Refusal::Overloaded) => Err("overloaded"),
            Err(other) => panic!("{other}"),
        };
        assert_eq!(got, expect);
    }

    #[test]
    fn whole_bodies_come_out_whole() {
        let plain = vec![7; 300_000];
        check(Encoding::Identity, plain.clone(), 0, Ok(300_000));
        check(Encoding::Gzip, gzip(&plain), MAX, Ok(300_000));
        check(Encoding::Zstd, zstd(&plain), MAX, Ok(300_000));
        check(Encoding::Gzip, gzip(&[]), MAX, Ok(0));
        check(Encoding::Gzip, [gzip(&plain), gzip(b"x")].concat(), MAX, Ok(300_001));
        check(Encoding::Zstd, [zstd(&plain), zstd(b"x")].concat(), MAX, Ok(300_001));
    }

    #[test]
    fn the_limit_is_on_what_comes_out() {
        for (len, expect) in [(MAX, Ok(MAX)), (MAX + 1, Err("too large"))] {
            check(Encoding::Gzip, gzip(&vec![0; len]), 2 * MAX, expect);
            check(Encoding::Zstd, zstd(&vec![0; len]), 2 * MAX, expect);
        }
    }

    #[test]
    fn a_full_budget_refuses_for_now() {
        check(Encoding::Gzip, gzip(&vec![0; MAX]), MAX / 2, Err("overloaded"));
    }

    #[test]
    fn damaged_bodies_are_malformed() {
        let whole = gzip(b"some bytes that are long enough to be cut and bent");
        let mut bad_sum = whole.clone();
        let sum = bad_sum.len() - 8;
        bad_sum[sum] ^= 1;
        for bytes in [
            b"no gzip at all".to_vec(),
            Vec::new(),
            whole[..whole.len() - 5].to_vec(),
            whole[..12].to_vec(),
            [whole.clone(), b"garbage".to_vec()].concat(),
            bad_sum,
        ] {
            check(Encoding::Gzip, bytes, MAX, Err("malformed"));
        }
        let whole = zstd(&vec![1; 5000]);
        for bytes in [
            b"no zstd at all".to_vec(),
            whole[..whole.len() - 2].to_vec(),
            [whole.clone(), b"garbage".to_vec()].concat(),
        ] {
            check(Encoding::Zstd, bytes, MAX, Err("malformed"));
        }
    }

    #[test]
    fn a_zstd_window_beyond_the_limit_is_refused() {
        let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 3).unwrap();
        encoder.window_log(ZSTD_WINDOW_LOG_MAX + 1).unwrap();
        encoder.write_all(&[0; 1000]).unwrap();
        check(Encoding::Zstd, encoder.finish().unwrap(), MAX, Err("malformed"));
    }
}
