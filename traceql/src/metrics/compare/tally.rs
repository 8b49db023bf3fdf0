//! Counts of values, as many as there is room for.
//!
//! Where there are more values than may be, those that came least often make room, but for
//! the most frequent of each attribute. So ids, of which none comes twice, do not keep out
//! what is worth comparing.

use std::cmp::Reverse;

use super::shared::At;
use crate::Static;
use crate::metrics::index::Index;

/// Of the values that there may be, a part of so many must be free once others made room.
/// Otherwise no further ones are counted: nothing would be gained by it.
const ROOM_MIN: usize = 4;

/// How often each value of each attribute came, on both sides.
#[derive(Debug)]
pub(super) struct Tallies {
    /// Of each attribute, by its number, the baseline and the selection.
    tallies: Vec<[Tally; 2]>,
    intervals: usize,
    values_max: usize,
    top_count: usize,
    /// How many values there are now.
    values: usize,
    /// Whether there is no room for further ones.
    is_full: bool,
    is_partial: bool,
}

/// One attribute on one side.
#[derive(Debug, Default)]
struct Tally {
    /// How many spans had a value, by interval; empty where none had.
    totals: Vec<u64>,
    index: Index,
    counts: Vec<Count>,
    /// Whether values went.
    is_cut: bool,
    /// How often a value may have come, at most, without being counted.
    lost: u64,
}

/// How often a value came.
#[derive(Debug)]
struct Count {
    total: u64,
    times: Times,
    /// Whether values had gone before it came, itself perhaps.
    may_be_low: bool,
}

/// The same by interval. Most values come once.
#[derive(Debug)]
enum Times {
    In(usize, u64),
    Each(Vec<u64>),
}

/// What was seen of an attribute on one side.
pub(super) struct Seen {
    /// Its number.
    pub(super) attribute: usize,
    pub(super) is_selected: bool,
    /// How many spans had a value, by interval.
    pub(super) totals: Vec<u64>,
    /// The most frequent values, and how often they came.
    pub(super) top: Vec<(Static<'static>, Vec<u64>)>,
    /// Whether there were others.
    pub(super) is_cut: bool,
}

impl Tallies {
    /// None yet; at most `values_max` values are counted at a time, and the `top_count` most
    /// frequent of each attribute shown.
    pub(super) fn new(intervals: usize, values_max: usize, top_count: usize) -> Self {
        Self {
            tallies: Vec::new(),
            intervals,
            values_max,
            top_count,
            values: 0,
            is_full: false,
            is_partial: false,
        }
    }

    /// Counts `value` of the attribute with this number for so many spans.
    pub(super) fn count(&mut self, attribute: usize, at: At, times: u64, value: &Static<'_>) {
        let Some(tally) = self.tally(attribute, at.is_selected) else {
            return;
        };
        tally.totals[at.interval] += times;
        if let Some(known) = tally.index.get(std::slice::from_ref(value)) {
            let intervals = tally.totals.len();
            tally.counts[known].add(at.interval, times, intervals);
            return;
        }
        let may_be_low = tally.is_cut;
        let count = Count { total: times, times: Times::In(at.interval, times), may_be_low };
        self.add((attribute, at.is_selected), value, count);
    }

    /// What is counted of an attribute on one side; `None` where there are too many of them.
    fn tally(&mut self, attribute: usize, is_selected: bool) -> Option<&mut Tally> {
        if attribute >= self.tallies.len() {
            if attribute >= self.values_max {
                self.is_partial = true;
                return None;
            }
            self.tallies.resize_with(attribute + 1, Default::default);
        }
        let tally = &mut self.tallies[attribute][usize::from(is_selected)];
        if tally.totals.is_empty() {
            tally.totals = vec![0; self.intervals];
        }
        Some(tally)
    }

    /// Adds a value that is not counted, if there is room.
    fn add(&mut self, (attribute, is_selected): (usize, bool), value: &Static<'_>, count: Count) {
        let tally = &mut self.tallies[attribute][usize::from(is_selected)];
        if self.is_full {
            tally.is_cut = true;
            self.is_partial = true;
            return;
        }
        tally.index.add(std::slice::from_ref(value));
        tally.counts.push(count);
        self.values += 1;
        if self.values >= self.values_max {
            self.make_room();
        }
    }

