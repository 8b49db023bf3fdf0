//! Hops that take longer.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashMap;

use super::{Figures, Finding, Found, Sides, What, certainty};
use crate::{PathId, Sketch, Step};

/// With fewer calls at a path before, all paths that end with the same step count.
const CALLS_MIN: f64 = 10.0;
/// With fewer values on either side nothing is said.
const VALUES_MIN: u64 = 3;
/// An edge that adds so much to a request, in seconds, is slow.
const SLOW_EDGE_SECONDS: f64 = 1e-4;
/// A value is above a limit that it exceeds by more than a bucket of a sketch is wide.
const ABOVE: f64 = 1.02;
/// A caller makes a call more often where it makes this many times as many.
const MULTIPLIED_MIN: f64 = 1.5;

/// Who calls whom.
type Edge = (u64, u64);

/// How the same step was before, wherever it was called from.
#[derive(Default)]
struct Pooled {
    self_time: Sketch,
    gap: Sketch,
}

/// An edge and what it adds to a request.
#[derive(Default)]
struct Slow {
    seconds: f64,
    at: Vec<(PathId, Step, f64, Figures, Figures)>,
}

/// Of the calls at `silent` it is known that nobody answers them.
pub(super) fn find(sides: &Sides, silent: &BTreeSet<PathId>, found: &mut Found) {
    let pooled = pooled(sides);
    let nothing = Pooled::default();
    let mut edges: BTreeMap<Edge, Slow> = BTreeMap::new();
    for &(path, step) in &sides.paths {
        if !step.kind.is_span() {
            continue;
        }
        let (now, before) = (sides.now(path), sides.before(path));
        let few = before.calls() < CALLS_MIN;
        let pool = match few {
            true => pooled.get(&step.own()).unwrap_or(&nothing),
            false => &nothing,
        };
        let own_before = if few { &pool.self_time } else { &before.self_time };
        let caller = step.parent.and_then(|parent| sides.service(parent));
        let caller = caller.filter(|caller| *caller != step.service);
        let seconds = sides.longer(&now.self_time, own_before);
        if let Some(answer) = sides.answer(path).filter(|_| seconds > 0.0) {
            // A call waits while nobody answers.
            let edge = edges.entry((step.service, answer.service)).or_default();
            edge.seconds += seconds;
            let figures = (Figures::times(&now.self_time), Figures::times(own_before));
            edge.at.push((path, *answer, seconds, figures.0, figures.1));
        } else if seconds > 0.0 {
            found.blame(step.service, seconds / sides.request_seconds);
            found.add(Finding {
                now: Figures::times(&now.self_time),
                before: Figures::times(own_before),
                ..sides.slow(What::SlowCode, path, step, caller, seconds)
            });
        }
        multiplied(sides, path, step, found);
        if let Some(caller) = caller
            && !now.gap.is_empty()
        {
            let gap_before = if few { &pool.gap } else { &before.gap };
            let seconds = sides.longer(&now.gap, gap_before);
            let edge = edges.entry((caller, step.service)).or_default();
            edge.seconds += seconds;
            if seconds > 0.0 {
                let figures = (Figures::times(&now.gap), Figures::times(gap_before));
                edge.at.push((path, *step, seconds, figures.0, figures.1));
            }
        }
    }
    blame_edges(sides, &edges, silent, found);
}

/// How steps were before that were called too rarely at a path to say so there.
fn pooled(sides: &Sides) -> HashMap<u64, Pooled> {
    let rare = sides
        .paths
        .iter()
        .filter(|(path, step)| step.kind.is_span() && sides.before(*path).calls() < CALLS_MIN);
    let mut pooled: HashMap<u64, Pooled> =
        rare.map(|(_, step)| (step.own(), Pooled::default())).collect();
    for (path, cell) in &sides.reference.cells {
        if let Some(step) = sides.steps.get(path)
            && let Some(pool) = pooled.get_mut(&step.own())
        {
            pool.self_time.merge(&cell.self_time);
            pool.gap.merge(&cell.gap);
        }
    }
    pooled
}

