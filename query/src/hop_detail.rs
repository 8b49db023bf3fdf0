//! One hop: what it takes, what leads to it, and what it leads to.

use std::collections::BTreeSet;

use chain::{Cell, PathId, Step};
use hashbrown::HashMap;
use storage::Chains;

use crate::hop_id::HopId;
use crate::hops::{HopTotal, hops};
use crate::peers::Part;
use crate::places::{Places, is_call};

/// How many chains of a hop are told.
const CHAINS_MAX: usize = 50;

/// One hop, and what is around it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct HopDetail<'a> {
    pub(crate) hop: HopTotal,
    /// The hops within which it is called, those with the largest share first.
    pub(crate) callers: Vec<HopTotal>,
    /// The hops that it leads to, likewise.
    pub(crate) callees: Vec<HopTotal>,
    /// The ways from a request to it, likewise; at most 50.
    pub(crate) chains: Vec<HopChain<'a>>,
    /// How many more there are.
    pub(crate) further_chains: usize,
}

/// One way from a request to a hop.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct HopChain<'a> {
    /// The hops on the way, from the request on; the last is the hop.
    pub(crate) links: Vec<HopLink>,
    /// What the calls add up to that come this way.
    pub(crate) cell: &'a Cell,
    /// How many calls that are.
    pub(crate) calls: u64,
    /// The part that they have in the time of all requests.
    pub(crate) share: f64,
}

/// A hop on the way.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct HopLink {
    pub(crate) id: HopId,
    /// Who is called; where nobody answers, who calls.
    pub(crate) service: String,
    pub(crate) span_name: String,
}

/// The hop `id`, if it is in `chains`.
pub(crate) fn detail(chains: &Chains, id: HopId) -> Option<HopDetail<'_>> {
    let all: HashMap<HopId, HopTotal> = hops(chains).into_iter().map(|hop| (hop.id, hop)).collect();
    let hop = all.get(&id)?.clone();
    let places = Places::of(chains);
    let mut begins: Vec<Begin<'_>> = Vec::new();
    let (mut callers, mut callees) = (BTreeSet::new(), BTreeSet::new());
    for (path, step) in &chains.steps {
        if places.begin(*path).is_none_or(|(begin, _)| begin != *path) {
            continue;
        }
        let above = places.above(step).and_then(|above| chains.steps.get(&above));
        let above = above.map(|above| HopId::of(&places.ends_of(above)));
        for (own, begin) in hops_at(chains, &places, *path, step) {
            if own == id {
                begins.push(begin);
                callers.extend(above);
            } else if above == Some(id) {
                callees.insert(own);
            }
        }
    }
    let (nanos, whole_nano) = nanos(chains, &places);
    let chain = |Begin { path, cell, calls, part }| {
        let nano = nanos.get(&path).copied().unwrap_or(0) as f64 * part;
        let mut links = links(chains, &places, path);
        if let Some(last) = links.last_mut() {
            last.id = id;
        }
        let share = nano / whole_nano.max(1) as f64;
        Some(HopChain { links, cell: cell?, calls: calls.max(0) as u64, share })
    };
    let mut chains: Vec<HopChain<'_>> = begins.into_iter().filter_map(chain).collect();
    chains.sort_by(|one, other| {
        let by_calls = || other.calls.cmp(&one.calls);
        other.share.total_cmp(&one.share).then_with(by_calls)
    });
    let further_chains = chains.len().saturating_sub(CHAINS_MAX);
    chains.truncate(CHAINS_MAX);
    let take = |ids: BTreeSet<HopId>| {
        let mut hops: Vec<HopTotal> = ids.iter().filter_map(|id| all.get(id)).cloned().collect();
        hops.sort_by(|one, other| other.share.total_cmp(&one.share));
        hops
    };
    Some(HopDetail { callees: take(callees), callers: take(callers), hop, chains, further_chains })
}

/// Where a hop begins.
struct Begin<'a> {
    path: PathId,
    cell: Option<&'a Cell>,
    calls: i64,
    /// Its part of the time there.
    part: f64,
}

/// The hops that begin at `path`: several where calls of one kind are to several that send no
/// spans.
fn hops_at<'a>(
    chains: &'a Chains,
    places: &Places<'a>,
    path: PathId,
    step: &Step,
) -> Vec<(HopId, Begin<'a>)> {
    let cell = chains.roll_up.cells.get(&path);
    let parts = if is_call(step) { places.peers.parts(path) } else { &[] };
    if parts.is_empty() {
        let calls = cell.map_or(0, |cell| match is_call(step) {
            true => cell.counts.unanswered,
            false => cell.counts.calls,
        });
        let begin = Begin { path, cell, calls, part: 1.0 };
        return vec![(HopId::of(&places.ends_of(step)), begin)];
    }
    let whole: f64 = parts.iter().map(|part| part.nano as f64).sum();
    let begin = |part: &Part<'a>| {
        let cell = part.figures.map(|(_, cell)| cell).or(cell);
        let begin =
            Begin { path, cell, calls: part.calls, part: part.nano as f64 / whole.max(1.0) };
        (HopId::of(&places.ends_to(step, part.peer)), begin)
    };
    parts.iter().map(begin).collect()
}

/// The time of each hop by the path that begins it, and all together, in nanoseconds.
fn nanos(chains: &Chains, places: &Places<'_>) -> (HashMap<PathId, u64>, u64) {
    let mut nanos: HashMap<PathId, u64> = HashMap::new();
    let mut whole = 0u64;
    for (path, cell) in &chains.roll_up.cells {
        let Some((begin, _)) = places.begin(*path) else { continue };
        let own = cell.self_time.sum_nano().saturating_add(cell.gap.sum_nano());
        let nano = nanos.entry(begin).or_insert(0);
        *nano = nano.saturating_add(own);
        whole = whole.saturating_add(own);
    }
    (nanos, whole)
}

/// The hops from the request to the one that begins with `last`.
fn links(chains: &Chains, places: &Places<'_>, last: PathId) -> Vec<HopLink> {
    let mut links = Vec::new();
    let mut next = Some(last);
    while let Some(step) = next.and_then(|path| chains.steps.get(&path)) {
        links.push(HopLink {
            id: HopId::of(&places.ends_of(step)),
            service: chains.name(step.service),
            span_name: chains.name(step.name),
        });
        next = places.above(step);
    }
    links.reverse();
    links
}
