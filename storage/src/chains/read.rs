//! What there is to add up when somebody asks.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chain::RollUp;

use super::sums::{self, Time};
use super::{Encoded, Minutes, Place, SealedChains, Tally};
use crate::contract::chains::{Chains, ChainsQuestion, Period, Series, SeriesQuestion};
use crate::contract::{Completeness, Deadline, ReadError, TimeRange};
use crate::fault::{Fault, InRecord};
use crate::hot::{Chunk, HotTrace};
use crate::view::{Missing, SealedView, View};

/// What the traces of a chunk add to what is sealed.
#[derive(Debug)]
pub(crate) struct HotChains {
    /// How many segments had been retired: parts may have gone with later ones.
    retired: u64,
    has_sealed_parts: bool,
    minutes: Minutes,
    /// All of them, added up for the first that asks for all.
    sum: OnceLock<RollUp>,
}

impl HotChains {
    /// Adds to `figures` those of the minutes that are asked for.
    fn add_to(&self, figures: &mut RollUp, range: TimeRange) {
        if self.minutes.len() > 1 && within(&self.minutes, range).count() == self.minutes.len() {
            let sum = self.sum.get_or_init(|| {
                let mut sum = RollUp::default();
                self.minutes.values().for_each(|minute| sum.merge(minute));
                sum
            });
            return figures.merge(sum);
        }
        within(&self.minutes, range).for_each(|(_, minute)| figures.merge(minute));
    }

