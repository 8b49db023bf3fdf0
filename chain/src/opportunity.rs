//! What could be faster though nothing got worse: calls made one after the other.
//!
//! Nothing in spans says whether a call needs the answer of the one before. So this is never
//! a finding; it is told where a look would pay.

use hashbrown::HashMap;

use crate::{Cell, PathId, RollUp, Step};

/// So much of the time of the request that enters the system must be to save, as a part of
/// it (Sentry, consecutive spans).
const SHARE_MIN: f64 = 0.1;
/// And so many seconds of each.
const SECONDS_MIN: f64 = 0.01;
/// How many are told.
const OPPORTUNITIES_MAX: usize = 20;

/// Calls that one span makes one after the other, and that might be made at once.
#[derive(Debug, Clone, PartialEq)]
pub struct Opportunity {
    /// Who makes them.
    pub path: PathId,
    /// The paths of its calls, those that take longest first.
    pub calls: Vec<PathId>,
    /// The root that the path begins with.
    pub root: PathId,
    /// How many requests there were.
    pub requests: f64,
    /// How much sooner one would be answered at most, on average, in seconds: what its calls
    /// took one after the other but for the longest.
    pub seconds: f64,
    /// The same as a part of what it takes.
    pub share: f64,
}

/// What could be made at once, the most seconds of all requests first.
pub fn opportunities(steps: &HashMap<PathId, Step>, figures: &RollUp) -> Vec<Opportunity> {
    let mut found: Vec<Opportunity> = Vec::new();
    for (path, cell) in figures.cells.iter().filter(|(_, cell)| cell.savable_nano > 0) {
        let Some(root) = root(steps, *path) else { continue };
        let Some(requests) = figures.cells.get(&root) else { continue };
        let nano = cell.savable_nano as f64;
        let (count, whole) = (requests.calls(), requests.duration.sum_nano() as f64);
        let (seconds, share) = (nano / 1e9 / count.max(1.0), nano / whole.max(1.0));
        if share >= SHARE_MIN && seconds >= SECONDS_MIN {
            let calls = Vec::new();
            found.push(Opportunity { path: *path, calls, root, requests: count, seconds, share });
        }
    }
    found.sort_by(|one, other| {
        let all = |it: &Opportunity| it.seconds * it.requests;
        all(other).total_cmp(&all(one)).then_with(|| one.path.cmp(&other.path))
    });
    found.truncate(OPPORTUNITIES_MAX);
    for (path, cell) in &figures.cells {
        let Some(step) = steps.get(path).filter(|step| step.kind.is_span()) else { continue };
        let of = found.iter_mut().find(|it| step.parent == Some(it.path));
        if let Some(of) = of.filter(|_| !cell.duration.is_empty()) {
            of.calls.push(*path);
        }
    }
    let nano =
        |path: &PathId| figures.cells.get(path).map_or(0, |it: &Cell| it.duration.sum_nano());
    for one in &mut found {
        one.calls.sort_by_key(|path| (std::cmp::Reverse(nano(path)), *path));
    }
    found
}

/// The root that `path` begins with, if all paths up to it are known.
pub(crate) fn root(steps: &HashMap<PathId, Step>, mut path: PathId) -> Option<PathId> {
    while let Some(parent) = steps.get(&path)?.parent {
        path = parent;
    }
    Some(path)
}