/// Hands out the blame for slow ways. Of the two ends it is the one more of whose edges
/// are slow: a service whose network is bad is slow to everybody, a caller of it only
/// there.
fn blame_edges(
    sides: &Sides,
    edges: &BTreeMap<Edge, Slow>,
    silent: &BTreeSet<PathId>,
    found: &mut Found,
) {
    let mut ends: BTreeMap<u64, (f64, f64, f64)> = BTreeMap::new();
    for ((caller, callee), slow) in edges {
        let is_slow = slow.seconds > SLOW_EDGE_SECONDS;
        for end in BTreeSet::from([*caller, *callee]) {
            let (all, bad, seconds) = ends.entry(end).or_default();
            *all += 1.0;
            *bad += f64::from(u8::from(is_slow));
            *seconds += slow.seconds;
        }
    }
    let part = |end: &u64| ends.get(end).map_or(0.0, |(all, bad, _)| bad / all);
    for (end, (_, _, seconds)) in &ends {
        found.blame(*end, seconds * part(end) / sides.request_seconds);
    }
    for ((caller, callee), slow) in edges {
        let blamed = if part(caller) > part(callee) { *caller } else { *callee };
        let other = if blamed == *caller { *callee } else { *caller };
        for (path, step, seconds, now, before) in &slow.at {
            if silent.contains(path) {
                // What is waited for in vain was told, but for the time.
                let told = sides.slow(What::Silent, *path, step, Some(*caller), *seconds);
                found.add(Finding { paths: 0, path_harm: 0.0, ..told });
                continue;
            }
            let finding = sides.slow(What::SlowGap, *path, step, Some(other), *seconds);
            found.add(Finding { service: blamed, now: *now, before: *before, ..finding });
        }
    }
}

/// Calls that a caller makes more often than before.
fn multiplied(sides: &Sides, path: PathId, step: &Step, found: &mut Found) {
    let (now, before) = (sides.now(path).counts, sides.before(path).counts);
    let Some(caller) = step.parent.and_then(|parent| sides.service(parent)) else {
        return;
    };
    if now.firsts < VALUES_MIN as i64 || before.firsts < VALUES_MIN as i64 {
        return;
    }
    let each = |calls: i64, firsts: i64| calls as f64 / firsts as f64;
    let (each_now, each_before) = (each(now.calls, now.firsts), each(before.calls, before.firsts));
    if each_now < each_before * MULTIPLIED_MIN || each_now < each_before + 1.0 {
        return;
    }
    let further = (each_now - each_before) * now.firsts as f64 / sides.requests;
    let cell = sides.now(path);
    let nano = (cell.self_time.sum_nano() + cell.gap.sum_nano()) as f64 / cell.calls().max(1.0);
    let seconds = further * nano / 1e9;
    found.blame(caller, seconds / sides.request_seconds);
    found.add(Finding {
        service: caller,
        per_request: further,
        now: Figures::part(now.calls as f64, now.firsts as f64),
        before: Figures::part(before.calls as f64, before.firsts as f64),
        ..sides.slow(What::Multiplied, path, step, Some(step.service), seconds)
    });
}

/// How many values are clearly above `limit`, in nanoseconds, and by how much all exceed it.
fn beyond(side: &Sketch, limit: f64) -> (f64, f64) {
    side.values_above(limit).fold((0.0, 0.0), |(above, excess), (value, count)| {
        let is_clear = value > limit * ABOVE;
        (above + if is_clear { count } else { 0.0 }, excess + count * (value - limit))
    })
}

impl Sides<'_> {
    /// How much longer a request takes by values as in `now` instead of `before`, in
    /// seconds.
    fn longer(&self, now: &Sketch, before: &Sketch) -> f64 {
        let (count, count_before) = (now.count(), before.count());
        if count < VALUES_MIN || count_before < VALUES_MIN {
            return 0.0;
        }
        let (count, count_before) = (count as f64, count_before as f64);
        let limit = before.quantile(0.9);
        let (above, excess) = beyond(now, limit);
        if excess == 0.0 {
            return 0.0;
        }
        let (above_before, excess_before) = beyond(before, limit);
        let figures = (Figures::part(above, count), Figures::part(above_before, count_before));
        let nano = (excess / count - 2.0 * excess_before / count_before).max(0.0) * count;
        nano / 1e9 / self.requests * certainty(figures.0, figures.1)
    }

    fn slow(
        &self,
        what: What,
        path: PathId,
        step: &Step,
        caller: Option<u64>,
        seconds: f64,
    ) -> Finding {
        let harm = seconds / self.request_seconds;
        Finding { caller, seconds, ..Finding::of(what, path, step, harm) }
    }
}
