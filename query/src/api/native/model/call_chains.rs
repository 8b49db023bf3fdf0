use chain::Cell;
use proto::SpanKind;
use serde::Serialize;
use utoipa::ToSchema;

use super::AsText;
use super::chains::Quantiles;
use super::completeness::Completeness;
use crate::HopId;
use crate::chains::selection::Looked;
use crate::chains::{Entry, Figures, Forest, Hop, LeftOut, Node, ServiceChain, Shape};

/// The calls that requests of each kind make.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct ChainsAnswer<'a> {
    /// Those that take the most time first.
    entries: Vec<EntryChains<'a>>,
    /// The kinds of requests beyond the limit.
    left_out: LeftOutFigures,
    /// Which traces it is made from; null where it is all of the time range.
    picked: Option<PickedTraces>,
    completeness: Completeness<'a>,
}

/// Which traces an answer is made from.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct PickedTraces {
    /// How many meet the conditions, of those looked at: the newest.
    traces: usize,
    /// Whether there are older ones.
    more: bool,
    /// How many the reference is made from: the newest that do not; null without one.
    reference_traces: Option<usize>,
    /// Whether there may be older ones of those.
    reference_more: Option<bool>,
}

/// A kind of request, and the calls that it makes.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct EntryChains<'a> {
    /// The service that takes it.
    service: &'a str,
    /// Ids in it are `*`.
    span_name: &'a str,
    requests: u64,
    duration: Quantiles,
    /// Its part of the time of all requests that are asked for. All add up to 1.
    share: f64,
    shape: ShapeFigures<'a>,
    /// Which services wait for which, those with the largest share first. At most 20.
    chains: Vec<ServiceChainFigures<'a>>,
    /// How many chains there are beyond those.
    further_chains: usize,
    /// The calls, in pre-order: one stands before those that it leads to. The first is the
    /// request itself.
    nodes: Vec<CallNode<'a>>,
}

/// What requests of one kind look like.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct ShapeFigures<'a> {
    /// `chain`, `hub` or `mixed`: by how many calls are in a row and side by side.
    kind: &'static str,
    /// The services of the deepest chain that one of a hundred requests takes.
    deepest: Vec<&'a str>,
    /// Calls to other services that a request makes from its widest service.
    fan_out: f64,
    /// That service.
    widest: &'a str,
    /// The part of the requests' time that lies on the deepest chain.
    sequential: f64,
}

/// Services of which each waits for the next.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct ServiceChainFigures<'a> {
    /// How many services.
    depth: usize,
    /// How often a request calls the last of them, this way.
    calls_per_request: f64,
    /// The part of the requests' time that lies on it. What begins alike is shared.
    share: f64,
    /// From the service that takes the request on.
    hops: Vec<ServiceChainHop<'a>>,
}

/// One service of a chain.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct ServiceChainHop<'a> {
    service: &'a str,
    /// How often a request calls it, this way.
    calls_per_request: f64,
    /// What it does itself, of a request on average.
    self_nano_per_request: u64,
    /// How much longer its caller waits than it works, of a request on average.
    gap_nano_per_request: u64,
}

/// The spans that one path of calls leads to.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct CallNode<'a> {
    /// How many nodes are above it.
    depth: usize,
    service: &'a str,
    /// Ids in it are `*`.
    span_name: &'a str,
    /// `internal`, `server`, `client`, `producer`, `consumer` or `unspecified`.
    kind: String,
    /// The id of the hop that it belongs to; of a call that is answered its answer's.
    #[schema(value_type = Option<String>)]
    hop_id: Option<AsText<HopId>>,
    now: CallFigures,
    /// Those of the reference; null where none is asked for.
    reference: Option<CallFigures>,
    /// What is called beyond the limit.
    left_out: LeftOutFigures,
}

/// Figures of a node.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct CallFigures {
    calls: u64,
    /// Of them those in error.
    errors: u64,
    /// Of them those in which an error began.
    errors_began: u64,
    /// Calls for each of the node above.
    calls_per_parent: f64,
    /// How long they worked themselves; 0 of a call that is answered: see its answer's gap.
    #[serde(rename = "self")]
    own: QuantilesAndSum,
    /// Of answers: how much longer callers waited than they worked.
    gap: QuantilesAndSum,
    /// How long they took; null within a service, where that is not kept.
    duration: Option<Quantiles>,
    /// Their part of the time of all requests that are asked for, self time and gap. With
    /// what is left out all add up to 1.
    share: f64,
    /// Theirs, and that of all nodes below.
    subtree_share: f64,
}

/// How values spread, and what they add up to.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(in crate::api::native) struct QuantilesAndSum {
    p50_nano: u64,
    p90_nano: u64,
    p99_nano: u64,
    sum_nano: u64,
}

