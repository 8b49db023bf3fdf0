//! The records that there are.

use std::collections::BTreeSet;
use std::sync::Arc;

use parking_lot::Mutex;

use super::record::{self, HOUR_SECONDS, by_hour};
use crate::changes::Changes;
use crate::contract::versions::Versions;
use crate::fault::{Fault, InRecord};
use crate::record::Effort;
use crate::rocks::{Family, Rocks};
use crate::segment::SegmentId;

/// The first byte of keys. Figures of hops have those before it.
const KIND: u8 = 4;

/// Which record it is. They are in order of the hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hour {
    /// When the hour begins, in seconds since the Unix epoch.
    pub(super) begin: u64,
    /// When the last that counts was written, likewise.
    pub(super) written: u32,
    /// One more than the segment's number, 0 of what was folded.
    pub(super) segment: u32,
}

/// Where there are records.
pub(crate) type Hours = BTreeSet<Hour>;

impl Hour {
    pub(crate) fn key(self) -> Vec<u8> {
        let Self { begin, written, segment } = self;
        [&[KIND], &begin.to_be_bytes()[..], &written.to_be_bytes(), &segment.to_be_bytes()].concat()
    }

    fn of_key(key: &[u8]) -> Option<Self> {
        let (begin, rest) = key.strip_prefix(&[KIND])?.split_first_chunk()?;
        let (written, segment) = rest.split_first_chunk()?;
        Some(Self {
            begin: u64::from_be_bytes(*begin),
            written: u32::from_be_bytes(*written),
            segment: u32::from_be_bytes(segment.try_into().ok()?),
        })
    }

    /// When it began to get older, in seconds since the Unix epoch: the first moment after
    /// it, or when it was written.
    pub(super) fn done(self) -> u64 {
        self.begin.saturating_add(HOUR_SECONDS).max(self.written.into())
    }
}

impl std::fmt::Display for Hour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "versions of the hour from {} s", self.begin)
    }
}

/// The sealed records.
pub(crate) struct SealedVersions {
    /// Changed under the store's lock, together with its segments.
    hours: Mutex<Arc<Hours>>,
}

impl SealedVersions {
    /// What there is.
    pub(crate) fn open(rocks: &Rocks) -> Result<Self, Fault> {
        let mut hours = Hours::new();
        for found in rocks.scan(Family::Chain, &[KIND], &[KIND + 1])? {
            let hour = Hour::of_key(&found?.key);
            hours.insert(hour.ok_or_else(|| Fault::corrupt("versions", "a key is too short"))?);
        }
        Ok(Self { hours: Mutex::new(Arc::new(hours)) })
    }

    /// Where there are records, as of now.
    pub(crate) fn hours(&self) -> Arc<Hours> {
        Arc::clone(&self.hours.lock())
    }

    /// Shows readers the records that came with a commit, in place of others.
    pub(crate) fn replace(&self, added: Vec<Hour>, removed: &[Hour]) {
        let mut hours = self.hours.lock();
        let hours = Arc::make_mut(&mut hours);
        hours.retain(|hour| !removed.contains(hour));
        hours.extend(added);
    }
}

/// Adds to `changes` the versions that came with `segment`. Answers where.
pub(crate) fn put(
    changes: &mut Changes,
    versions: &Versions,
    segment: SegmentId,
    now_unix_nano: u64,
) -> Vec<Hour> {
    let written = u32::try_from(now_unix_nano / 1_000_000_000).unwrap_or(u32::MAX);
    let segment = segment.0.saturating_add(1);
    let put = |(begin, versions): (u64, Versions)| {
        let hour = Hour { begin, written, segment };
        put_record(changes, hour, &versions);
        hour
    };
    by_hour(versions).into_iter().map(put).collect()
}

pub(super) fn put_record(changes: &mut Changes, hour: Hour, versions: &Versions) {
    let record = record::encode(versions, hour.begin);
    changes.put(Family::Chain, hour.key(), &record, Effort::More);
}

/// The record of `hour`; `None` where it is not there any more.
pub(crate) fn read_record(rocks: &Rocks, hour: Hour) -> Result<Option<Versions>, Fault> {
    let Some(record) = rocks.get(Family::Chain, &hour.key())? else { return Ok(None) };
    record::decode(&record, hour.begin).in_record(hour).map(Some)
}
