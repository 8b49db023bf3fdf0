//! Rate, errors and duration over time: of a service, of one span name of it, of a hop.

use chain::{PathId, Sketch, name_key, span_name_key};
use hashbrown::HashSet;
use storage::{Chains, Period, Series, TimeRange};

use crate::hop_id::HopId;
use crate::places::{Ends, Places, is_call};

/// How many times are told: the last of them.
pub const POINTS_MAX: usize = 1_500;
/// Up to so long a range is told by minutes, in seconds: so many are read in some 50 ms.
const BY_MINUTES_SECONDS_MAX: u64 = 6 * 60 * 60;
/// Up to so long by hours.
const BY_HOURS_SECONDS_MAX: u64 = 60 * 24 * 60 * 60;

/// Whose calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// What a service is called for, by whomever; or only what has this span name, which
    /// may be a span within the service, too.
    Service {
        /// The service.
        service: String,
        /// The span name, if only that counts.
        span_name: Option<String>,
    },
    /// A hop's.
    Hop(HopId),
}

/// The paths whose spans count, and what of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counted {
    /// The paths.
    pub paths: HashSet<PathId>,
    /// Whether only calls count that nobody answered: what was answered is another hop.
    pub is_unanswered: bool,
}

/// What came in one time.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// When it begins, in seconds since the Unix epoch.
    pub begin_seconds: u64,
    /// Calls.
    pub calls: u64,
    /// Of them those in error.
    pub errors: u64,
    /// How long they took.
    pub duration: Sketch,
}

/// How long the times are into which `range` is cut, of which the present is the last.
pub fn period(range: TimeRange, now_unix_nano: u64) -> Period {
    let to = range.to_unix_nano.min(now_unix_nano).max(range.from_unix_nano);
    let seconds = (to - range.from_unix_nano) / 1_000_000_000;
    if seconds <= BY_MINUTES_SECONDS_MAX {
        Period::Minute
    } else if seconds <= BY_HOURS_SECONDS_MAX {
        Period::Hour
    } else {
        Period::Day
    }
}

/// What in `chains` counts.
pub fn counted(chains: &Chains, whose: &Whose) -> Counted {
    let places = Places { steps: &chains.steps };
    let (service, span_name) = match whose {
        Whose::Hop(id) => return of_hop(chains, *id),
        Whose::Service { service, span_name } => {
            (name_key(service), span_name.as_deref().map(span_name_key))
        }
    };
    let is_it = |ends: Ends| {
        ends.callee == Some(service) && span_name.is_none_or(|name| name == ends.span_name)
    };
    let begins = |path: &PathId| {
        let begin = places.begin(*path).filter(|(begin, _)| begin == path);
        begin.is_some_and(|(_, step)| is_it(places.ends_of(step)))
    };
    let mut paths: HashSet<PathId> = chains.steps.keys().copied().filter(begins).collect();
    if let (true, Some(name)) = (paths.is_empty(), span_name) {
        let own = chains.steps.iter().filter(|(_, step)| {
            step.service == service && step.name == name && !step.kind.is_event()
        });
        paths = own.map(|(path, _)| *path).collect();
    }
    Counted { paths, is_unanswered: false }
}

fn of_hop(chains: &Chains, id: HopId) -> Counted {
    let places = Places { steps: &chains.steps };
    let begins = chains.steps.iter().filter(|(path, step)| {
        let is_begin = places.begin(**path).is_some_and(|(begin, _)| begin == **path);
        is_begin && HopId::of(&places.ends_of(step)) == id
    });
    let mut counted = Counted::default();
    for (path, step) in begins {
        counted.paths.insert(*path);
        counted.is_unanswered = is_call(step);
    }
    counted
}

/// The times of `series`, the earliest first.
pub fn points(series: &Series, counted: &Counted) -> Vec<Point> {
    let point = |(begin, cell): (&u64, &chain::Cell)| {
        let calls = match counted.is_unanswered {
            true => cell.counts.unanswered,
            false => cell.counts.calls,
        };
        let count = |count: i64| count.clamp(0, calls.max(0)) as u64;
        Point {
            begin_seconds: *begin,
            calls: count(calls),
            errors: count(cell.counts.errors),
            duration: cell.duration.clone(),
        }
    };
    let points = series.times.iter().map(point).filter(|point| point.calls > 0);
    points.collect()
}
