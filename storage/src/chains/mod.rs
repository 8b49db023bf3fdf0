//! Roll-ups: what the hops of all traces add up to, minute by minute.
//!
//! When traces are sealed, what they add is written with the segment, in the same commit:
//! a trace is in the figures if and only if it is sealed. What is hot is added when
//! somebody asks. Of a trace with sealed parts, what those had added is taken out again
//! and what all of it adds is put in, so that it counts once, whatever comes late.
//!
//! The family `chain` has four kinds of records:
//!
//! ```text
//! 0 · tier, u8 · begin, u64                  figures: those of `chain::RollUp`
//!   · written, u32 · segment, u32
//! 1 · path, u64                              parent, u64, 0 for none · service, u64 ·
//!                                            name, u64 · kind, zigzag; below 0 an event,
//!                                            or a peer: see `chain::StepKind`
//! 2 · number of a name, u64                  the name
//! 3 · begin, u64 · digest, u64 · hours, u8   the sum of an hour, six or a day: figures
//! ```
//!
//! Numbers in keys are big-endian. Figures begin at a minute, in seconds since the Unix
//! epoch (tier 0), an hour (1) or a day (2). Those of one time add up. They get older from
//! when they were written, in seconds as well, or from their end where that is later: what
//! is replayed is not old at once. `fold` makes one record of several, under the segment 0.
//!
//! Of sums see `sums`; the hours are left out where it is one. A fifth kind is versions of
//! services ([`crate::versions`]).

mod dictionary;
mod events;
mod fold;
mod peers;
mod read;
mod sums;
mod tally;

pub(crate) use dictionary::Dictionary;
pub(crate) use fold::{MINUTES_KEPT_SECONDS, STILL_SECONDS};
pub(crate) use read::{HotChains, within};
pub(crate) use tally::{Minutes, Tally};

use std::collections::BTreeSet;
use std::sync::Arc;

use chain::{PathId, RollUp};
use hashbrown::HashSet;
use parking_lot::Mutex;
use proto::Span;
use proto::codec::Writer;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use sums::{Digest, Sums};

use crate::changes::Changes;
use crate::contract::Completeness;
use crate::contract::chains::Chains;
// How long a time a record is about.
use crate::contract::chains::Period as Tier;
use crate::fault::{Fault, InRecord};
use crate::record::Effort;
use crate::rocks::{Family, Rocks};
use crate::segment::SegmentId;

/// What the hops of `traces` add up to, each with all its spans, as a store counts them.
///
/// # Errors
/// The first of `traces`.
pub fn chains_of<E>(traces: impl Iterator<Item = Result<Vec<Span>, E>>) -> Result<Chains, E> {
    let dictionary = Dictionary::default();
    let mut tally = Tally::new(&dictionary);
    for spans in traces {
        tally.add_spans(spans?.iter());
    }
    let mut roll_up = RollUp::default();
    tally.finish().values().for_each(|figures| roll_up.merge(figures));
    let (steps, names) = dictionary.describe(&roll_up);
    Ok(Chains { roll_up, steps, names, completeness: Completeness::Complete })
}

/// Which times a record is about.
///
/// They are in order of when they begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    /// Seconds since the Unix epoch.
    begin: u64,
    tier: Tier,
    /// When the last that counts was written, likewise.
    written: u32,
    segment: u32,
}

/// The first byte of keys.
mod kind {
    pub(super) const FIGURES: u8 = 0;
    pub(super) const PATH: u8 = 1;
    pub(super) const NAME: u8 = 2;
    pub(super) const SUM: u8 = 3;
}

impl Place {
    pub(crate) fn key(self) -> Vec<u8> {
        let Self { tier, begin, written, segment } = self;
        let mut key = vec![kind::FIGURES, tier as u8];
        key.extend_from_slice(&begin.to_be_bytes());
        key.extend_from_slice(&written.to_be_bytes());
        key.extend_from_slice(&segment.to_be_bytes());
        key
    }

