//! Figures of many segments become those of a minute, minutes hours, hours days.

use std::collections::BTreeMap;

use super::sums::{self, Digest, Time};
use super::{Place, SealedChains, Tier};
use crate::changes::Changes;
use crate::fault::Fault;
use crate::record::Effort;
use crate::rocks::{Family, Rocks};

/// How long after its end a time may still get more: then what there is becomes one.
pub(crate) const STILL_SECONDS: u64 = 120;
/// How many records of a minute are one too many.
const RECORDS_MAX: usize = 4;
/// How long minutes are kept, in seconds: a day and an hour, so that there are minutes of
/// yesterday at this time.
pub(crate) const MINUTES_KEPT_SECONDS: u64 = 25 * 3600;
/// How long minutes, hours and days are kept: hours a month and some days, days a year and a
/// month.
const KEPT_SECONDS: [u64; 3] = [MINUTES_KEPT_SECONDS, 35 * 24 * 3600, 400 * 24 * 3600];
/// So many records are folded at once, at most.
const AT_ONCE_MAX: usize = 600;
/// And so many times added up.
const SUMS_AT_ONCE_MAX: usize = 4;

/// What was folded.
#[derive(Debug, Default)]
pub(crate) struct Folded {
    /// Where there are figures now.
    pub(crate) added: Vec<Place>,
    /// Where there are none any more.
    pub(crate) removed: Vec<Place>,
    /// Times whose figures were added up, and those whose sum went.
    pub(crate) sums: Vec<(Time, Option<Digest>)>,
    /// Whether there is no more to fold for now.
    pub(crate) is_done: bool,
}

impl SealedChains {
    /// Adds to `changes` what can be folded now.
    pub(crate) fn fold(
        &self,
        rocks: &Rocks,
        now_unix_nano: u64,
        changes: &mut Changes,
    ) -> Result<Folded, Fault> {
        let mut folded = Folded { is_done: true, ..Folded::default() };
        for (into, places) in due(self.places().iter().copied(), now_unix_nano / 1_000_000_000) {
            if folded.removed.len() >= AT_ONCE_MAX {
                folded.is_done = false;
                break;
            }
            let Some(figures) = self.fold_up(rocks, &places)? else {
                continue;
            };
            for place in places.into_iter().filter(|place| Some(*place) != into) {
                changes.delete(Family::Chain, place.key());
                folded.removed.push(place);
            }
            if let Some(into) = into {
                changes.put(Family::Chain, into.key(), &figures, Effort::More);
                folded.added.push(into);
            }
        }
        if folded.removed.is_empty() {
            self.add_up_times(rocks, now_unix_nano / 1_000_000_000, changes, &mut folded)?;
        }
        Ok(folded)
    }

    /// Adds the sums of times that are over, and takes those out that nobody reads.
    fn add_up_times(
        &self,
        rocks: &Rocks,
        now: u64,
        changes: &mut Changes,
        folded: &mut Folded,
    ) -> Result<(), Fault> {
        let places: Vec<Place> = self.places().iter().copied().collect();
        let known = self.sums.all();
        let times: BTreeMap<Time, &[Place]> = sums::several(&places).collect();
        for (time, digest) in known.iter().filter(|(time, _)| !times.contains_key(*time)) {
            changes.delete(Family::Chain, time.key(*digest));
            folded.sums.push((*time, None));
        }
        for (time, places) in times {
            let (digest, before) = (Digest::of(places), known.get(&time));
            let is_over = |done: u64| done.saturating_add(STILL_SECONDS) < now;
            let all_are_over =
                is_over(time.end()) && places.iter().all(|place| is_over(place.done()));
            if !all_are_over || before == Some(&digest) {
                continue;
            }
            if folded.sums.len() >= SUMS_AT_ONCE_MAX {
                folded.is_done = false;
                return Ok(());
            }
            let Some(figures) = self.fold_up(rocks, places)? else { continue };
            if let Some(before) = before {
                changes.delete(Family::Chain, time.key(*before));
            }
            changes.put(Family::Chain, time.key(digest), &figures, Effort::More);
            folded.sums.push((time, Some(digest)));
        }
        Ok(())
    }