/// What is beyond a limit.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct LeftOutFigures {
    /// How many nodes, all that is below them included.
    nodes: usize,
    /// Their part of the time.
    share: f64,
    /// Their part of the time of the reference.
    reference_share: f64,
}

impl<'a> ChainsAnswer<'a> {
    pub(in crate::api::native) fn of(
        forest: &'a Forest<'a>,
        picked: Option<(Looked, Option<Looked>)>,
        completeness: &'a storage::Completeness,
    ) -> Self {
        Self {
            entries: forest.entries.iter().filter_map(EntryChains::of).collect(),
            left_out: LeftOutFigures::of(forest.left_out),
            picked: picked.map(|(picked, rest)| PickedTraces {
                traces: picked.traces,
                more: picked.more,
                reference_traces: rest.map(|rest| rest.traces),
                reference_more: rest.map(|rest| rest.more),
            }),
            completeness: Completeness::of(completeness),
        }
    }
}

impl<'a> EntryChains<'a> {
    fn of(entry: &'a Entry<'a>) -> Option<Self> {
        let root = entry.nodes.first()?;
        let chains = &entry.chains;
        let cell = root.now.cell;
        let (requests, duration) = match cell {
            Some(cell) => (cell.calls() as u64, Quantiles::of(&cell.duration)),
            None => (0, Quantiles::of(&chain::Sketch::default())),
        };
        Some(Self {
            service: &root.service,
            span_name: &root.span_name,
            requests,
            duration,
            share: root.now.subtree_share,
            shape: ShapeFigures {
                kind: word(chains.shape),
                deepest: chains.deepest.iter().map(String::as_str).collect(),
                fan_out: chains.fan_out,
                widest: &chains.widest,
                sequential: chains.sequential,
            },
            chains: chains.chains.iter().map(ServiceChainFigures::of).collect(),
            further_chains: chains.further,
            nodes: entry.nodes.iter().map(CallNode::of).collect(),
        })
    }
}

fn word(shape: Shape) -> &'static str {
    match shape {
        Shape::Chain => "chain",
        Shape::Hub => "hub",
        Shape::Mixed => "mixed",
    }
}

impl<'a> ServiceChainFigures<'a> {
    fn of(chain: &'a ServiceChain) -> Self {
        let hop = |hop: &'a Hop| ServiceChainHop {
            service: &hop.service,
            calls_per_request: hop.calls_per_request,
            self_nano_per_request: hop.self_nano,
            gap_nano_per_request: hop.gap_nano,
        };
        Self {
            depth: chain.hops.len(),
            calls_per_request: chain.calls_per_request,
            share: chain.share,
            hops: chain.hops.iter().map(hop).collect(),
        }
    }
}

impl<'a> CallNode<'a> {
    fn of(node: &'a Node<'a>) -> Self {
        Self {
            depth: node.depth,
            service: &node.service,
            span_name: &node.span_name,
            kind: SpanKind(node.kind.0).to_string(),
            hop_id: node.hop.map(AsText),
            now: CallFigures::of(&node.now),
            reference: node.reference.as_ref().map(CallFigures::of),
            left_out: LeftOutFigures::of(node.left_out),
        }
    }
}

impl CallFigures {
    fn of(figures: &Figures<'_>) -> Self {
        let Figures { cell, calls_per_parent, share, subtree_share } = *figures;
        let count = |count: fn(&Cell) -> i64| cell.map_or(0, |cell| count(cell).max(0) as u64);
        let spread = |sketch: fn(&Cell) -> &chain::Sketch| {
            cell.map_or_else(QuantilesAndSum::default, |cell| QuantilesAndSum::of(sketch(cell)))
        };
        let duration = cell.map(|cell| &cell.duration).filter(|duration| !duration.is_empty());
        Self {
            calls: count(|cell| cell.counts.calls),
            errors: count(|cell| cell.counts.errors),
            errors_began: count(|cell| cell.counts.origins),
            calls_per_parent,
            own: spread(|cell| &cell.self_time),
            gap: spread(|cell| &cell.gap),
            duration: duration.map(Quantiles::of),
            share,
            subtree_share,
        }
    }
}

impl QuantilesAndSum {
    fn of(sketch: &chain::Sketch) -> Self {
        let [p50_nano, p90_nano, p99_nano] = crate::hops::quantiles(sketch);
        Self { p50_nano, p90_nano, p99_nano, sum_nano: sketch.sum_nano() }
    }
}

impl LeftOutFigures {
    fn of(left_out: LeftOut) -> Self {
        let LeftOut { nodes, share, reference_share, .. } = left_out;
        Self { nodes, share, reference_share }
    }
}
