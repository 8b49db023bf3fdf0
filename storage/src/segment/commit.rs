//! What makes a segment exist: two records in the family `commit`, under the
//! segment's number (u32, big-endian) and 0 or 1.
//!
//! ```text
//! 0  commit, never changed:
//!      spans · traces · log record up to which its traces are here whole
//!      sealed · oldest start           unix nano           all varints
//!      1 where lists are found by element, else nothing
//! 1  splits, changed when a trace in it gets a part elsewhere or loses one:
//!      reach: start min · start max · duration max · errors max      varints
//!      ordinals of split traces: bytes of a roaring bitmap
//! ```
//!
//! A trace is *split* when it has had parts in several segments. Its summary as a
//! whole is then in the family `split`, under its id, in the format of
//! `segment/summary.rs` with one trace; the summaries in segments are only of the
//! part there, and do not count for it.

use proto::batch::Head;
use roaring::RoaringBitmap;

use super::SegmentId;
use super::posting::{decode_bitmap, encode_bitmap};
use super::reach::Reach;
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
    /// What its postings know of lists.
    pub(crate) lists: Lists,
}

/// What postings know of attributes that are lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lists {
    /// Nothing but their text, as a whole. So they were written once.
    Whole,
    /// That, and each element.
    ByElement,
}

impl Commit {
    /// Of a segment without spans yet.
    pub(super) fn new(through: RecordNumber, sealed_unix_nano: u64) -> Self {
        Self {
            spans: 0,
            traces: 0,
            through,
            sealed_unix_nano,
            oldest_unix_nano: 0,
            lists: Lists::ByElement,
        }
    }

    pub(super) fn add(&mut self, head: &Head) {
        self.spans = self.spans.saturating_add(1);
        let start = head.start_time_unix_nano;
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
        match self.lists {
            Lists::Whole => {}
            Lists::ByElement => writer.varint(1),
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
            lists: match reader.is_empty() {
                true => Lists::Whole,
                false => Lists::read(&mut reader)?,
            },
        };
        reader.end()?;
        Ok(commit)
    }
}

impl Lists {
    fn read(reader: &mut Reader) -> Result<Self, Malformed> {
        match reader.varint()? {
            1 => Ok(Self::ByElement),
            _ => Err(Malformed("what postings know of lists")),
        }
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

impl Splits {
    /// Of a segment without splits yet.
    pub(crate) fn new() -> Self {
        Self { ordinals: RoaringBitmap::new(), reach: Reach::default() }
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        self.reach.encode(&mut writer);
        writer.bytes(&encode_bitmap(&self.ordinals));
        writer.into_bytes()
    }

    pub(crate) fn decode(record: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(record);
        let reach = Reach::decode(&mut reader)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_that_says_nothing_of_lists_knows_them_as_a_whole() {
        let mut commit = Commit { spans: 3, traces: 2, oldest_unix_nano: 5, ..Commit::new(7, 9) };
        assert_eq!(Commit::decode(&commit.encode()), Ok(commit.clone()));
        commit.lists = Lists::Whole;
        let written_before = [3, 2, 7, 9, 5];
        assert_eq!(commit.encode(), written_before);
        assert_eq!(Commit::decode(&written_before), Ok(commit));
        assert!(Commit::decode(&[3, 2, 7, 9, 5, 2]).is_err());
    }
}
