//! What makes slow requests slow.
//!
//! Each request's time is the sum of what its hops took, so the spread of the time is the
//! sum of how much each hop's time goes with it: of hop *k* with time *x* and a request's
//! time *T*, Cov(*x*, *T*) / Var(*T*). The parts add up to 1. A part may be negative: that
//! hop takes less where requests are slow.

use std::collections::BTreeMap;

use chain::{PathId, Sketch, Step};
use storage::Chains;

use crate::hop_id::HopId;
use crate::places::{Ends, Places};

/// A request that enters the system, and what makes it slow.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The service that takes it.
    pub service: String,
    /// Its span name.
    pub span_name: String,
    /// How many there were.
    pub requests: u64,
    /// How long they took.
    pub duration: Sketch,
    /// The parts that hops have in that some take longer than others, the largest first.
    pub parts: Vec<Part>,
}

/// A hop's part.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// What the hop is called by.
    pub id: HopId,
    /// The calling service; `None` for the request itself.
    pub caller: Option<String>,
    /// The called service, or whom the calls are to that sends no spans; `None` where they do
    /// not say. Of calls of one kind to several, the one that gets most.
    pub callee: Option<String>,
    /// The span name.
    pub span_name: String,
    /// Its part of the spread; all add up to 1.
    pub share: f64,
    /// What it takes of a request on average, in nanoseconds.
    pub mean_nano: u64,
}

/// Sums over the requests of one entry, in microseconds.
#[derive(Default)]
struct Sums {
    requests: f64,
    time: f64,
    time_squared: f64,
    duration: Sketch,
    parts: BTreeMap<Ends, OfHop>,
}

#[derive(Default)]
struct OfHop {
    time: f64,
    with_request: f64,
}

/// What makes requests slow, those that came most often first. Those whose time does not
/// differ are left out.
pub fn entries(chains: &Chains) -> Vec<Entry> {
    let places = Places::of(chains);
    let mut roots: BTreeMap<PathId, (&Step, Sums)> = BTreeMap::new();
    for (path, cell) in &chains.roll_up.cells {
        let (Some((root_path, root)), Some(ends)) = (places.root(*path), places.ends(*path)) else {
            continue;
        };
        let (_, sums) = roots.entry(root_path).or_insert((root, Sums::default()));
        let micros = |sketch: &Sketch| sketch.sum_nano() as f64 / 1e3;
        let time = micros(&cell.self_time) + micros(&cell.gap);
        let part = sums.parts.entry(ends).or_default();
        part.time += time;
        part.with_request += cell.with_root as f64;
        sums.time += time;
        if *path == root_path {
            sums.requests = cell.counts.calls.max(0) as f64;
            sums.time_squared = cell.root_squared as f64;
            sums.duration = cell.duration.clone();
        }
    }
    let name = |number: u64| chains.name(number);
    let mut entries: Vec<Entry> = Vec::new();
    for (step, sums) in roots.into_values() {
        let n = sums.requests;
        let mean = sums.time / n.max(1.0);
        let variance = sums.time_squared / n.max(1.0) - mean * mean;
        if n < 2.0 || variance <= 0.0 {
            continue;
        }
        let part = |(ends, part): (Ends, OfHop)| Part {
            id: HopId::of(&ends),
            caller: ends.caller.map(name),
            callee: ends.callee.map(name),
            span_name: name(ends.span_name),
            share: (part.with_request / n - part.time / n * mean) / variance,
            mean_nano: (part.time / n * 1e3) as u64,
        };
        let mut parts: Vec<Part> = sums.parts.into_iter().map(part).collect();
        // What was rounded to whole microseconds on the way.
        let whole: f64 = parts.iter().map(|part| part.share).sum();
        parts.iter_mut().for_each(|part| part.share /= whole);
        parts.sort_by(|one, other| other.share.total_cmp(&one.share));
        entries.push(Entry {
            service: name(step.service),
            span_name: name(step.name),
            requests: n as u64,
            duration: sums.duration,
            parts,
        });
    }
    entries.sort_by(|one, other| {
        let by_requests = other.requests.cmp(&one.requests);
        let names = |entry: &Entry| (entry.service.clone(), entry.span_name.clone());
        by_requests.then_with(|| names(one).cmp(&names(other)))
    });
    entries
}
