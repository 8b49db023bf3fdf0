//! The write-ahead log: every span that may not be in a segment yet.
//!
//! One record for each group of batches, in the family `log` under the record's
//! number (big-endian, from 1, each one more than the last):
//!
//! ```text
//! +--------------------+------------+---------------------------------+
//! | written, unix nano | span count | OTLP ExportTraceServiceRequest  |
//! | u64                | u32        | protobuf                        |
//! +--------------------+------------+---------------------------------+
//! ```
//!
//! A record is needed as long as it has a span that is in no segment. The log is
//! cut behind the oldest record that is needed; no trace holds a record back for
//! long, since sealing takes the unfinished ones, too, in parts.

pub(crate) mod mark;

use proto::Span;
use proto::otlp::{Limits, protobuf};

use crate::codec::{Malformed, Reader, Writer};
use crate::fault::{Fault, InRecord};
use crate::record::Effort;
use crate::rocks::{Changes, Family, Rocks};

/// The number of a record, from 1. As a place in the log: everything up to and
/// with this record; 0 is the beginning.
pub(crate) type RecordNumber = u64;

/// What a record holds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Record {
    pub(crate) number: RecordNumber,
    /// When it was written, by our clock.
    pub(crate) written_unix_nano: u64,
    pub(crate) spans: Vec<Span>,
}

/// Adds to `changes` the record `number` of `spans`.
pub(crate) fn append(
    changes: &mut Changes,
    number: RecordNumber,
    written_unix_nano: u64,
    spans: &[Span],
) {
    let mut payload = Writer::new();
    payload.u64(written_unix_nano);
    payload.u32(u32::try_from(spans.len()).unwrap_or(u32::MAX));
    payload.raw(&protobuf::encode_request(spans));
    changes.put(Family::Log, key(number), &payload.into_bytes(), Effort::Little);
}

/// Adds to `changes` that no record before `number` is needed any more.
pub(crate) fn cut(changes: &mut Changes, number: RecordNumber) {
    changes.delete_range(Family::Log, key(0), key(number));
}

/// Gives back the space of what [`cut`] deleted.
pub(crate) fn free(rocks: &Rocks, number: RecordNumber) -> Result<(), Fault> {
    rocks.delete_files(Family::Log, &key(0), &key(number.saturating_sub(1)))
}

/// The records from `number` on, in order.
///
/// # Errors
/// Each record that can't be read.
pub(crate) fn read(
    rocks: &Rocks,
    number: RecordNumber,
) -> Result<impl Iterator<Item = Result<Record, Fault>> + '_, Fault> {
    let found = rocks.scan(Family::Log, &key(number), &key(RecordNumber::MAX))?;
    Ok(found.map(|found| {
        let found = found?;
        let number = number_of(&found.key)?;
        decode(number, &found.payload?)
    }))
}

fn decode(number: RecordNumber, payload: &[u8]) -> Result<Record, Fault> {
    let what = format_args!("log record {number}").to_string();
    let mut reader = Reader::new(payload);
    let written_unix_nano = reader.u64().in_record(&what)?;
    let count = reader.u32().in_record(&what)?;
    let decoded = protobuf::decode_request(reader.rest(), &UNLIMITED)
        .map_err(|error| Fault::corrupt(&what, error))?;
    if decoded.spans.len() != usize::try_from(count).unwrap_or(usize::MAX) {
        return Err(Fault::corrupt(&what, Malformed("full count of spans")));
    }
    Ok(Record { number, written_unix_nano, spans: decoded.spans })
}

/// What was accepted once is read back, whatever the limits were: the record's
/// checksum has vouched for it.
const UNLIMITED: Limits = Limits {
    request_bytes_max: usize::MAX,
    spans_max: usize::MAX,
    decoded_bytes_max: usize::MAX,
    value_depth: crate::segment::VALUE_DEPTH_MAX,
};

fn key(number: RecordNumber) -> [u8; 8] {
    number.to_be_bytes()
}

fn number_of(key: &[u8]) -> Result<RecordNumber, Fault> {
    let bytes = key.try_into().map_err(|_| Fault::corrupt("log", "a key is no number"))?;
    Ok(RecordNumber::from_be_bytes(bytes))
}