    fn of_key(key: &[u8]) -> Option<Self> {
        let (&[first, tier], rest) = key.split_first_chunk::<2>()?;
        let (begin, rest) = rest.split_first_chunk::<8>()?;
        let (written, segment) = rest.split_first_chunk::<4>()?;
        Some(Self {
            tier: *Tier::ALL.get(tier as usize).filter(|_| first == kind::FIGURES)?,
            begin: u64::from_be_bytes(*begin),
            written: u32::from_be_bytes(*written),
            segment: u32::from_be_bytes(segment.try_into().ok()?),
        })
    }

    /// When it began to get older, in seconds since the Unix epoch: the first moment after
    /// it, or when it was written.
    fn done(self) -> u64 {
        self.begin.saturating_add(self.tier.seconds()).max(self.written.into())
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "figures of the {} from {} s", self.tier, self.begin)
    }
}

/// The sealed figures.
pub(crate) struct SealedChains {
    pub(crate) dictionary: Dictionary,
    /// Where there are any. Changed under the store's lock, together with its segments.
    places: Mutex<Arc<BTreeSet<Place>>>,
    pub(crate) sums: Sums,
    read: Cache<Read, Encoded, Bytes>,
}

/// Figures as they are written, unpacked: a fifth of what they take decoded, and added up as
/// fast.
pub(crate) type Encoded = Arc<Vec<u8>>;

/// What was read and is kept.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Read {
    /// What a record says.
    Record(Place),
    /// What some records add up to.
    Sum(Digest),
}

/// Times that their cache is laid out for: so few that it is not cut into parts by key.
const CACHED_TIMES: usize = 32;

/// Records that are added up at once are in memory together: those of a day of 200 services
/// are about as long.
const ADDED_BYTES_MAX: usize = 8 << 20;

impl SealedChains {
    /// What there is.
    pub(crate) fn open(rocks: &Rocks, cache_bytes: u64) -> Result<Self, Fault> {
        let mut places = BTreeSet::new();
        for found in rocks.scan(Family::Chain, &[kind::FIGURES], &[kind::PATH])? {
            let key = found?.key;
            let place = Place::of_key(&key);
            places.insert(place.ok_or_else(|| Fault::corrupt("figures", "a key is too short"))?);
        }
        Ok(Self {
            dictionary: Dictionary::open(rocks)?,
            sums: Sums::open(rocks)?,
            places: Mutex::new(Arc::new(places)),
            read: Cache::with_weighter(CACHED_TIMES, cache_bytes, Bytes),
        })
    }

    /// Where there are figures, as of now.
    pub(crate) fn places(&self) -> Arc<BTreeSet<Place>> {
        Arc::clone(&self.places.lock())
    }

    /// Shows readers the figures that came with a commit, in place of others.
    pub(crate) fn replace(&self, added: Vec<Place>, removed: &[Place]) {
        removed
            .iter()
            .chain(&added)
            .for_each(|place| drop(self.read.remove(&Read::Record(*place))));
        let mut places = self.places.lock();
        let places = Arc::make_mut(&mut places);
        places.retain(|place| !removed.contains(place));
        places.extend(added);
    }

    /// The figures of `place`, which can be decoded.
    fn get(&self, rocks: &Rocks, place: Place) -> Result<Option<Encoded>, Fault> {
        if let Some(known) = self.read.get(&Read::Record(place)) {
            return Ok(Some(known));
        }
        let Some(record) = rocks.get(Family::Chain, &place.key())? else { return Ok(None) };
        let record = Encoded::from(RollUp::encode_sum(&[&record]).in_record(place)?);
        self.read.insert(Read::Record(place), Arc::clone(&record));
        Ok(Some(record))
    }

