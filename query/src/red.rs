//! Rate, errors and duration over time: of a service, of one span name of it, of a hop.

use chain::{PathId, Sketch, Step, name_key, span_name_key};
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
    let places = Places::of(chains);
    let (service, span_name) = match whose {
        Whose::Hop(id) => return of_hop(chains, *id),
        Whose::Service { service, span_name } => {
            (name_key(service), span_name.as_deref().map(span_name_key))
        }
    };
    let is_it = |ends: Ends| {
        ends.callee == Some(service) && span_name.is_none_or(|name| name == ends.span_name)
    };
    let mut paths: HashSet<PathId> = HashSet::new();
    for (path, hop) in begins(&places) {
        if !is_call(hop) {
            paths.extend(Some(path).filter(|_| is_it(places.ends_of(hop))));
        }
        paths.extend(of_peers(&places, path, hop, is_it));
    }
    if let (true, Some(name)) = (paths.is_empty(), span_name) {
        let own = chains.steps.iter().filter(|(_, step)| {
            step.service == service && step.name == name && step.kind.is_span()
        });
        paths = own.map(|(path, _)| *path).collect();
    }
    Counted { paths, is_unanswered: false }
}

fn of_hop(chains: &Chains, id: HopId) -> Counted {
    let places = Places::of(chains);
    let is_it = |ends: Ends| HopId::of(&ends) == id;
    let mut counted = Counted::default();
    for (path, hop) in begins(&places) {
        let named = of_peers(&places, path, hop, is_it);
        let is_named = !named.is_empty();
        counted.paths.extend(named);
        let own = if is_call(hop) { places.ends_to(hop, None) } else { places.ends_of(hop) };
        if !is_named && is_it(own) {
            counted.paths.insert(path);
            counted.is_unanswered = is_call(hop);
        }
    }
    counted
}

/// The paths that begin hops.
fn begins<'a>(places: &Places<'a>) -> impl Iterator<Item = (PathId, &'a Step)> {
    places.steps.iter().filter_map(|(path, step)| {
        let (begin, _) = places.begin(*path)?;
        (begin == *path).then_some((*path, step))
    })
}

/// The paths of those peers of `call` that are at the end of such a hop.
fn of_peers(
    places: &Places<'_>,
    path: PathId,
    call: &Step,
    is_it: impl Fn(Ends) -> bool,
) -> Vec<PathId> {
    if !is_call(call) {
        return Vec::new();
    }
    let parts = places.peers.parts(path).iter().filter(|part| part.peer.is_some());
    let parts = parts.filter(|part| is_it(places.ends_to(call, part.peer)));
    parts.filter_map(|part| part.figures.map(|(path, _)| path)).collect()
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
