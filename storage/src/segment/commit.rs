//! What makes a segment exist: two records in the family `commit`, under the
//! segment's number (u32, big-endian) and 0 or 1.
//!
//! ```text
//! 0  commit, never changed:
//!      spans · traces · log record up to which its traces are here whole
//!      sealed · oldest start           unix nano           all varints
//! 1  splits, changed when a trace in it gets a part elsewhere or loses one:
//!      reach: start min · start max · duration max · errors max      varints
//!      ordinals of split traces: bytes of a roaring bitmap
//! ```
//!
//! A trace is *split* when it has had parts in several segments. Its summary as a
//! whole is then in the family `split`, under its id, in the format of
//! `segment/summary.rs` with one trace; the summaries in segments are only of the
//! part there, and do not count for it.

use proto::Span;
use roaring::RoaringBitmap;

use super::SegmentId;
use super::posting::{decode_bitmap, encode_bitmap};
use crate::contract::TimeRange;
use crate::contract::search::{Cursor, Order};
use crate::contract::summary::TraceSummary;
use crate::log::RecordNumber;
use proto::codec::{Malformed, Reader, Writer};

/// The facts about a segment that never change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Commit {
    pub(crate) spans: u64,
    pub(crate) traces: u32,
    /// What came of its traces up to this log record is in segments up to this one.
    pub(crate) through: RecordNumber,
    /// When it was sealed, by our clock: what its age counts from. Not by what
    /// spans say: a sender's clock or a late delivery would make them go at once,
    /// or never.
    pub(crate) sealed_unix_nano: u64,
    /// The earliest known start of its spans; 0 where none is known.
    pub(crate) oldest_unix_nano: u64,
}

impl Commit {
    /// Of a segment without spans yet.
    pub(super) fn new(through: RecordNumber, sealed_unix_nano: u64) -> Self {
        Self { spans: 0, traces: 0, through, sealed_unix_nano, oldest_unix_nano: 0 }
    }

    pub(super) fn add(&mut self, span: &Span) {
        self.spans = self.spans.saturating_add(1);
        let start = span.start_time_unix_nano;
        if start != 0 && (self.oldest_unix_nano == 0 || start < self.oldest_unix_nano) {
            self.oldest_unix_nano = start;
        }
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        for value in [
            self.spans,
            self.traces.into(),
            self.through,
            self.sealed_unix_nano,
            self.oldest_unix_nano,
        ] {
            writer.varint(value);
        }
        writer.into_bytes()
    }

    pub(crate) fn decode(record: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(record);
        let commit = Self {
            spans: reader.varint()?,
            traces: reader.varint32()?,
            through: reader.varint()?,
            sealed_unix_nano: reader.varint()?,
            oldest_unix_nano: reader.varint()?,
        };
        reader.end()?;
        Ok(commit)
    }
}

/// The facts about a segment that other segments change.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Splits {
    /// The ordinals of split traces.
    pub(crate) ordinals: RoaringBitmap,
    /// How far the segment's traces reach, each as a whole.
    pub(crate) reach: Reach,
}

/// Bounds of traces' figures. They only ever widen: what is outside is certainly
/// not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reach {
    start_min: u64,
    start_max: u64,
    duration_max: u64,
    errors_max: u32,
}

impl Default for Reach {
    /// That of no traces.
    fn default() -> Self {
        Self { start_min: u64::MAX, start_max: 0, duration_max: 0, errors_max: 0 }
    }
}

impl Reach {
    /// Takes in the trace of `summary`.
    pub(crate) fn widen(&mut self, summary: &TraceSummary) {
        self.start_min = self.start_min.min(summary.start_unix_nano);
        self.start_max = self.start_max.max(summary.start_unix_nano);
        self.duration_max = self.duration_max.max(summary.duration_nano);
        self.errors_max = self.errors_max.max(summary.error_count);
    }

    /// Whether a trace in it may start in `range`.
    pub(crate) fn may_start_in(&self, range: &TimeRange) -> bool {
        let ends_before = self.start_max < range.from_unix_nano;
        let begins_after = self.start_min >= range.to_unix_nano
            && range.to_unix_nano != TimeRange::ALL.to_unix_nano;
        !ends_before && !begins_after
    }

    /// A place in `order` that no trace in it is before.
    pub(crate) fn first_place(&self, order: Order) -> Cursor {
        let best = TraceSummary {
            trace_id: proto::TraceId::default(),
            start_unix_nano: self.start_max,
            duration_nano: self.duration_max,
            span_count: 0,
            error_count: self.errors_max,
            root_service: String::new(),
            root_name: String::new(),
            services: Vec::new(),
        };
        Cursor::of(&best, order)
    }
}

impl Splits {
    /// Of a segment without splits yet.
    pub(crate) fn new() -> Self {
        Self { ordinals: RoaringBitmap::new(), reach: Reach::default() }
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.varint(self.reach.start_min);
        writer.varint(self.reach.start_max);
        writer.varint(self.reach.duration_max);
        writer.varint(self.reach.errors_max.into());
        writer.bytes(&encode_bitmap(&self.ordinals));
        writer.into_bytes()
    }

    pub(crate) fn decode(record: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(record);
        let reach = Reach {
            start_min: reader.varint()?,
            start_max: reader.varint()?,
            duration_max: reader.varint()?,
            errors_max: reader.varint32()?,
        };
        let ordinals = decode_bitmap(reader.bytes()?)?;
        reader.end()?;
        Ok(Self { ordinals, reach })
    }
}

/// A commit record's key.
pub(crate) fn commit_key(id: SegmentId) -> Vec<u8> {
    [&id.0.to_be_bytes()[..], &[0]].concat()
}

/// A splits record's key.
pub(crate) fn splits_key(id: SegmentId) -> Vec<u8> {
    [&id.0.to_be_bytes()[..], &[1]].concat()
}