    /// Takes in what `other` counted, whose attributes have the numbers that `number` tells.
    pub(super) fn merge(&mut self, other: Self, number: impl Fn(usize) -> usize) {
        self.is_partial |= other.is_partial;
        for (attribute, sides) in other.tallies.into_iter().enumerate() {
            for (is_selected, theirs) in [false, true].into_iter().zip(sides) {
                if !theirs.totals.is_empty() {
                    self.merge_tally((number(attribute), is_selected), theirs);
                }
            }
        }
    }

    fn merge_tally(&mut self, (attribute, is_selected): (usize, bool), theirs: Tally) {
        let intervals = self.intervals;
        let Some(tally) = self.tally(attribute, is_selected) else {
            return;
        };
        tally.totals.iter_mut().zip(&theirs.totals).for_each(|(total, other)| *total += other);
        let (was_cut, are_cut) = (tally.is_cut, theirs.is_cut);
        // What is only here may have gone there, and the other way round.
        let mut known = vec![false; tally.counts.len()];
        let mut new = Vec::new();
        for (value, mut count) in theirs.index.into_values().zip(theirs.counts) {
            match tally.index.get(&value) {
                Some(place) => {
                    tally.counts[place].merge(count, intervals);
                    known[place] = true;
                }
                None => {
                    count.may_be_low |= was_cut;
                    new.push((value, count));
                }
            }
        }
        for (count, is_known) in tally.counts.iter_mut().zip(known) {
            count.may_be_low |= are_cut && !is_known;
        }
        tally.is_cut |= are_cut;
        tally.lost += theirs.lost;
        for (value, count) in new {
            self.add((attribute, is_selected), value.first().unwrap_or(&Static::Nil), count);
        }
    }

    /// Lets the rarer half of the values go that are not among the most frequent of their
    /// attribute.
    fn make_room(&mut self) {
        let all = self.tallies.iter().flatten();
        let mut rare: Vec<u64> = all.flat_map(|tally| tally.beyond(self.top_count)).collect();
        let half = rare.len() / 2;
        if let Some((_, limit, _)) = (!rare.is_empty()).then(|| rare.select_nth_unstable(half)) {
            let limit = *limit;
            for tally in self.tallies.iter_mut().flatten() {
                tally.drop_rare(self.top_count, limit);
            }
        }
        self.values = self.tallies.iter().flatten().map(|tally| tally.counts.len()).sum();
        self.is_full = self.values > self.values_max - self.values_max / ROOM_MIN;
    }

    /// What was seen, and whether a limit left something out or made a count too low.
    pub(super) fn finish(self) -> (Vec<Seen>, bool) {
        let Self { tallies, intervals, top_count, mut is_partial, .. } = self;
        let mut all = Vec::new();
        for (attribute, sides) in tallies.into_iter().enumerate() {
            for (is_selected, tally) in [false, true].into_iter().zip(sides) {
                if tally.totals.is_empty() {
                    continue;
                }
                let is_cut = tally.is_cut || tally.counts.len() > top_count;
                let Tally { totals, index, counts, lost, .. } = tally;
                let values = index.into_values().filter_map(|one| one.into_iter().next());
                let mut values: Vec<_> = values.zip(counts).collect();
                // The most frequent first, by text where they are alike.
                values
                    .sort_by_cached_key(|(value, count)| (Reverse(count.total), value.to_string()));
                values.truncate(top_count);
                let is_sure = |count: &Count| !count.may_be_low && count.total > lost;
                is_partial |= lost > 0 && !values.iter().all(|(_, count)| is_sure(count));
                let top = values.into_iter().map(|(value, count)| (value, count.each(intervals)));
                all.push(Seen { attribute, is_selected, totals, top: top.collect(), is_cut });
            }
        }
        (all, is_partial)
    }
}

impl Tally {
    /// The least total that is among the `top_count` largest.
    fn top_min(&self, top_count: usize) -> u64 {
        let mut totals: Vec<u64> = self.counts.iter().map(|count| count.total).collect();
        match top_count.checked_sub(1) {
            None => u64::MAX,
            Some(last) if last < totals.len() => {
                *totals.select_nth_unstable_by_key(last, |total| Reverse(*total)).1
            }
            Some(_) => 0,
        }
    }

