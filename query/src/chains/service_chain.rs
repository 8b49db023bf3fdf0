//! Which services wait for which, and what shape that has.

use std::collections::BTreeMap;

use chain::{Cell, Step, StepKind};
use proto::SpanKind;

/// How many chains of one kind of request are told.
const CHAINS_MAX: usize = 20;
/// Chains that fewer requests take are told, but say nothing about the shape.
const RARE_PART: f64 = 0.01;
/// How many times longer than wide, or wider than long, makes a shape.
const CLEAR_RATIO: f64 = 2.0;

/// The chains of services that requests of one kind wait for.
///
/// A chain goes from the service that takes the request to one that calls no other. Spans
/// of one service that follow each other are one link, and what nobody waits for is no part
/// of it: chains end before a CONSUMER.
///
/// The shape is told by calls and not by time, since a shape should not change because
/// something got slow. With *l* calls in a row on the deepest chain, and *w* calls that a
/// request makes from its widest service, it is a chain where *l* ≥ 2 *w* or nothing is
/// called twice (*w* < 1.5), a hub where *w* ≥ 2 *l*, and mixed between. In a chain times
/// add up, link by link; in a hub the slowest of many, or their number, decides. How much of
/// the time lies on the deepest chain is told beside it, as `sequential`.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceChains {
    /// The chains, those with the largest share first; at most 20.
    pub chains: Vec<ServiceChain>,
    /// How many more there are.
    pub further: usize,
    /// The services of the deepest chain, of those that one of a hundred requests takes.
    pub deepest: Vec<String>,
    /// The shape.
    pub shape: Shape,
    /// Calls to other services that a request makes from its widest service.
    pub fan_out: f64,
    /// That service.
    pub widest: String,
    /// The part of the requests' time that lies on the deepest chain.
    pub sequential: f64,
}

/// What requests look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Each service calls about one other.
    Chain,
    /// One service calls many.
    Hub,
    /// Both.
    Mixed,
}

/// One chain of services.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceChain {
    /// Its services, from the one that takes the request on.
    pub hops: Vec<Hop>,
    /// How often a request calls the last of them, this way.
    pub calls_per_request: f64,
    /// The part of the requests' time that lies on it. Chains that begin alike share that
    /// part, so these do not add up to 1.
    pub share: f64,
}

/// One service of a chain.
#[derive(Debug, Clone, PartialEq)]
pub struct Hop {
    /// The service.
    pub service: String,
    /// How often a request calls it, this way.
    pub calls_per_request: f64,
    /// What it does itself, of a request on average, in nanoseconds.
    pub self_nano: u64,
    /// How much longer its caller waits than it works, likewise.
    pub gap_nano: u64,
}

/// A path of calls, in pre-order.
pub(super) struct Call<'a> {
    /// Its parent's place among them.
    pub(super) parent: Option<usize>,
    pub(super) step: &'a Step,
    pub(super) cell: Option<&'a Cell>,
}

/// A service, and the services above it that wait for it.
struct Link {
    service: u64,
    parent: Option<usize>,
    calls: f64,
    self_nano: u64,
    gap_nano: u64,
    has_children: bool,
}

