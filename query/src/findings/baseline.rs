//! What the last minutes are held against, and whether the same is asked for there.

use hashbrown::HashSet;
use storage::{
    ChainsQuestion, Deadline, Period, ReadError, Series, SeriesQuestion, TimeRange, TraceReader,
};

use super::sentence::called;
use super::{Compared, Entrance, MINUTE_NANO, Times};

const HOUR_NANO: u64 = 60 * MINUTE_NANO;
const DAY_NANO: u64 = 24 * HOUR_NANO;
/// How many days of a week are taken together, yesterday the last.
const WEEK_DAYS: u64 = 7;
/// Where so large a part of the requests is of other kinds than before, what differs may be
/// due to that.
const OTHER_WORK_MIN: f64 = 0.3;
/// The kind of request is named that has grown most, from so large a part of all on.
const TOLD_GROWTH_MIN: f64 = 0.1;
/// So many times as many requests a minute, or as few, are another load.
const OTHER_RATE_FACTOR: f64 = 2.0;

/// What kind of time the reference is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Baseline {
    /// What somebody asked for.
    Asked,
    /// The hour before.
    Recent,
    /// The same hour of the clock yesterday.
    Yesterday,
    /// This hour of the clock on each of the last seven days, all together.
    Week,
    /// The hour before a service ran another version.
    Version,
}

impl Baseline {
    /// Those that the watch chooses from, the best first.
    pub(super) const CHOICE: [Self; 3] = [Self::Recent, Self::Yesterday, Self::Week];

    /// The API's word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Recent => "recent",
            Self::Yesterday => "yesterday",
            Self::Week => "week",
            Self::Version => "version",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Asked => "the time that was asked for",
            Self::Recent => "the hour before",
            Self::Yesterday => "the same hour yesterday",
            Self::Week => "this hour of the last seven days",
            Self::Version => "the hour before the new version",
        }
    }

    /// Its times, the earliest first, where what begins at `from_unix_nano` is judged, but
    /// for what was wrong then. What is older than a day is kept by the hour: of such times
    /// an hour in which anything was wrong is left out whole.
    pub(super) fn ranges(self, from_unix_nano: u64, troubled: &[TimeRange]) -> Vec<TimeRange> {
        let hour = from_unix_nano / HOUR_NANO * HOUR_NANO;
        let days_ago = |days: u64| {
            let begin = hour.saturating_sub(days * DAY_NANO);
            TimeRange { from_unix_nano: begin, to_unix_nano: begin.saturating_add(HOUR_NANO) }
        };
        match self {
            Self::Asked => Vec::new(),
            Self::Recent | Self::Version => {
                let begin = from_unix_nano.saturating_sub(HOUR_NANO);
                untroubled(range(begin, from_unix_nano), troubled)
            }
            Self::Yesterday => untroubled(days_ago(1), troubled),
            Self::Week => {
                let days = (1..=WEEK_DAYS).rev().map(days_ago);
                days.filter(|day| untroubled(*day, troubled) == [*day]).collect()
            }
        }
    }
}

/// How many requests come in a minute.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rates {
    /// Now.
    pub now: f64,
    /// Before, on average of the times in which there were any.
    pub before: f64,
}

impl Rates {
    /// Those of what is judged and of the reference. `None` where either has none.
    ///
    /// # Errors
    /// The store's.
    pub(super) fn of(
        reader: &dyn TraceReader,
        times: &Times,
        deadline: Deadline,
    ) -> Result<Option<Self>, ReadError> {
        let from = times.judged.from_unix_nano;
        // Of what is judged the first minute is over, the last is not.
        let to = minute(times.judged.to_unix_nano).max(from.saturating_add(MINUTE_NANO));
        let judged = range(from, to);
        let question = ChainsQuestion { range: judged, settled: times.settled };
        let steps = reader.chains(&question, deadline)?.steps;
        let roots = steps.iter().filter(|(_, step)| step.parent.is_none());
        let paths: HashSet<_> = roots.map(|(path, _)| *path).collect();
        let ask = |range| {
            let question = SeriesQuestion { range, period: Period::Minute, paths: paths.clone() };
            reader.series(&question, deadline)
        };
        let mut rate = Rate::default();
        rate.add(&ask(judged)?);
        let mut before = Rate::default();
        for reference in &times.reference {
            before.add(&ask(*reference)?);
        }
        let rates = Self { now: rate.per_minute(), before: before.per_minute() };
        Ok((rates.now > 0.0 && rates.before > 0.0).then_some(rates))
    }

    /// How many times as many come as before, where that is another load.
    fn other(self) -> Option<f64> {
        let factor = self.now / self.before;
        let is_other = factor >= OTHER_RATE_FACTOR || factor * OTHER_RATE_FACTOR <= 1.0;
        is_other.then_some(factor)
    }
}

/// Requests, and in how many minutes they came.
#[derive(Default)]
struct Rate {
    requests: f64,
    minutes: f64,
}

impl Rate {
    fn add(&mut self, series: &Series) {
        let minutes = series.period.seconds() as f64 / 60.0;
        for cell in series.times.values() {
            self.requests += cell.calls();
            self.minutes += minutes;
        }
    }