    /// The figures of all of `places`; `None` where some can't be read: they stay where
    /// they are, and whoever asks is told.
    fn fold_up(&self, rocks: &Rocks, places: &[Place]) -> Result<Option<Vec<u8>>, Fault> {
        match self.add_up(rocks, places) {
            Err(fault @ Fault::Corrupt { .. }) => {
                tracing::warn!(error = %fault, "figures not merged");
                Ok(None)
            }
            figures => figures,
        }
    }
}

/// What is to be folded, and into what; what nobody keeps any more, into nothing.
fn due(places: impl Iterator<Item = Place>, now: u64) -> Vec<(Option<Place>, Vec<Place>)> {
    let mut groups: BTreeMap<Option<(Tier, u64)>, Vec<Place>> = BTreeMap::new();
    for place in places {
        let kept = KEPT_SECONDS.get(place.tier as usize).copied().unwrap_or_default();
        let is_old = place.done().saturating_add(kept) < now;
        let tier = match (place.tier, is_old) {
            (tier, false) => Some(tier),
            (Tier::Minute, true) => Some(Tier::Hour),
            (Tier::Hour, true) => Some(Tier::Day),
            (Tier::Day, true) => None,
        };
        let into = tier.map(|tier| (tier, place.begin / tier.seconds() * tier.seconds()));
        groups.entry(into).or_default().push(place);
    }
    let into = |(into, places): (Option<(Tier, u64)>, Vec<Place>)| {
        let written = places.iter().map(|place| place.written).max().unwrap_or(0);
        let into = into.map(|(tier, begin)| Place { tier, begin, written, segment: 0 });
        (into, places)
    };
    let is_due = |(into, places): &(Option<Place>, Vec<Place>)| {
        let Some(into) = into else { return true };
        // What is kept as it is only becomes one record.
        let changes_tier = places.iter().any(|place| place.tier != into.tier);
        let is_over = into.done().saturating_add(STILL_SECONDS) < now;
        let is_many = places.len() > if is_over { 1 } else { RECORDS_MAX };
        if changes_tier { is_over } else { is_many }
    };
    groups.into_iter().map(into).filter(is_due).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3600;
    const DAY: u64 = 24 * HOUR;
    const NOW: u64 = 1_000 * DAY;

    /// Figures that begin so long ago, and were written at once.
    fn place(tier: Tier, ago: u64, segment: u32) -> Place {
        let begin = (NOW - ago) / tier.seconds() * tier.seconds();
        let written = u32::try_from(begin).unwrap();
        Place { tier, begin, written, segment }
    }

    fn is_due(places: &[Place]) -> Vec<(Option<Place>, Vec<Place>)> {
        due(places.iter().copied(), NOW)
    }

    #[test]
    fn what_a_minute_has_becomes_one_once_it_is_over() {
        let minute = |ago, segment| place(Tier::Minute, ago, segment);
        assert_eq!(is_due(&[minute(600, 7)]), []);
        assert_eq!(is_due(&[minute(60, 7), minute(60, 8)]), []);
        let several: Vec<_> = (1..=5).map(|segment| minute(60, segment)).collect();
        assert_eq!(is_due(&several), [(Some(minute(60, 0)), several.clone())]);
        let two = [minute(600, 7), minute(600, 8)];
        assert_eq!(is_due(&two), [(Some(minute(600, 0)), two.to_vec())]);
    }

    #[test]
    fn minutes_become_hours_and_hours_days_and_days_go() {
        let minutes = [place(Tier::Minute, 30 * HOUR - 60, 0), place(Tier::Minute, 30 * HOUR, 0)];
        let written = minutes[0].written;
        let hour = Place { written, ..place(Tier::Hour, 30 * HOUR, 0) };
        assert_eq!(is_due(&minutes), [(Some(hour), minutes.to_vec())]);

        let long_ago = place(Tier::Hour, 40 * DAY, 0);
        let day = Place { tier: Tier::Day, ..long_ago };
        assert_eq!(is_due(&[long_ago, day]), [(Some(day), vec![long_ago, day])]);
        let gone = place(Tier::Day, 402 * DAY, 0);
        assert_eq!(is_due(&[gone]), [(None, vec![gone])]);
    }

    #[test]
    fn what_is_replayed_is_not_old() {
        let replayed = |place: Place| Place { written: u32::try_from(NOW).unwrap(), ..place };
        let old = [place(Tier::Minute, 500 * DAY, 3), place(Tier::Minute, 30 * HOUR, 4)];
        assert_eq!(is_due(&old.map(replayed)), []);
    }
}
