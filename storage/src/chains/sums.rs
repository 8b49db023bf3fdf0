//! Sums of times: what the figures of an hour, six hours or a day add up to, written once,
//! so that a long time is read in few records.
//!
//! A sum has a digest of which records it is of. It says nothing new: where there are others
//! by now, nobody reads it.

use std::collections::BTreeMap;

use parking_lot::Mutex;
use xxhash_rust::xxh3::Xxh3Default;

use super::{Place, Tier, kind};
use crate::fault::Fault;
use crate::rocks::{Family, Rocks};

/// How long the times are that have a sum, in hours, the longest first. A multiple of the
/// next each.
pub(super) const HOURS: [u8; 3] = [24, 6, 1];

/// A time that may have a sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Time {
    hours: u8,
    /// Seconds since the Unix epoch.
    begin: u64,
}

impl Time {
    /// The one of so many hours that `place` begins in.
    pub(super) fn of(place: Place, hours: u8) -> Self {
        let seconds = Self::seconds_of(hours);
        Self { hours, begin: place.begin / seconds * seconds }
    }

    /// The first moment after it, in seconds since the Unix epoch.
    pub(super) fn end(self) -> u64 {
        self.begin.saturating_add(Self::seconds_of(self.hours))
    }

    fn seconds_of(hours: u8) -> u64 {
        u64::from(hours.max(1)) * Tier::Hour.seconds()
    }

    /// The key of its sum: the hours are written where they are several.
    pub(super) fn key(self, digest: Digest) -> Vec<u8> {
        let hours = [self.hours];
        let hours = if self.hours == 1 { &[][..] } else { &hours };
        [&[kind::SUM], &self.begin.to_be_bytes()[..], &digest.0.to_be_bytes(), hours].concat()
    }

    fn of_key(key: &[u8]) -> Option<(Self, Digest)> {
        let (begin, rest) = key.get(1..)?.split_first_chunk::<8>()?;
        let (digest, rest) = rest.split_first_chunk::<8>()?;
        let hours = match *rest {
            [] => 1,
            [hours] if HOURS.contains(&hours) => hours,
            _ => return None,
        };
        let time = Self { hours, begin: u64::from_be_bytes(*begin) };
        Some((time, Digest(u64::from_be_bytes(*digest))))
    }
}

/// Which records a sum is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Digest(u64);

impl Digest {
    /// Of places in their order.
    pub(super) fn of(places: &[Place]) -> Self {
        let mut hash = Xxh3Default::new();
        places.iter().for_each(|place| hash.update(&place.key()));
        Self(hash.digest())
    }
}

/// Times whose sum is written.
pub(crate) struct Sums(Mutex<BTreeMap<Time, Digest>>);

impl Sums {
    /// All there are.
    pub(super) fn open(rocks: &Rocks) -> Result<Self, Fault> {
        let mut sums = BTreeMap::new();
        for found in rocks.scan(Family::Chain, &[kind::SUM], &[kind::SUM + 1])? {
            let known = Time::of_key(&found?.key);
            let no_key = || Fault::corrupt("a sum of figures", "its key is none");
            let (time, digest) = known.ok_or_else(no_key)?;
            sums.insert(time, digest);
        }
        Ok(Self(Mutex::new(sums)))
    }

    /// As of now.
    pub(crate) fn all(&self) -> BTreeMap<Time, Digest> {
        self.0.lock().clone()
    }

    /// Notes which were written; none where one went.
    pub(crate) fn note(&self, written: Vec<(Time, Option<Digest>)>) {
        let mut sums = self.0.lock();
        for (time, digest) in written {
            match digest {
                Some(digest) => drop(sums.insert(time, digest)),
                None => drop(sums.remove(&time)),
            }
        }
    }

    /// The keys of as few records as there are that say what `places`, in their order, add
    /// up to.
    pub(super) fn keys_of(&self, places: &[Place]) -> Vec<Vec<u8>> {
        let mut keys = Vec::new();
        cover(&self.0.lock(), places, &HOURS, &mut keys);
        keys
    }
}

