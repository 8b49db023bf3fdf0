//! What hops add up to: the calls between services, and what each contributes.
//!
//! Every span belongs to one hop: the one that it begins, or its parent's. So the times of
//! all hops add up to the time of all requests, and their shares to 1.

use std::collections::BTreeMap;

use chain::{Cell, Counts, Sketch};
use storage::Chains;

use crate::hop_id::HopId;
use crate::peers::{NodeKind, Part};
use crate::places::{Ends, Places, is_call};

/// One hop, wherever in a chain it stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HopTotal {
    /// What it is called by.
    pub id: HopId,
    /// The calling service, or the queue that a message was taken from; `None` for the
    /// requests that entered the system.
    pub caller: Option<String>,
    /// What that is.
    pub caller_kind: Option<NodeKind>,
    /// The called service, or the database, queue or other side that sends no spans; `None`
    /// where nobody answers and the call does not say who should.
    pub callee: Option<String>,
    /// What that is.
    pub callee_kind: Option<NodeKind>,
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

/// One node, or all calls from one to another.
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

/// A node of the service map: its name, and what it is.
pub type Node = (String, NodeKind);

/// Who calls whom; no callee where none answers and none is named.
pub type Edge = (Option<Node>, Option<Node>);

/// The hops of `chains`, those with the largest share first.
pub fn hops(chains: &Chains) -> Vec<HopTotal> {
    let places = Places::of(chains);
    let mut totals: BTreeMap<Ends, HopTotal> = BTreeMap::new();
    let mut whole_nano = 0u64;
    for (path, cell) in &chains.roll_up.cells {
        let Some((begin, hop)) = places.begin(*path) else { continue };
        let self_nano = cell.self_time.sum_nano();
        whole_nano = whole_nano.saturating_add(self_nano).saturating_add(cell.gap.sum_nano());
        let parts = match is_call(hop) {
            true => places.peers.parts(begin),
            false => &[],
        };
        for (part, nano) in spread(self_nano, parts) {
            let ends =
                part.map_or_else(|| places.ends_of(hop), |part| places.ends_to(hop, part.peer));
            let total = totals.entry(ends).or_default();
            total.self_nano = total.self_nano.saturating_add(nano);
        }
        let total = totals.entry(places.ends_of(hop)).or_default();
        total.origins += count(cell.counts.origins);
        if begin != *path {
            continue;
        }
        let Counts { calls, errors, retries, unanswered, .. } = cell.counts;
        if !is_call(hop) {
            total.add(cell, [calls, errors, retries]);
            continue;
        }
        // A call that was answered is the answer's hop.
        if parts.is_empty() {
            total.add(cell, [unanswered, errors, retries]);
        }
        for part in parts {
            let total = totals.entry(places.ends_to(hop, part.peer)).or_default();
            let cell = part.figures.map_or(cell, |(_, cell)| cell);
            total.add(cell, [part.calls, part.errors, part.retries]);
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
        total.caller_kind = caller.map(|number| places.peers.kind(number));
        total.callee = callee.map(name);
        total.callee_kind = callee.map(|number| places.peers.kind(number));
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

/// The calls between nodes, all span names together.
pub fn edges(hops: &[HopTotal]) -> BTreeMap<Edge, Total> {
    let mut edges: BTreeMap<Edge, Total> = BTreeMap::new();
    for hop in hops {
        edges.entry((hop.caller_node(), hop.callee_node())).or_default().add(hop);
    }
    edges
}

/// What each node was called for, by whomever. What calls took that nobody answers and that
/// name nobody is their caller's own, too.
pub fn nodes(hops: &[HopTotal]) -> BTreeMap<Node, Total> {
    let mut nodes: BTreeMap<Node, Total> = BTreeMap::new();
    for hop in hops {
        let caller = hop.caller_node();
        match (hop.callee_node(), &caller) {
            (Some(callee), _) => nodes.entry(callee).or_default().add(hop),
            (None, Some(caller)) => {
                nodes.entry(caller.clone()).or_default().share += hop.share;
            }
            (None, None) => {}
        }
        // Nothing may call a queue that messages are taken from.
        if let Some(caller) = caller.filter(|(_, kind)| *kind != NodeKind::Service) {
            nodes.entry(caller).or_default();
        }
    }
    nodes
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

impl HopTotal {
    /// Adds calls of one path: so many, so many of them in error, and so many made again.
    fn add(&mut self, cell: &Cell, [calls, errors, retries]: [i64; 3]) {
        self.calls += count(calls);
        self.errors += count(errors.min(calls));
        self.retries += count(retries);
        self.duration.merge(&cell.duration);
        self.gap.merge(&cell.gap);
    }

    fn caller_node(&self) -> Option<Node> {
        self.caller.clone().zip(self.caller_kind)
    }

    fn callee_node(&self) -> Option<Node> {
        self.callee.clone().zip(self.callee_kind)
    }
}

/// `nano` in parts, as long as the calls of each took: all of it, to the nanosecond. Without
/// parts it is one.
fn spread<'p, 'a>(nano: u64, parts: &'p [Part<'a>]) -> Vec<(Option<&'p Part<'a>>, u64)> {
    let Some((first, rest)) = parts.split_first() else { return vec![(None, nano)] };
    let whole: u128 = parts.iter().map(|part| u128::from(part.nano)).sum();
    let own = |part: &Part<'_>| (u128::from(nano) * u128::from(part.nano) / whole.max(1)) as u64;
    let rest: Vec<_> = rest.iter().map(|part| (Some(part), own(part))).collect();
    let left = nano - rest.iter().map(|(_, nano)| nano).sum::<u64>();
    [vec![(Some(first), left)], rest].concat()
}

fn count(count: i64) -> u64 {
    count.max(0) as u64
}

/// What a person reads of values: half, nine of ten, and 99 of 100 take no longer, in
/// nanoseconds.
pub fn quantiles(sketch: &Sketch) -> [u64; 3] {
    [0.5, 0.9, 0.99].map(|quantile| sketch.quantile(quantile) as u64)
}