    /// What of `paths` is in the figures of `place`, one of many that would only take the
    /// room of others if they were kept.
    fn look_at(
        &self,
        rocks: &Rocks,
        place: Place,
        paths: &HashSet<PathId>,
    ) -> Result<Option<RollUp>, Fault> {
        if let Some(known) = self.read.get(&Read::Record(place)) {
            return RollUp::of_paths(&known, paths).in_record(place).map(Some);
        }
        let Some(record) = rocks.get(Family::Chain, &place.key())? else { return Ok(None) };
        RollUp::of_paths(&record, paths).in_record(place).map(Some)
    }

    /// What the figures of `places`, in their order, add up to: added up once, as long as
    /// there are no others. `None` where one of them is not there any more.
    fn sum(&self, rocks: &Rocks, places: &[Place]) -> Result<Option<Encoded>, Fault> {
        let key = Read::Sum(Digest::of(places));
        if let Some(known) = self.read.get(&key) {
            return Ok(Some(known));
        }
        let Some(figures) = self.add_up(rocks, places)? else { return Ok(None) };
        let figures = Encoded::from(figures);
        self.read.insert(key, Arc::clone(&figures));
        Ok(Some(figures))
    }

    /// The same, from what is written.
    fn add_up(&self, rocks: &Rocks, places: &[Place]) -> Result<Option<Vec<u8>>, Fault> {
        let mut adder = Adder::default();
        for key in self.sums.keys_of(places) {
            match rocks.get(Family::Chain, &key)? {
                Some(record) => adder.add(record)?,
                None => return Ok(None),
            }
        }
        adder.sum().map(Some)
    }
}

/// Adds up records: as many at once as may be in memory together.
#[derive(Default)]
struct Adder {
    records: Vec<Vec<u8>>,
    bytes: usize,
}

impl Adder {
    fn add(&mut self, record: Vec<u8>) -> Result<(), Fault> {
        self.bytes += record.len();
        self.records.push(record);
        if self.bytes > ADDED_BYTES_MAX {
            self.records = vec![self.sum()?];
            self.bytes = 0;
        }
        Ok(())
    }

    fn sum(&self) -> Result<Vec<u8>, Fault> {
        RollUp::encode_sum(&self.records).in_record("figures of several times")
    }
}

/// The figures of `place`, as they are on disk.
pub(crate) fn read_record(rocks: &Rocks, place: Place) -> Result<Option<RollUp>, Fault> {
    let Some(record) = rocks.get(Family::Chain, &place.key())? else { return Ok(None) };
    RollUp::sum_encoded(&[record]).in_record(place).map(Some)
}

/// Adds to `changes` what the traces of `segment` add, and what of the dictionary is not
/// written yet. Answers where.
pub(crate) fn put(
    changes: &mut Changes,
    dictionary: &Dictionary,
    minutes: Minutes,
    segment: SegmentId,
    now_unix_nano: u64,
) -> Vec<Place> {
    dictionary.put_unsaved(changes);
    let mut places = Vec::new();
    for (minute, figures) in minutes {
        let begin = u64::from(minute) * Tier::Minute.seconds();
        let written = seconds_of(now_unix_nano);
        // 0 is what was folded.
        let segment = segment.0.saturating_add(1);
        let place = Place { tier: Tier::Minute, begin, written, segment };
        changes.put(Family::Chain, place.key(), encode(&figures).as_bytes(), Effort::More);
        places.push(place);
    }
    places
}

fn encode(figures: &RollUp) -> Writer {
    let mut record = Writer::new();
    figures.encode(&mut record);
    record
}

fn seconds_of(unix_nano: u64) -> u32 {
    u32::try_from(unix_nano / 1_000_000_000).unwrap_or(u32::MAX)
}

/// What figures take in memory.
#[derive(Clone)]
struct Bytes;

impl Weighter<Read, Encoded> for Bytes {
    fn weight(&self, _: &Read, figures: &Encoded) -> u64 {
        figures.len() as u64
    }
}