    fn per_minute(&self) -> f64 {
        self.requests / self.minutes.max(1.0)
    }
}

impl Compared {
    /// Whether the workload is another than before: other kinds of requests, or many more of
    /// them or many fewer.
    pub fn is_other_workload(&self) -> bool {
        self.is_other_work() || self.rates.and_then(Rates::other).is_some()
    }

    /// Whether other kinds of requests come than before.
    pub(super) fn is_other_work(&self) -> bool {
        self.workload_shift >= OTHER_WORK_MIN
    }

    /// With what it was compared, and in what the workload was another there, without a full
    /// stop.
    pub fn sentence(&self) -> String {
        let mut text = format!("compared with {}", self.times.baseline.name());
        if self.is_other_work() {
            let percent = self.workload_shift * 100.0;
            text += &format!("; {percent:.0} % of the requests are of other kinds than then");
            if let Some((entry, before, now)) = self.most_grown() {
                let name = called(Some(&entry.service), &entry.span_name);
                let (before, now) = (before * 100.0, now * 100.0);
                text += &format!(" ({name} were {before:.0} %, now {now:.0} %)");
            }
        }
        match self.rates.and_then(Rates::other) {
            Some(factor) if factor > 1.0 => {
                text += &format!("; {factor:.1} times as many requests come as then");
            }
            Some(factor) => {
                let percent = factor * 100.0;
                text += &format!("; only {percent:.0} % as many requests come as then");
            }
            None => {}
        }
        if self.is_other_workload() {
            text += ", so differences may be due to that";
        }
        text
    }

    /// The kind of request whose part of all grew most, with its part before and now.
    fn most_grown(&self) -> Option<(&Entrance, f64, f64)> {
        let part = |count: u64, all: u64| count as f64 / all.max(1) as f64;
        let parts = self.entries.iter().map(|entry| {
            let before = part(entry.reference_requests, self.reference_requests);
            (entry, before, part(entry.requests, self.requests))
        });
        let most = parts.max_by(|one, other| (one.2 - one.1).total_cmp(&(other.2 - other.1)));
        // What is new is not among them.
        most.filter(|(_, before, now)| now - before >= TOLD_GROWTH_MIN)
    }
}

fn range(from_unix_nano: u64, to_unix_nano: u64) -> TimeRange {
    TimeRange { from_unix_nano, to_unix_nano }
}

pub(super) fn minute(unix_nano: u64) -> u64 {
    unix_nano / MINUTE_NANO * MINUTE_NANO
}

/// The whole minutes of `range` in which nothing was wrong. What is known of the moment at
/// which something was found only may have begun up to two minutes before it.
fn untroubled(range: TimeRange, troubled: &[TimeRange]) -> Vec<TimeRange> {
    let is_troubled = |begin: u64| {
        troubled.iter().any(|trouble| {
            let since = minute(trouble.from_unix_nano.saturating_sub(MINUTE_NANO));
            since < begin.saturating_add(MINUTE_NANO) && begin < trouble.to_unix_nano
        })
    };
    let mut ranges: Vec<TimeRange> = Vec::new();
    let mut begin = minute(range.from_unix_nano);
    while begin < range.to_unix_nano {
        let end = begin.saturating_add(MINUTE_NANO);
        match ranges.last_mut() {
            _ if is_troubled(begin) => {}
            Some(last) if last.to_unix_nano == begin => last.to_unix_nano = end,
            _ => ranges.push(TimeRange { from_unix_nano: begin, to_unix_nano: end }),
        }
        begin = end;
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(from: u64, to: u64) -> TimeRange {
        range(from * MINUTE_NANO, to * MINUTE_NANO)
    }

    #[test]
    fn minutes_in_which_something_was_wrong_are_no_reference() {
        assert_eq!(untroubled(minutes(10, 20), &[]), [minutes(10, 20)]);
        // Found at 14:30, so it may have begun at 13.
        let trouble = range(14 * MINUTE_NANO + MINUTE_NANO / 2, 16 * MINUTE_NANO + 1);
        let rest = [minutes(10, 13), minutes(17, 20)];
        assert_eq!(untroubled(minutes(10, 20), &[trouble]), rest);
        assert_eq!(untroubled(minutes(14, 16), &[trouble]), []);
    }

    #[test]
    fn an_hour_of_the_week_with_something_wrong_in_it_is_left_out_whole() {
        let day = 24 * 60;
        // Ten minutes after an hour.
        let from = (20 * day + 14 * 60 + 10) * MINUTE_NANO;
        let hour = |day_of: u64| minutes(day_of * day + 14 * 60, day_of * day + 15 * 60);
        let week = Baseline::Week.ranges(from, &[]);
        assert_eq!(week, (13..20).map(hour).collect::<Vec<_>>());
        let noon = (17 * day + 14 * 60 + 30) * MINUTE_NANO;
        let trouble = range(noon, noon + MINUTE_NANO);
        let rest: Vec<_> = [13, 14, 15, 16, 18, 19].map(hour).to_vec();
        assert_eq!(Baseline::Week.ranges(from, &[trouble]), rest);
        assert_eq!(Baseline::Yesterday.ranges(from, &[trouble]), [hour(19)]);
    }
}
