//! What hops add up to.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chain::{Cell, PathId, RollUp, Step};
use hashbrown::{HashMap, HashSet};

use super::{Completeness, TimeRange};

/// A question for the figures of hops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainsQuestion {
    /// When the traces began that count. It is widened to whole minutes.
    pub range: TimeRange,
    /// Traces may be left out of which a span came within this time: others of their
    /// spans may be on their way, and what is missing would look as if it had not
    /// happened. None is where it is 0.
    pub settled: Duration,
}

/// The figures of the traces that began within some time, by the path of calls that leads
/// to each span.
///
/// The time is cut into minutes, what is older than a day into hours, and what is older
/// than a month into days; those count that begin within the range. A trace counts once,
/// with all its spans that came so far.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Chains {
    /// The figures.
    pub roll_up: RollUp,
    /// What each of the paths ends with, and each path that leads to one of them.
    pub steps: HashMap<PathId, Step>,
    /// The names of services, spans and events, by their numbers.
    pub names: HashMap<u64, Arc<str>>,
    /// Whether anything is missing.
    pub completeness: Completeness,
}

impl Chains {
    /// The name that `number` stands for; the number itself where that is not known.
    pub fn name(&self, number: u64) -> String {
        self.names.get(&number).map_or_else(|| format!("{number:016x}"), |name| name.to_string())
    }
}

/// A question for the figures of some paths over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesQuestion {
    /// When the traces began that count: the same as a [`ChainsQuestion`] of this range.
    pub range: TimeRange,
    /// How long a time is, at least.
    pub period: Period,
    /// The paths whose spans count, all together.
    pub paths: HashSet<PathId>,
}

/// What the spans at some paths add up to, time after time. All of them add up to what
/// [`Chains`] of the same range say.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// How long a time is: what was asked for, or longer where figures of the range are
    /// kept by longer times.
    pub period: Period,
    /// By when it begins, in seconds since the Unix epoch, a multiple of the period. Times
    /// without any span are left out.
    pub times: BTreeMap<u64, Cell>,
    /// Whether anything is missing.
    pub completeness: Completeness,
}

impl Series {
    pub(crate) fn new(period: Period) -> Self {
        Self { period, times: BTreeMap::new(), completeness: Completeness::Complete }
    }

    /// Adds those of `paths` in the figures of the time that begins at `begin`, in seconds.
    pub(crate) fn add(&mut self, begin: u64, figures: &RollUp, paths: &HashSet<PathId>) {
        let begin = begin / self.period.seconds() * self.period.seconds();
        for path in paths {
            if let Some(cell) = figures.cells.get(path) {
                self.times.entry(begin).or_default().merge(cell);
            }
        }
    }

    /// Leaves out times of which all that was added was taken out again.
    pub(crate) fn tidy(&mut self) {
        self.times.retain(|_, cell| !cell.is_empty());
    }
}

/// How long a time figures are added up for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Period {
    /// 60 seconds.
    Minute,
    /// 60 minutes.
    Hour,
    /// 24 hours.
    Day,
}

impl Period {
    /// All of them, the shortest first.
    pub const ALL: [Self; 3] = [Self::Minute, Self::Hour, Self::Day];

    /// How long it is, in seconds.
    pub fn seconds(self) -> u64 {
        match self {
            Self::Minute => 60,
            Self::Hour => 60 * 60,
            Self::Day => 24 * 60 * 60,
        }
    }
}

impl std::fmt::Display for Period {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
        })
    }
}
