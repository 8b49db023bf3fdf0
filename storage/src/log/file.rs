//! A log file.
//!
//! ```text
//! file:     "HOPLLOG1", 8 bytes · number of the first record, u64 · each record
//! record:   "HREC", 4 bytes · number, u64 · length of the payload, u32
//!           CRC-32C of number, length and payload, u32 · payload
//! payload:  coding, u8: 0 plain | 1 zstd, then the length of what follows unpacked, u32
//!           written, nanoseconds since the Unix epoch, u64 · batches, u32
//!           each batch, see proto::batch::encode
//! ```
//!
//! Numbers are little-endian. Each record has the number after the one before it.

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::sync::Arc;

use proto::Batch;
use proto::codec::{Malformed, Reader, Writer};

use super::{Record, RecordNumber};
use crate::fault::{Fault, InRecord};

const FILE_MAGIC: &[u8; 8] = b"HOPLLOG1";
const RECORD_MAGIC: &[u8; 4] = b"HREC";
/// What comes before the first record.
pub(crate) const HEADER_BYTES: usize = 16;
/// What comes before a record's payload.
const RECORD_HEADER_BYTES: usize = 20;
const PLAIN: u8 = 0;
const ZSTD: u8 = 1;
/// Fast: a writer waits for it, and what it packs is soon deleted.
const ZSTD_LEVEL: i32 = 1;
/// Payloads up to this many bytes stay as they are.
const PLAIN_BYTES_MAX: usize = 512;

/// The beginning of the file whose first record is `first`.
pub(super) fn header(first: RecordNumber) -> Vec<u8> {
    let mut out = Writer::new();
    out.raw(FILE_MAGIC);
    out.u64(first);
    out.into_bytes()
}

/// A record's bytes.
pub(super) fn encode_record(
    number: RecordNumber,
    written_unix_nano: u64,
    batches: &[&Arc<Batch>],
) -> Vec<u8> {
    let mut content = Writer::new();
    content.u64(written_unix_nano);
    content.u32(u32::try_from(batches.len()).unwrap_or(u32::MAX));
    batches.iter().for_each(|batch| batch.encode(&mut content));
    let payload = pack(content.as_bytes());
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
    let mut out = Writer::new();
    out.raw(RECORD_MAGIC);
    out.u64(number);
    out.u32(length);
    out.u32(checksum(number, length, &payload));
    out.raw(&payload);
    out.into_bytes()
}

fn pack(content: &[u8]) -> Vec<u8> {
    let mut out = Writer::new();
    let length = u32::try_from(content.len()).ok().filter(|_| content.len() > PLAIN_BYTES_MAX);
    match length.and_then(|length| Some((length, zstd::bulk::compress(content, ZSTD_LEVEL).ok()?)))
    {
        Some((length, packed)) => {
            out.u8(ZSTD);
            out.u32(length);
            out.raw(&packed);
        }
        None => {
            out.u8(PLAIN);
            out.raw(content);
        }
    }
    out.into_bytes()
}

fn unpack(payload: &[u8]) -> Result<Vec<u8>, Malformed> {
    let mut reader = Reader::new(payload);
    match reader.u8()? {
        PLAIN => Ok(reader.rest().to_vec()),
        ZSTD => {
            let length = usize::try_from(reader.u32()?).map_err(|_| Malformed("size"))?;
            let content = zstd::bulk::decompress(reader.rest(), length)
                .map_err(|_| Malformed("zstd frame of the given length"))?;
            if content.len() == length { Ok(content) } else { Err(Malformed("full length")) }
        }
        _ => Err(Malformed("coding that this program knows")),
    }
}

fn checksum(number: RecordNumber, length: u32, payload: &[u8]) -> u32 {
    let sum = crc32c::crc32c(&number.to_le_bytes());
    let sum = crc32c::crc32c_append(sum, &length.to_le_bytes());
    crc32c::crc32c_append(sum, payload)
}

/// What was found in a file.
#[derive(Debug)]
pub(super) struct Scan {
    /// The records that are needed.
    pub(super) records: Vec<Record>,
    /// The number that the next record would have.
    pub(super) next: RecordNumber,
    /// How much of the file verifies.
    pub(super) end: usize,
    /// What is wrong with the bytes behind it, if there are any.
    pub(super) why: Malformed,
}

/// Reads the file whose first record should be `first`, up to bytes that do not verify.
/// Records before `needed` are verified, but not kept.
///
/// # Errors
/// Where a record verifies and yet is none.
pub(super) fn scan(bytes: &[u8], first: RecordNumber, needed: RecordNumber) -> Result<Scan, Fault> {
    let mut scan = Scan {
        records: Vec::new(),
        next: first,
        end: 0,
        why: Malformed("beginning of a log file"),
    };
    if bytes.get(..HEADER_BYTES) != Some(&header(first)) {
        return Ok(scan);
    }
    scan.end = HEADER_BYTES;
    while let Some(rest) = bytes.get(scan.end..).filter(|rest| !rest.is_empty()) {
        let mut reader = Reader::new(rest);
        let payload = match read_record(&mut reader) {
            Ok((number, payload)) if number == scan.next => payload,
            Ok(_) => {
                scan.why = Malformed("record of this number");
                break;
            }
            Err(why) => {
                scan.why = why;
                break;
            }
        };
        if scan.next >= needed {
            scan.records.push(decode(scan.next, payload)?);
        }
        let length = RECORD_HEADER_BYTES.saturating_add(payload.len());
        scan.end = scan.end.saturating_add(length);
        scan.next = scan.next.saturating_add(1);
    }
    Ok(scan)
}

/// Whether a record that verifies begins anywhere behind `from`.
pub(super) fn has_record(bytes: &[u8], from: usize) -> bool {
    let rest = bytes.get(from..).unwrap_or_default();
    rest.windows(RECORD_MAGIC.len()).enumerate().any(|(at, window)| {
        window == RECORD_MAGIC
            && read_record(&mut Reader::new(rest.get(at..).unwrap_or_default())).is_ok()
    })
}

/// The number and payload of the record at the front, once its checksum holds.
fn read_record<'a>(reader: &mut Reader<'a>) -> Result<(RecordNumber, &'a [u8]), Malformed> {
    if reader.raw(RECORD_MAGIC.len())? != RECORD_MAGIC {
        return Err(Malformed("beginning of a record"));
    }
    let number = reader.u64()?;
    let length = reader.u32()?;
    let expected = reader.u32()?;
    let size = usize::try_from(length).map_err(|_| Malformed("size"))?;
    let payload = reader.raw(size)?;
    if checksum(number, length, payload) != expected {
        return Err(Malformed("matching checksum"));
    }
    Ok((number, payload))
}

fn decode(number: RecordNumber, payload: &[u8]) -> Result<Record, Fault> {
    let what = format!("log record {number}");
    let content = unpack(payload).in_record(&what)?;
    let mut reader = Reader::new(&content);
    let written_unix_nano = reader.u64().in_record(&what)?;
    let count = reader.u32().in_record(&what)?;
    let mut batches = Vec::new();
    for _ in 0..count {
        batches.push(Arc::new(Batch::decode(&mut reader).in_record(&what)?));
    }
    reader.end().in_record(&what)?;
    Ok(Record { number, written_unix_nano, batches })
}