impl ServiceChains {
    /// Of the calls that requests of one kind make; the first is the request.
    pub(super) fn of<'a>(
        calls: impl Iterator<Item = Call<'a>>,
        name: &dyn Fn(u64) -> String,
    ) -> Self {
        let (links, whole_nano) = links(calls);
        let requests = links.first().map_or(1.0, |root| root.calls).max(1.0);
        let share = |nano: u64| nano as f64 / whole_nano.max(1) as f64;
        let chain = |last: usize| {
            let mut hops = Vec::new();
            let mut nano = 0u64;
            let mut next = Some(last);
            while let Some(link) = next.and_then(|place| links.get(place)) {
                nano = nano.saturating_add(link.self_nano).saturating_add(link.gap_nano);
                hops.push(Hop {
                    service: name(link.service),
                    calls_per_request: link.calls / requests,
                    self_nano: (link.self_nano as f64 / requests) as u64,
                    gap_nano: (link.gap_nano as f64 / requests) as u64,
                });
                next = link.parent;
            }
            hops.reverse();
            let calls_per_request = links[last].calls / requests;
            ServiceChain { hops, calls_per_request, share: share(nano) }
        };
        let ends = (0..links.len()).filter(|place| !links[*place].has_children);
        let mut chains: Vec<ServiceChain> = ends.map(chain).collect();
        chains.sort_by(|one, other| {
            let services = |chain: &ServiceChain| -> Vec<String> {
                chain.hops.iter().map(|hop| hop.service.clone()).collect()
            };
            let by_share = other.share.total_cmp(&one.share);
            by_share.then_with(|| services(one).cmp(&services(other)))
        });
        let usual = chains.iter().filter(|chain| chain.calls_per_request >= RARE_PART);
        // The first of the deepest: the one with the largest share.
        let deepest = usual.rev().max_by_key(|chain| chain.hops.len()).or(chains.first());
        let (widest, fan_out) = widest(&links, requests);
        let in_a_row = deepest.map_or(0, |chain| chain.hops.len().saturating_sub(1));
        Self {
            deepest: deepest
                .iter()
                .flat_map(|it| &it.hops)
                .map(|hop| hop.service.clone())
                .collect(),
            sequential: deepest.map_or(1.0, |chain| chain.share),
            shape: shape(in_a_row as f64, fan_out),
            fan_out,
            widest: name(widest),
            further: chains.len().saturating_sub(CHAINS_MAX),
            chains: {
                chains.truncate(CHAINS_MAX);
                chains
            },
        }
    }
}

/// See [`ServiceChains`].
fn shape(in_a_row: f64, fan_out: f64) -> Shape {
    if fan_out < 1.5 || in_a_row >= CLEAR_RATIO * fan_out {
        Shape::Chain
    } else if fan_out >= CLEAR_RATIO * in_a_row {
        Shape::Hub
    } else {
        Shape::Mixed
    }
}

/// The services that wait for each other, in pre-order, and the time of all calls, those
/// that nobody waits for included.
fn links<'a>(calls: impl Iterator<Item = Call<'a>>) -> (Vec<Link>, u64) {
    let mut links: Vec<Link> = Vec::new();
    let mut by_service: BTreeMap<(usize, u64), usize> = BTreeMap::new();
    // Of each call the link that it belongs to; none where nobody waits for it.
    let mut link_of: Vec<Option<usize>> = Vec::new();
    let mut whole_nano = 0u64;
    for Call { parent, step, cell } in calls {
        let above = parent.and_then(|parent| link_of.get(parent).copied().flatten());
        let is_awaited = step.kind != StepKind::span(SpanKind::CONSUMER);
        let place = match (parent, above) {
            (None, _) => Some(None),
            (Some(_), Some(above)) if is_awaited => Some(Some(above)),
            _ => None,
        };
        let place = place.map(|above| match above {
            Some(above) if links[above].service == step.service => (above, false),
            Some(above) => {
                let known = by_service.entry((above, step.service)).or_insert(links.len());
                (*known, true)
            }
            None => (links.len(), true),
        });
        let (self_nano, gap_nano) =
            cell.map_or((0, 0), |cell| (cell.self_time.sum_nano(), cell.gap.sum_nano()));
        whole_nano = whole_nano.saturating_add(self_nano).saturating_add(gap_nano);
        link_of.push(place.map(|(place, _)| place));
        let Some((place, is_call)) = place else { continue };
        if place == links.len() {
            if let Some(above) = above {
                links[above].has_children = true;
            }
            links.push(Link {
                service: step.service,
                parent: above,
                calls: 0.0,
                self_nano: 0,
                gap_nano: 0,
                has_children: false,
            });
        }
        let link = &mut links[place];
        link.calls += if is_call { cell.map_or(0.0, Cell::calls) } else { 0.0 };
        link.self_nano = link.self_nano.saturating_add(self_nano);
        link.gap_nano = link.gap_nano.saturating_add(gap_nano);
    }
    (links, whole_nano)
}

/// The service from which a request makes most calls to others, and how many.
fn widest(links: &[Link], requests: f64) -> (u64, f64) {
    let root = links.first().map_or(0, |root| root.service);
    let mut calls_from: BTreeMap<u64, f64> = BTreeMap::new();
    for link in links {
        if let Some(caller) = link.parent.and_then(|parent| links.get(parent)) {
            *calls_from.entry(caller.service).or_insert(0.0) += link.calls;
        }
    }
    calls_from
        .into_iter()
        .map(|(service, calls)| (service, calls / requests))
        .fold((root, 0.0), |most, own| if own.1 > most.1 { own } else { most })
}