    /// Whether it holds after `retired` segments went.
    pub(crate) fn holds(&self, retired: u64) -> bool {
        !self.has_sealed_parts || self.retired == retired
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// The figures of the minutes that are asked for, each with when it begins, in seconds
/// since the Unix epoch.
pub(crate) fn within(minutes: &Minutes, range: TimeRange) -> impl Iterator<Item = (u64, &RollUp)> {
    let range = seconds(range);
    let minutes = minutes.iter().map(|(minute, figures)| (u64::from(*minute) * 60, figures));
    minutes.filter(move |(begin, _)| range.contains(begin))
}

/// Parts of which each is added up once: the first hour, which is another one each minute
/// that passes, the last, which gets more, and what is between.
fn parts(places: &[Place]) -> impl Iterator<Item = &[Place]> {
    let ends = places.first().zip(places.last());
    let ends = ends.map(|(first, last)| [Time::of(*first, 1), Time::of(*last, 1)]);
    let is_at = |end: usize, place: &Place| ends.is_some_and(|it| it[end] == Time::of(*place, 1));
    let (first, rest) = places.split_at(places.partition_point(|place| is_at(0, place)));
    let (middle, last) = rest.split_at(rest.partition_point(|place| !is_at(1, place)));
    [first, middle, last].into_iter().filter(|part| !part.is_empty())
}

/// What of `range` is asked for, as whole minutes in seconds since the Unix epoch.
fn seconds(range: TimeRange) -> std::ops::Range<u64> {
    let second = 1_000_000_000;
    range.from_unix_nano / second / 60 * 60..range.to_unix_nano.div_ceil(60 * second) * 60
}

impl View {
    /// See [`crate::TraceReader::chains`]. `None` where records went while they were read:
    /// they were folded, and what they became is in a later view.
    pub(crate) fn chains(
        &self,
        sealed: &SealedChains,
        question: &ChainsQuestion,
        deadline: Deadline,
    ) -> Result<Option<Chains>, ReadError> {
        let ChainsQuestion { range, settled } = *question;
        let settled_unix_nano = match settled {
            Duration::ZERO => u64::MAX,
            settled => proto::clock::now_unix_nano().saturating_sub(nanos(settled)),
        };
        let mut missing = Missing::default();
        let places = self.places(range);
        let Some(found) = self.sealed_parts(sealed, parts(&places), deadline, &mut missing)? else {
            return Ok(None);
        };
        let found: Vec<_> = found.iter().map(|(_, part)| part.as_slice()).collect();
        let mut figures = RollUp::sum_encoded(&found).in_record("figures of several times")?;
        for chunk in self.hot.chunks() {
            deadline.check()?;
            let found = hot_chains(&self.sealed, sealed, chunk, settled_unix_nano, &mut missing)?;
            found.add_to(&mut figures, range);
        }
        figures.tidy();
        let (steps, names) = sealed.dictionary.describe(&figures);
        let completeness = missing.completeness(Completeness::Complete);
        Ok(Some(Chains { roll_up: figures, steps, names, completeness }))
    }

    /// See [`crate::TraceReader::series`]. `None` as of [`View::chains`].
    pub(crate) fn series(
        &self,
        sealed: &SealedChains,
        question: &SeriesQuestion,
        deadline: Deadline,
    ) -> Result<Option<Series>, ReadError> {
        let SeriesQuestion { range, period, ref paths } = *question;
        let places = self.places(range);
        let kept_by = places.iter().map(|place| place.tier).max();
        let period = kept_by.map_or(period, |kept_by| kept_by.max(period));
        let mut series = Series::new(period);
        let mut missing = Missing::default();
        match period {
            Period::Minute => {
                for place in places {
                    deadline.check()?;
                    match sealed.look_at(&self.sealed.rocks, place, paths) {
                        Ok(None) => return Ok(None),
                        Ok(Some(found)) => series.add(place.begin, &found, paths),
                        Err(fault @ Fault::Corrupt { .. }) => missing.add(fault),
                        Err(fault) => return Err(fault.into()),
                    }
                }
            }
            Period::Hour | Period::Day => {
                let hours = sums::times(&places, 1).map(|(_, hour)| hour);
                let Some(found) = self.sealed_parts(sealed, hours, deadline, &mut missing)? else {
                    return Ok(None);
                };
                for (begin, part) in found {
                    let found = RollUp::of_paths(&part, paths).in_record("figures of an hour")?;
                    series.add(begin, &found, paths);
                }
            }
        }
        for chunk in self.hot.chunks() {
            deadline.check()?;
            let found = hot_chains(&self.sealed, sealed, chunk, u64::MAX, &mut missing)?;
            for (begin, minute) in within(&found.minutes, range) {
                series.add(begin, minute, paths);
            }
        }
        series.tidy();
        series.completeness = missing.completeness(Completeness::Complete);
        Ok(Some(series))
    }

    /// Where there are figures of what is asked for.
    fn places(&self, range: TimeRange) -> Vec<Place> {
        let asked = seconds(range);
        self.chain_places.iter().copied().filter(|it| asked.contains(&it.begin)).collect()
    }

    /// The figures of `parts`, each part added up, with when it begins, in seconds since the
    /// Unix epoch; what can't be read is `missing`. `None` where some went.
    fn sealed_parts<'a>(
        &self,
        sealed: &SealedChains,
        parts: impl Iterator<Item = &'a [Place]>,
        deadline: Deadline,
        missing: &mut Missing,
    ) -> Result<Option<Vec<(u64, Encoded)>>, ReadError> {
        let mut found = Vec::new();
        let mut single: Vec<Place> = Vec::new();
        for places in parts {
            deadline.check()?;
            let sum = match places {
                // It is kept by itself.
                [_] => Ok(None),
                several => sealed.sum(&self.sealed.rocks, several),
            };
            match sum {
                Ok(Some(sum)) => found.push((places.first().map_or(0, |it| it.begin), sum)),
                // What can't be read is told by itself.
                Ok(None) | Err(Fault::Corrupt { .. }) => single.extend(places),
                Err(fault) => return Err(fault.into()),
            }
        }
        for place in &single {
            deadline.check()?;
            match sealed.get(&self.sealed.rocks, *place) {
                Ok(None) => return Ok(None),
                Ok(Some(record)) => found.push((place.begin, record)),
                Err(fault @ Fault::Corrupt { .. }) => missing.add(fault),
                Err(fault) => return Err(fault.into()),
            }
        }
        Ok(Some(found))
    }
}

/// What the traces of a chunk add of which no span came after `settled_unix_nano`; kept for
/// later readers where that is all of them and all can be read.
fn hot_chains(
    view: &SealedView,
    sealed: &SealedChains,
    chunk: &Chunk,
    settled_unix_nano: u64,
    missing: &mut Missing,
) -> Result<Arc<HotChains>, ReadError> {
    let is_settled = |trace: &&Arc<HotTrace>| trace.last_arrival_unix_nano() <= settled_unix_nano;
    let are_all_settled = chunk.traces().all(|trace| is_settled(&trace));
    if are_all_settled && let Some(known) = chunk.chains(view.retired) {
        return Ok(known);
    }
    let mut here = Missing::default();
    let traces: Vec<&Arc<HotTrace>> = chunk.traces().filter(is_settled).collect();
    let ids: Vec<_> = traces.iter().map(|trace| trace.id()).collect();
    let mut tally = Tally::new(&sealed.dictionary);
    let mut has_sealed_parts = false;
    for (trace, parts) in traces.into_iter().zip(view.parts_of(&ids)?) {
        has_sealed_parts |= !parts.found.is_empty();
        here.extend(tally.add_hot(view, trace.id(), trace.heads(), &parts)?);
    }
    let found = Arc::new(HotChains {
        retired: view.retired,
        has_sealed_parts,
        minutes: tally.finish(),
        sum: OnceLock::new(),
    });
    if here.is_empty() && are_all_settled {
        chunk.keep_chains(&found);
    }
    missing.extend(here);
    Ok(found)
}