    /// The totals of values that are not among the most frequent.
    fn beyond(&self, top_count: usize) -> Vec<u64> {
        let top_min = self.top_min(top_count);
        let mut left = top_count;
        let totals = self.counts.iter().map(|count| count.total);
        totals.filter(|total| !is_top(*total, top_min, &mut left)).collect()
    }

    /// Lets values go that came at most `limit` times and are not among the most frequent.
    fn drop_rare(&mut self, top_count: usize, limit: u64) {
        let top_min = self.top_min(top_count);
        let mut left = top_count;
        let keep: Vec<bool> = self
            .counts
            .iter()
            .map(|count| is_top(count.total, top_min, &mut left) || count.total > limit)
            .collect();
        if keep.iter().all(|keep| *keep) {
            return;
        }
        self.is_cut = true;
        self.lost += limit;
        self.index.retain(|place| keep[place]);
        let mut keep = keep.into_iter();
        self.counts.retain(|_| keep.next().unwrap_or(false));
    }
}

/// Whether a total is among the largest, of which `left` have not been met.
fn is_top(total: u64, top_min: u64, left: &mut usize) -> bool {
    let is_top = *left > 0 && total >= top_min;
    *left -= usize::from(is_top);
    is_top
}

impl Count {
    fn add(&mut self, interval: usize, times: u64, intervals: usize) {
        self.total += times;
        match &mut self.times {
            Times::In(same, count) if *same == interval => *count += times,
            Times::In(first, count) => {
                let mut each = vec![0; intervals];
                each[*first] = *count;
                each[interval] = times;
                self.times = Times::Each(each);
            }
            Times::Each(each) => each[interval] += times,
        }
    }

    /// Adds another count of the same value.
    fn merge(&mut self, other: Self, intervals: usize) {
        self.may_be_low |= other.may_be_low;
        match other.times {
            Times::In(interval, times) => self.add(interval, times, intervals),
            Times::Each(each) => {
                let times = each.into_iter().enumerate().filter(|(_, times)| *times > 0);
                times.for_each(|(interval, times)| self.add(interval, times, intervals));
            }
        }
    }

    fn each(self, intervals: usize) -> Vec<u64> {
        match self.times {
            Times::In(interval, count) => {
                let mut each = vec![0; intervals];
                each[interval] = count;
                each
            }
            Times::Each(each) => each,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASELINE: At = At { is_selected: false, interval: 0 };

    fn top(tallies: Tallies) -> (Vec<(String, Vec<u64>)>, bool, bool) {
        let (mut seen, is_partial) = tallies.finish();
        let Seen { top, is_cut, .. } = seen.remove(0);
        let top = top.into_iter().map(|(value, counts)| (value.to_string(), counts));
        (top.collect(), is_cut, is_partial)
    }

    #[test]
    fn the_most_frequent_are_shown_by_interval() {
        let mut tallies = Tallies::new(2, 100, 2);
        for (value, interval) in [(7, 0), (8, 1), (7, 1), (9, 0), (9, 0), (9, 1)] {
            tallies.count(0, At { interval, ..BASELINE }, 1, &Static::Int(value));
        }
        let expected = vec![("9".to_owned(), vec![2, 1]), ("7".to_owned(), vec![1, 1])];
        assert_eq!(top(tallies), (expected, true, false));
    }

    #[test]
    fn ids_do_not_keep_out_what_comes_often() {
        let mut tallies = Tallies::new(1, 100, 3);
        for number in 0..10_000 {
            tallies.count(1, BASELINE, 1, &Static::Int(number));
            // The third value only comes when all room has long been taken.
            let often = if number < 5_000 { number % 2 } else { number % 3 };
            tallies.count(0, BASELINE, 1, &Static::Int(often));
        }
        let (top, is_cut, is_partial) = top(tallies);
        let counts: Vec<_> = top.iter().map(|(value, counts)| (&**value, counts[0])).collect();
        assert_eq!(counts, [("0", 4_167), ("1", 4_166), ("2", 1_667)]);
        assert!(!is_cut);
        // Of the ids others may have come more often than those that are shown.
        assert!(is_partial);
    }

    #[test]
    fn without_room_no_further_values_are_counted() {
        let mut tallies = Tallies::new(1, 8, 8);
        for number in 0..100 {
            tallies.count(0, BASELINE, 1, &Static::Int(number));
        }
        let (top, is_cut, is_partial) = top(tallies);
        assert_eq!((top.len(), is_cut, is_partial), (8, true, true));
    }
}
