use serde::Serialize;
use utoipa::ToSchema;

use super::AsText;
use super::completeness::Completeness;
use crate::HopId;
use crate::hops::{self, Edge, HopTotal, Node, Total};
use crate::peers::NodeKind;
use crate::tail::{Entry, Part};

/// Hops, those with the largest share first.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct HopsAnswer<'a> {
    pub(in crate::api::native) hops: Vec<HopFigures<'a>>,
    /// Whether there are more than the limit.
    pub(in crate::api::native) more: bool,
    pub(in crate::api::native) completeness: Completeness<'a>,
}

/// One hop, wherever in a chain it stands.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct HopFigures<'a> {
    /// What it is called by: the same always and everywhere.
    #[schema(value_type = String)]
    id: AsText<HopId>,
    /// The calling service, or the queue that a message was taken from; null for the requests
    /// that entered the system.
    caller: Option<&'a str>,
    caller_kind: Option<NodeKind>,
    /// The called service, or the database, queue or other side that sends no spans; null where
    /// nobody answers and the calls do not say who should.
    callee: Option<&'a str>,
    callee_kind: Option<NodeKind>,
    /// Ids in it are `*`.
    span_name: &'a str,
    calls: u64,
    /// Of them those in error.
    errors: u64,
    /// Of its spans those in which an error began.
    errors_began: u64,
    /// Calls that were made again after one had failed.
    retries: u64,
    duration: Quantiles,
    /// How much longer callers waited than the callee worked: connect, queue, network.
    gap: Quantiles,
    /// What the callee did itself, on average.
    self_nano_per_call: u64,
    /// Its part of the time of all requests, its gap included. Adds up to 1.
    share: f64,
}

/// Half, nine of ten, and 99 of 100 take no longer. Right to 1 %.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct Quantiles {
    p50_nano: u64,
    p90_nano: u64,
    p99_nano: u64,
}

/// Requests, those that came most often first.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct TailAnswer<'a> {
    pub(in crate::api::native) entries: Vec<EntryFigures<'a>>,
    /// Whether there are more kinds than the limit.
    pub(in crate::api::native) more: bool,
    pub(in crate::api::native) completeness: Completeness<'a>,
}

/// A kind of request, and what makes it slow.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct EntryFigures<'a> {
    /// The service that takes it.
    service: &'a str,
    span_name: &'a str,
    requests: u64,
    duration: Quantiles,
    /// The largest first.
    parts: Vec<PartFigures<'a>>,
}

/// A hop's part in that some requests take longer than others.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct PartFigures<'a> {
    /// The hop's.
    #[schema(value_type = String)]
    id: AsText<HopId>,
    /// Null for the request itself.
    caller: Option<&'a str>,
    /// Null where nobody answers.
    callee: Option<&'a str>,
    span_name: &'a str,
    /// All add up to 1. Negative where it takes less in slow requests.
    share: f64,
    /// What it takes of a request on average.
    mean_nano: u64,
}

/// The service map.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct GraphAnswer<'a> {
    pub(in crate::api::native) services: Vec<ServiceFigures<'a>>,
    /// What services call, or take messages from, and sends no spans.
    pub(in crate::api::native) peers: Vec<PeerFigures<'a>>,
    pub(in crate::api::native) edges: Vec<EdgeFigures<'a>>,
    pub(in crate::api::native) completeness: Completeness<'a>,
}

/// One service.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct ServiceFigures<'a> {
    service: &'a str,
    /// Calls that it got.
    calls: u64,
    errors: u64,
    duration: Quantiles,
    /// Its part of the time of all requests.
    share: f64,
}

/// A database, a queue, or another side that sends no spans.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct PeerFigures<'a> {
    name: &'a str,
    kind: NodeKind,
    /// Calls to it that nobody answered.
    calls: u64,
    errors: u64,
    duration: Quantiles,
    /// Its part of the time of all requests.
    share: f64,
}

/// All calls from one node to another.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct EdgeFigures<'a> {
    /// Null for the requests that entered the system.
    caller: Option<&'a str>,
    caller_kind: Option<NodeKind>,
    /// Null where nobody answers and the calls do not say who should.
    callee: Option<&'a str>,
    callee_kind: Option<NodeKind>,
    calls: u64,
    errors: u64,
    duration: Quantiles,
    gap: Quantiles,
    share: f64,
}

impl Quantiles {
    pub(in crate::api::native) fn of(sketch: &chain::Sketch) -> Self {
        let [p50_nano, p90_nano, p99_nano] = hops::quantiles(sketch);
        Self { p50_nano, p90_nano, p99_nano }
    }
}

impl<'a> HopFigures<'a> {
    pub(in crate::api::native) fn of(hop: &'a HopTotal) -> Self {
        Self {
            id: AsText(hop.id),
            caller: hop.caller.as_deref(),
            caller_kind: hop.caller_kind,
            callee: hop.callee.as_deref(),
            callee_kind: hop.callee_kind,
            span_name: &hop.span_name,
            calls: hop.calls,
            errors: hop.errors,
            errors_began: hop.origins,
            retries: hop.retries,
            duration: Quantiles::of(&hop.duration),
            gap: Quantiles::of(&hop.gap),
            self_nano_per_call: hop.self_nano / hop.calls.max(1),
            share: hop.share,
        }
    }
}

impl<'a> EntryFigures<'a> {
    pub(in crate::api::native) fn of(entry: &'a Entry) -> Self {
        let part = |part: &'a Part| PartFigures {
            id: AsText(part.id),
            caller: part.caller.as_deref(),
            callee: part.callee.as_deref(),
            span_name: &part.span_name,
            share: part.share,
            mean_nano: part.mean_nano,
        };
        Self {
            service: &entry.service,
            span_name: &entry.span_name,
            requests: entry.requests,
            duration: Quantiles::of(&entry.duration),
            parts: entry.parts.iter().map(part).collect(),
        }
    }
}

impl<'a> ServiceFigures<'a> {
    /// `None` of a node that is none.
    pub(in crate::api::native) fn of(((service, kind), total): (&'a Node, &Total)) -> Option<Self> {
        (*kind == NodeKind::Service).then(|| Self {
            service,
            calls: total.calls,
            errors: total.errors,
            duration: Quantiles::of(&total.duration),
            share: total.share,
        })
    }
}

impl<'a> PeerFigures<'a> {
    /// `None` of a service.
    pub(in crate::api::native) fn of(((name, kind), total): (&'a Node, &Total)) -> Option<Self> {
        (*kind != NodeKind::Service).then(|| Self {
            name,
            kind: *kind,
            calls: total.calls,
            errors: total.errors,
            duration: Quantiles::of(&total.duration),
            share: total.share,
        })
    }
}

impl<'a> EdgeFigures<'a> {
    pub(in crate::api::native) fn of(((caller, callee), total): (&'a Edge, &Total)) -> Self {
        Self {
            caller: caller.as_ref().map(|(name, _)| name.as_str()),
            caller_kind: caller.as_ref().map(|(_, kind)| *kind),
            callee: callee.as_ref().map(|(name, _)| name.as_str()),
            callee_kind: callee.as_ref().map(|(_, kind)| *kind),
            calls: total.calls,
            errors: total.errors,
            duration: Quantiles::of(&total.duration),
            gap: Quantiles::of(&total.gap),
            share: total.share,
        }
    }
}
