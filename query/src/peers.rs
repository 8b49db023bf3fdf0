//! What stands at the ends of hops: services, and whom they call that sends no spans.

use std::cmp::Reverse;
use std::sync::Arc;

use chain::{Cell, PathId, PeerKind, RollUp, Step, name_key};
use hashbrown::{HashMap, HashSet};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::places::is_call;

/// What a node of the service map is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    /// Something that sends spans.
    Service,
    /// A database.
    Database,
    /// A queue or topic.
    Queue,
    /// Anything else that is called and sends no spans.
    External,
}

impl From<PeerKind> for NodeKind {
    fn from(kind: PeerKind) -> Self {
        match kind {
            PeerKind::Database => Self::Database,
            PeerKind::Queue => Self::Queue,
            PeerKind::External => Self::External,
        }
    }
}

/// What is called and sends no spans.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Peer {
    /// What callers call it, or their system for messages or data.
    pub name: String,
    /// What it is.
    pub kind: NodeKind,
}

/// Calls at one path that nobody answers, of one peer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part<'a> {
    /// The number of the peer's name; `None` where the calls name none.
    pub(crate) peer: Option<u64>,
    /// How many.
    pub(crate) calls: i64,
    /// Of them those in error.
    pub(crate) errors: i64,
    /// Those that were made again after one had failed.
    pub(crate) retries: i64,
    /// How long they took, all together, in nanoseconds.
    pub(crate) nano: u64,
    /// The path of the peer and its figures, where there are any.
    pub(crate) figures: Option<(PathId, &'a Cell)>,
}

/// The other sides, by the path of the span that speaks of them.
#[derive(Default)]
pub(crate) struct Peers<'a> {
    /// Those with most calls first; never empty.
    parts: HashMap<PathId, Vec<Part<'a>>>,
    /// By the number of a name.
    kinds: HashMap<u64, NodeKind>,
}

impl<'a> Peers<'a> {
    /// Of the calls in `figures`.
    pub(crate) fn of(
        steps: &HashMap<PathId, Step>,
        names: &HashMap<u64, Arc<str>>,
        figures: &'a RollUp,
    ) -> Self {
        let services: HashSet<u64> =
            steps.values().filter(|step| step.kind.is_span()).map(|step| step.service).collect();
        let mut peers = Self::default();
        for (path, step) in steps {
            let (Some(kind), Some(call)) = (step.kind.peer(), step.parent) else { continue };
            let (number, kind) = resolve(step.name, kind.into(), &services, names);
            let known = peers.kinds.entry(number).or_insert(kind);
            *known = kind.min(*known);
            let cell = figures.cells.get(path);
            let counts = cell.map(|cell| cell.counts).unwrap_or_default();
            peers.parts.entry(call).or_default().push(Part {
                peer: Some(number),
                calls: counts.calls,
                errors: counts.errors,
                retries: counts.retries,
                nano: cell.map_or(0, |cell| cell.duration.sum_nano()),
                figures: cell.map(|cell| (*path, cell)),
            });
        }
        for (path, parts) in &mut peers.parts {
            parts.extend(rest(steps.get(path), figures.cells.get(path), parts));
            parts.sort_by_key(|part| (Reverse(part.calls), part.peer, part.figures.map(|it| it.0)));
        }
        peers
    }

    /// The other sides of the span at `path` that send no spans, those with most calls first;
    /// the one without a name is the calls that name none.
    pub(crate) fn parts(&self, path: PathId) -> &[Part<'a>] {
        self.parts.get(&path).map(Vec::as_slice).unwrap_or_default()
    }

    /// The one with most calls.
    pub(crate) fn main(&self, path: PathId) -> Option<u64> {
        self.parts(path).first()?.peer
    }

    /// What the node of this name is.
    pub(crate) fn kind(&self, number: u64) -> NodeKind {
        self.kinds.get(&number).copied().unwrap_or(NodeKind::Service)
    }
}

/// Calls that nobody answers and that name no peer.
fn rest<'a>(step: Option<&Step>, cell: Option<&Cell>, named: &[Part<'_>]) -> Option<Part<'a>> {
    let cell = cell.filter(|_| step.is_some_and(is_call))?;
    let left =
        |all: i64, named_by: fn(&Part<'_>) -> i64| all - named.iter().map(named_by).sum::<i64>();
    let calls = left(cell.counts.unanswered, |part| part.calls);
    let errors = left(cell.counts.errors, |part| part.errors).min(calls);
    let retries = left(cell.counts.retries, |part| part.retries).min(calls);
    // Of those that were answered it is taken that they took as long as the others.
    let part = cell.counts.unanswered.max(0) as f64 / cell.calls().max(1.0);
    let all = (cell.duration.sum_nano() as f64 * part) as u64;
    let nano = all.saturating_sub(named.iter().map(|part| part.nano).sum());
    (calls > 0).then_some(Part { peer: None, calls, errors, retries, nano, figures: None })
}

/// Who a peer is: a service that sends spans, if it is called like one. Within a cluster a
/// host's first label is the service.
fn resolve(
    number: u64,
    kind: NodeKind,
    services: &HashSet<u64>,
    names: &HashMap<u64, Arc<str>>,
) -> (u64, NodeKind) {
    if services.contains(&number) {
        return (number, NodeKind::Service);
    }
    if kind == NodeKind::External
        && let Some(name) = names.get(&number)
    {
        let label = name_key(name.split(['.', ':']).next().unwrap_or_default());
        if services.contains(&label) {
            return (label, NodeKind::Service);
        }
    }
    (number, kind)
}
