use proto::SpanKind;
use serde::Serialize;
use utoipa::ToSchema;

use super::AsText;
use super::completeness::Completeness;
use crate::HopId;
use crate::chains::selection::Looked;
use crate::chains::{Difference, DifferenceNode, PerTrace};

/// Some traces held against others, path by path. Figures are those of an average trace, so of
/// one trace its own.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct DifferenceAnswer<'a> {
    now: DifferenceSide,
    reference: DifferenceSide,
    /// How much longer the requests of a trace take than those of the reference. What the nodes
    /// say and what is left out add up to it.
    difference_nano: f64,
    /// The calls, in pre-order: one stands before those that it leads to.
    nodes: Vec<DifferenceCall<'a>>,
    left_out: DifferenceLeftOut,
    completeness: Completeness<'a>,
}

/// One side.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct DifferenceSide {
    /// How many traces it is made from.
    traces: usize,
    /// Whether there are older ones that would be, too.
    more: bool,
    /// Requests of a trace: its roots.
    requests: f64,
    /// Of them those in error.
    errors: f64,
    /// How long they take, all together.
    duration_nano: f64,
}

/// The spans that one path of calls leads to.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct DifferenceCall<'a> {
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
    /// Null where there is no such call.
    now: Option<CallsPerTrace>,
    /// Null where there is no such call in the reference.
    reference: Option<CallsPerTrace>,
    /// How much longer a trace takes here than in the reference, self time and gap.
    difference_nano: f64,
    /// Here and at all that is below.
    subtree_difference_nano: f64,
}

/// What a trace has of a call.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct CallsPerTrace {
    calls: f64,
    /// Of them those in error.
    errors: f64,
    /// Of them those in which an error began.
    errors_began: f64,
    /// How long they worked themselves; 0 of a call that is answered: see its answer's gap.
    self_nano: f64,
    /// Of answers: how much longer callers waited than they worked.
    gap_nano: f64,
}

/// What is beyond the limit.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct DifferenceLeftOut {
    nodes: usize,
    difference_nano: f64,
}

impl<'a> DifferenceAnswer<'a> {
    pub(in crate::api::native) fn of(
        difference: &'a Difference,
        [now, reference]: [Looked; 2],
        completeness: &'a storage::Completeness,
    ) -> Self {
        Self {
            now: DifferenceSide::of(&difference.now, now),
            reference: DifferenceSide::of(&difference.reference, reference),
            difference_nano: difference.now.duration_nano - difference.reference.duration_nano,
            nodes: difference.nodes.iter().map(DifferenceCall::of).collect(),
            left_out: DifferenceLeftOut {
                nodes: difference.left_out_nodes,
                difference_nano: difference.left_out_nano,
            },
            completeness: Completeness::of(completeness),
        }
    }
}

impl DifferenceSide {
    fn of(roots: &PerTrace, looked: Looked) -> Self {
        Self {
            traces: looked.traces,
            more: looked.more,
            requests: roots.calls,
            errors: roots.errors,
            duration_nano: roots.duration_nano,
        }
    }
}

impl<'a> DifferenceCall<'a> {
    fn of(node: &'a DifferenceNode) -> Self {
        Self {
            depth: node.depth,
            service: &node.service,
            span_name: &node.span_name,
            kind: SpanKind(node.kind.0).to_string(),
            hop_id: node.hop.map(AsText),
            now: node.now.map(CallsPerTrace::of),
            reference: node.reference.map(CallsPerTrace::of),
            difference_nano: node.nano,
            subtree_difference_nano: node.subtree_nano,
        }
    }
}

impl CallsPerTrace {
    fn of(figures: PerTrace) -> Self {
        let PerTrace { calls, errors, errors_began, self_nano, gap_nano, .. } = figures;
        Self { calls, errors, errors_began, self_nano, gap_nano }
    }
}
