//! The calls of some traces held against those of others: what an average trace of each takes,
//! path by path. Of one trace against one other that is the difference of the two.

use chain::{Cell, StepKind};
use storage::Chains;

use super::tree::{Asked, Node, forest};
use crate::hop_id::HopId;

/// Some traces, added up.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// What they add up to.
    pub chains: &'a Chains,
    /// How many they are.
    pub traces: usize,
}

/// What differs. Times are averages of a trace.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// All paths that are on either side and there was room for, in pre-order.
    pub nodes: Vec<DifferenceNode>,
    /// What the requests of a trace take: the time of its roots.
    pub now: PerTrace,
    /// The same of the other side.
    pub reference: PerTrace,
    /// How many paths there was no room for.
    pub left_out_nodes: usize,
    /// By how much a trace takes longer there, in nanoseconds.
    pub left_out_nano: f64,
}

/// One path.
#[derive(Debug, Clone, PartialEq)]
pub struct DifferenceNode {
    /// How many nodes are above it.
    pub depth: usize,
    /// The service.
    pub service: String,
    /// The span name. Ids in it are `*`.
    pub span_name: String,
    /// What it is to its caller.
    pub kind: StepKind,
    /// The hop that it belongs to.
    pub hop: Option<HopId>,
    /// What a trace has of it; `None` where none has any.
    pub now: Option<PerTrace>,
    /// The same of the other side.
    pub reference: Option<PerTrace>,
    /// By how much a trace takes longer here: self time and gap, in nanoseconds. Those of all
    /// nodes and of what is left out add up to the difference of the roots.
    pub nano: f64,
    /// Here and at all nodes below, those left out included.
    pub subtree_nano: f64,
}

/// What an average trace has at a path.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PerTrace {
    /// Calls.
    pub calls: f64,
    /// Of them those in error.
    pub errors: f64,
    /// Of them those in which an error began.
    pub errors_began: f64,
    /// How long they worked themselves, in nanoseconds.
    pub self_nano: f64,
    /// How much longer callers waited than they worked, in nanoseconds.
    pub gap_nano: f64,
    /// How long they took, in nanoseconds; 0 within a service, where that is not kept.
    pub duration_nano: f64,
}

impl Difference {
    /// What a trace of `now` has other than one of `reference`, of the requests that are
    /// `asked` for.
    pub fn of(now: Side<'_>, reference: Side<'_>, asked: &Asked) -> Self {
        let forest = forest(now.chains, Some(reference.chains), asked);
        let time = |nano: u64, side: Side<'_>| nano as f64 / side.traces.max(1) as f64;
        let longer = |nano: u64, before: u64| time(nano, now) - time(before, reference);
        let mut found = Self {
            nodes: Vec::new(),
            now: PerTrace::default(),
            reference: PerTrace::default(),
            left_out_nodes: forest.left_out.nodes,
            left_out_nano: longer(forest.left_out.nano, forest.left_out.reference_nano),
        };
        for node in forest.entries.iter().flat_map(|entry| &entry.nodes) {
            let one = DifferenceNode::of(node, now, reference);
            found.left_out_nodes += node.left_out.nodes;
            let left_out = longer(node.left_out.nano, node.left_out.reference_nano);
            found.left_out_nano += left_out;
            if one.depth == 0 {
                found.now.add(one.now);
                found.reference.add(one.reference);
            }
            // For now: what its children do not tell.
            found.nodes.push(DifferenceNode { subtree_nano: one.nano + left_out, ..one });
        }
        add_up_subtrees(&mut found.nodes);
        found
    }
}

/// Adds to each node what is below it: they stand in pre-order.
fn add_up_subtrees(nodes: &mut [DifferenceNode]) {
    // By depth: what the nodes behind add up to whose parent is still to come.
    let mut waiting: Vec<f64> = Vec::new();
    for node in nodes.iter_mut().rev() {
        let below = waiting.get_mut(node.depth + 1).map(std::mem::take);
        node.subtree_nano += below.unwrap_or_default();
        if waiting.len() <= node.depth {
            waiting.resize(node.depth + 1, 0.0);
        }
        waiting[node.depth] += node.subtree_nano;
    }
}

impl DifferenceNode {
    fn of(node: &Node<'_>, now: Side<'_>, reference: Side<'_>) -> Self {
        let now = PerTrace::of(node.now.cell, now.traces);
        let cell = node.reference.and_then(|figures| figures.cell);
        let reference = PerTrace::of(cell, reference.traces);
        let own = |side: Option<PerTrace>| side.map_or(0.0, |it| it.self_nano + it.gap_nano);
        let nano = own(now) - own(reference);
        Self {
            depth: node.depth,
            service: node.service.clone(),
            span_name: node.span_name.clone(),
            kind: node.kind,
            hop: node.hop,
            now,
            reference,
            nano,
            subtree_nano: nano,
        }
    }
}

impl PerTrace {
    fn of(cell: Option<&Cell>, traces: usize) -> Option<Self> {
        let cell = cell.filter(|cell| cell.counts.calls > 0)?;
        let traces = traces.max(1) as f64;
        let count = |count: i64| count.max(0) as f64 / traces;
        Some(Self {
            calls: count(cell.counts.calls),
            errors: count(cell.counts.errors),
            errors_began: count(cell.counts.origins),
            self_nano: cell.self_time.sum_nano() as f64 / traces,
            gap_nano: cell.gap.sum_nano() as f64 / traces,
            duration_nano: cell.duration.sum_nano() as f64 / traces,
        })
    }

    fn add(&mut self, other: Option<Self>) {
        let other = other.unwrap_or_default();
        self.calls += other.calls;
        self.errors += other.errors;
        self.errors_began += other.errors_began;
        self.self_nano += other.self_nano;
        self.gap_nano += other.gap_nano;
        self.duration_nano += other.duration_nano;
    }
}
