use proto::TraceId;
use serde::Serialize;
use utoipa::ToSchema;

use super::AsText;
use super::chains::{HopFigures, Quantiles};
use super::completeness::Completeness;
use super::red::RedSeries;
use crate::HopId;
use crate::findings::HopExamples;
use crate::hop_detail::{HopChain, HopDetail, HopLink};

/// One hop, and what is around it.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct HopAnswer<'a> {
    hop: HopFigures<'a>,
    series: RedSeries,
    /// The ways from requests to it, those with the largest share first; at most 50.
    chains: Vec<HopChainFigures<'a>>,
    /// How many more there are.
    further_chains: usize,
    /// The hops within which it is called, likewise.
    callers: Vec<HopFigures<'a>>,
    /// The hops that it leads to, likewise.
    callees: Vec<HopFigures<'a>>,
    examples: HopExampleIds,
    completeness: Completeness<'a>,
}

/// One way from a request to a hop.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct HopChainFigures<'a> {
    /// Calls that came this way.
    calls: u64,
    /// Of them those in error.
    errors: u64,
    duration: Quantiles,
    gap: Quantiles,
    /// Their part of the time of all requests.
    share: f64,
    /// The hops on the way, from the request on; the last is the hop.
    links: Vec<HopChainLink<'a>>,
}

/// A hop on the way.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct HopChainLink<'a> {
    #[schema(value_type = String)]
    id: AsText<HopId>,
    /// Who is called; where nobody answers, who calls.
    service: &'a str,
    span_name: &'a str,
}

/// Traces to look at, the newest first; at most three of each.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct HopExampleIds {
    /// Where it took as long as one of a hundred calls does.
    #[schema(value_type = Vec<String>)]
    slow_trace_ids: Vec<AsText<TraceId>>,
    /// Where it failed.
    #[schema(value_type = Vec<String>)]
    failing_trace_ids: Vec<AsText<TraceId>>,
    /// Where it took about as long as half of the calls do.
    #[schema(value_type = Vec<String>)]
    typical_trace_ids: Vec<AsText<TraceId>>,
}

impl<'a> HopAnswer<'a> {
    pub(in crate::api::native) fn of(
        detail: &'a HopDetail<'a>,
        series: RedSeries,
        examples: &HopExamples,
        completeness: &'a storage::Completeness,
    ) -> Self {
        Self {
            hop: HopFigures::of(&detail.hop),
            series,
            chains: detail.chains.iter().map(HopChainFigures::of).collect(),
            further_chains: detail.further_chains,
            callers: detail.callers.iter().map(HopFigures::of).collect(),
            callees: detail.callees.iter().map(HopFigures::of).collect(),
            examples: HopExampleIds::of(examples),
            completeness: Completeness::of(completeness),
        }
    }
}

impl<'a> HopChainFigures<'a> {
    fn of(chain: &'a HopChain<'a>) -> Self {
        let link = |link: &'a HopLink| HopChainLink {
            id: AsText(link.id),
            service: &link.service,
            span_name: &link.span_name,
        };
        Self {
            calls: chain.calls,
            errors: (chain.cell.counts.errors.max(0) as u64).min(chain.calls),
            duration: Quantiles::of(&chain.cell.duration),
            gap: Quantiles::of(&chain.cell.gap),
            share: chain.share,
            links: chain.links.iter().map(link).collect(),
        }
    }
}

impl HopExampleIds {
    fn of(examples: &HopExamples) -> Self {
        let ids = |ids: &[TraceId]| ids.iter().copied().map(AsText).collect();
        Self {
            slow_trace_ids: ids(&examples.slow),
            failing_trace_ids: ids(&examples.failing),
            typical_trace_ids: ids(&examples.typical),
        }
    }
}
