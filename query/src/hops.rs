//! What hops add up to: the calls between services, and what each contributes.
//!
//! Every span belongs to one hop: the one that it begins, or its parent's. So the times of
//! all hops add up to the time of all requests, and their shares to 1.

use std::collections::BTreeMap;

use chain::Sketch;
use storage::Chains;

use crate::hop_id::HopId;
use crate::places::{Ends, Places, is_call};

/// One hop, wherever in a chain it stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HopTotal {
    /// What it is called by.
    pub id: HopId,
    /// The calling service; `None` for the requests that entered the system.
    pub caller: Option<String>,
    /// The called service; `None` where none answers, as a database does not.
    pub callee: Option<String>,
    /// The span name of the answer, or of the call where nobody answers.
    pub span_name: String,
    /// Calls.
    pub calls: u64,
    /// Of them those in error.
    pub errors: u64,
    /// Of its spans those in which an error began.
    pub origins: u64,
    /// Calls that were made again after one had failed.
    pub retries: u64,
    /// How long calls took.
    pub duration: Sketch,
    /// How much longer callers waited than the callee worked.
    pub gap: Sketch,
    /// What the callee did itself, all calls added up, in nanoseconds.
    pub self_nano: u64,
    /// Its part of the time of all requests, its gap included.
    pub share: f64,
}

/// One service, or all calls from one to another.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Total {
    /// Calls.
    pub calls: u64,
    /// Of them those in error.
    pub errors: u64,
    /// How long calls took.
    pub duration: Sketch,
    /// How much longer callers waited than the callee worked.
    pub gap: Sketch,
    /// Its part of the time of all requests.
    pub share: f64,
}

/// Who calls whom; no callee where none answers.
pub type Edge = (Option<String>, Option<String>);

/// The hops of `chains`, those with the largest share first.
pub fn hops(chains: &Chains) -> Vec<HopTotal> {
    let places = Places { steps: &chains.steps };
    let mut totals: BTreeMap<Ends, HopTotal> = BTreeMap::new();
    let mut whole_nano = 0u64;
    for (path, cell) in &chains.roll_up.cells {
        let Some((begin, hop)) = places.begin(*path) else { continue };
        let is_answered = !is_call(hop);
        let total = totals.entry(places.ends_of(hop)).or_default();
        total.self_nano = total.self_nano.saturating_add(cell.self_time.sum_nano());
        total.origins += count(cell.counts.origins);
        whole_nano = whole_nano
            .saturating_add(cell.self_time.sum_nano())
            .saturating_add(cell.gap.sum_nano());
        if begin == *path {
            // A call that was answered is the answer's hop.
            let calls = if is_answered { cell.counts.calls } else { cell.counts.unanswered };
            total.calls += count(calls);
            total.errors += count(cell.counts.errors.min(calls));
            total.retries += count(cell.counts.retries);
            total.duration.merge(&cell.duration);
            total.gap.merge(&cell.gap);
        }
    }
    let name = |number: u64| chains.name(number);
    let mut hops: Vec<HopTotal> = Vec::with_capacity(totals.len());
    for (ends, mut total) in totals {
        if total.calls == 0 && total.self_nano == 0 {
            continue;
        }
        let Ends { caller, callee, span_name } = ends;
        total.id = HopId::of(&ends);
        total.caller = caller.map(name);
        total.callee = callee.map(name);
        total.span_name = name(span_name);
        let own = total.self_nano.saturating_add(total.gap.sum_nano());
        total.share = own as f64 / whole_nano.max(1) as f64;
        hops.push(total);
    }
    hops.sort_by(|one, other| {
        let ends = |hop: &HopTotal| (hop.caller.clone(), hop.callee.clone(), hop.span_name.clone());
        other.share.total_cmp(&one.share).then_with(|| ends(one).cmp(&ends(other)))
    });
    hops
}

/// The calls between services, all span names together.
pub fn edges(hops: &[HopTotal]) -> BTreeMap<Edge, Total> {
    let mut edges: BTreeMap<Edge, Total> = BTreeMap::new();
    for hop in hops {
        edges.entry((hop.caller.clone(), hop.callee.clone())).or_default().add(hop);
    }
    edges
}

/// What each service was called for, by whomever. What calls of its own that nobody
/// answers took is its own, too.
pub fn services(hops: &[HopTotal]) -> BTreeMap<String, Total> {
    let mut services: BTreeMap<String, Total> = BTreeMap::new();
    for hop in hops {
        match (&hop.callee, &hop.caller) {
            (Some(callee), _) => services.entry(callee.clone()).or_default().add(hop),
            (None, Some(caller)) => {
                services.entry(caller.clone()).or_default().share += hop.share;
            }
            (None, None) => {}
        }
    }
    services
}

impl Total {
    fn add(&mut self, hop: &HopTotal) {
        self.calls += hop.calls;
        self.errors += hop.errors;
        self.duration.merge(&hop.duration);
        self.gap.merge(&hop.gap);
        self.share += hop.share;
    }
}

fn count(count: i64) -> u64 {
    count.max(0) as u64
}

/// What a person reads of values: half, nine of ten, and 99 of 100 take no longer, in
/// nanoseconds.
pub fn quantiles(sketch: &Sketch) -> [u64; 3] {
    [0.5, 0.9, 0.99].map(|quantile| sketch.quantile(quantile) as u64)
}