fn cover(sums: &BTreeMap<Time, Digest>, places: &[Place], hours: &[u8], keys: &mut Vec<Vec<u8>>) {
    let (&[longest, ref shorter @ ..], [_, _, ..]) = (hours, places) else {
        return keys.extend(places.iter().map(|place| place.key()));
    };
    for (time, places) in times(places, longest) {
        match sums.get(&time) {
            Some(digest) if *digest == Digest::of(places) => keys.push(time.key(*digest)),
            _ => cover(sums, places, shorter, keys),
        }
    }
}

/// The times of so many hours that `places`, in their order, begin in.
pub(super) fn times(places: &[Place], hours: u8) -> impl Iterator<Item = (Time, &[Place])> {
    let time = move |place: &Place| Time::of(*place, hours);
    let groups = places.chunk_by(move |one, next| time(one) == time(next));
    groups.filter_map(move |group| group.first().map(|first| (time(first), group)))
}

/// The times that are to have a sum of what there is in `places`, in their order, the
/// shortest first: those that several records, or several shorter times, make up.
pub(super) fn several(places: &[Place]) -> impl Iterator<Item = (Time, &[Place])> {
    let lengths = HOURS.into_iter().rev();
    let parts = std::iter::once(None).chain(HOURS.into_iter().rev().map(Some));
    lengths.zip(parts).flat_map(|(hours, shorter)| {
        times(places, hours).filter(move |(_, group)| match shorter {
            None => group.len() > 1,
            Some(shorter) => times(group, shorter).count() > 1,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3600;

    /// A minute that begins at so many seconds.
    fn minute(begin: u64) -> Place {
        Place { tier: Tier::Minute, begin, written: 7, segment: 0 }
    }

    fn lengths(places: &[Place]) -> Vec<(u8, u64, usize)> {
        let times = several(places);
        times.map(|(time, places)| (time.hours, time.begin / HOUR, places.len())).collect()
    }

    #[test]
    fn a_time_has_a_sum_where_several_make_it_up() {
        let hours = |hours: &[u64]| -> Vec<Place> {
            let minutes = hours.iter().flat_map(|hour| [hour * HOUR, hour * HOUR + 60]);
            minutes.map(minute).collect()
        };
        assert_eq!(lengths(&[minute(60)]), []);
        assert_eq!(lengths(&hours(&[3])), [(1, 3, 2)]);
        assert_eq!(lengths(&hours(&[3, 4])), [(1, 3, 2), (1, 4, 2), (6, 0, 4)]);
        let six_and_more = lengths(&hours(&[3, 5, 6, 24]));
        assert_eq!(six_and_more[..4], [(1, 3, 2), (1, 5, 2), (1, 6, 2), (1, 24, 2)]);
        assert_eq!(six_and_more[4..], [(6, 0, 4), (24, 0, 6)]);
    }

    #[test]
    fn as_few_records_are_read_as_there_are() {
        let places: Vec<Place> = (0..30).map(|half| minute(half * HOUR / 2)).collect();
        let written: Vec<_> =
            several(&places).map(|(time, of)| (time, Some(Digest::of(of)))).collect();
        let sums = Sums(Mutex::default());
        assert_eq!(sums.keys_of(&places).len(), 30);
        sums.note(written.clone());
        // A day, which is all.
        assert_eq!(sums.keys_of(&places).len(), 1);
        // Half an hour, five hours, six, and the three of six that there are.
        assert_eq!(sums.keys_of(&places[1..]).len(), 1 + 5 + 1 + 1);
        // Of the hour that got a further record each half counts, and of longer times none does.
        let mut further = places.clone();
        further.insert(1, minute(60));
        assert_eq!(sums.keys_of(&further).len(), 3 + 5 + 1 + 1);
        sums.note(written.iter().map(|(time, _)| (*time, None)).collect());
        assert_eq!(sums.keys_of(&places).len(), 30);
    }

    #[test]
    fn keys_say_which_time_they_are_of() {
        for hours in HOURS {
            let (time, digest) = (Time::of(minute(50 * HOUR), hours), Digest(9));
            assert_eq!(Time::of_key(&time.key(digest)), Some((time, digest)));
        }
        let mut key = Time::of(minute(0), 6).key(Digest(9));
        assert_eq!(Time::of_key(&key[..16]), None);
        key.push(0);
        assert_eq!(Time::of_key(&key), None);
    }
}
