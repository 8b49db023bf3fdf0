use std::sync::Arc;

use proto::{SpanId, TraceId};
use serde::Serialize;
use storage::FoundTrace;
use utoipa::ToSchema;

use super::AsText;
use super::completeness::Completeness;
use super::hop::Hop;
use crate::service;

/// One page of found traces.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct SearchAnswer<'a> {
    pub(in crate::api::native) traces: Vec<Trace<'a>>,
    pub(in crate::api::native) total: Total,
    /// False exactly when this page is the last.
    pub(in crate::api::native) more: bool,
    /// The `cursor` of the next page; null where this is the last.
    pub(in crate::api::native) next_cursor: Option<String>,
    pub(in crate::api::native) completeness: Completeness<'a>,
    /// Milliseconds from the request's arrival to its answer.
    pub(in crate::api::native) took_ms: u64,
}

/// How many traces the question finds, on all pages together.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct Total {
    count: u64,
    /// Whether there are exactly so many; otherwise at least.
    exact: bool,
}

impl Total {
    /// Of a page up to which `known` were found, and that is the last or not.
    pub(in crate::api::native) fn of(
        known: u64,
        has_more: bool,
        completeness: &storage::Completeness,
    ) -> Self {
        let is_whole = *completeness == storage::Completeness::Complete;
        Self { count: known.saturating_add(has_more.into()), exact: is_whole && !has_more }
    }
}

/// One trace in a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FoundTrace)]
pub(in crate::api::native) struct Trace<'a> {
    #[schema(value_type = String)]
    trace_id: AsText<TraceId>,
    /// The earliest start among its spans, nanoseconds since the Unix epoch; "0" where
    /// it is unknown.
    #[schema(value_type = String)]
    start_unix_nano: AsText<u64>,
    /// From there to the latest end.
    duration_nano: u64,
    span_count: u32,
    /// Spans that say that they failed.
    error_count: u32,
    root_service: &'a str,
    root_name: &'a str,
    services: Vec<ServiceCount<'a>>,
    /// How many of its spans meet the span conditions.
    matched_count: u32,
    /// The ids of the first of them.
    #[schema(value_type = Vec<String>)]
    matched: Vec<AsText<SpanId>>,
    /// Null where the trace is too large to be judged in a list, or where
    /// `completeness` says why.
    verdict: Option<Verdict<'a>>,
}

/// How much of a trace one service is.
#[derive(Debug, Serialize, ToSchema)]
struct ServiceCount<'a> {
    name: &'a str,
    spans: u32,
    /// Those that say that they failed.
    errors: u32,
}

/// What the explanation of a trace says in short.
#[derive(Debug, Serialize, ToSchema)]
struct Verdict<'a> {
    sentence: &'a str,
    /// The hop that most of the time is due to.
    slowest_hop: Option<Hop<'a>>,
    /// The hop that the most important error began in.
    failing_hop: Option<Hop<'a>>,
}

impl<'a> Trace<'a> {
    pub(in crate::api::native) fn of(
        found: &'a FoundTrace,
        verdict: Option<&'a Arc<service::Verdict>>,
    ) -> Self {
        let FoundTrace { summary, matched_count, matched } = found;
        let services = summary.services.iter();
        Self {
            trace_id: AsText(summary.trace_id),
            start_unix_nano: AsText(summary.start_unix_nano),
            duration_nano: summary.duration_nano,
            span_count: summary.span_count,
            error_count: summary.error_count,
            root_service: &summary.root_service,
            root_name: &summary.root_name,
            services: services
                .map(|service| ServiceCount {
                    name: &service.name,
                    spans: service.spans,
                    errors: service.errors,
                })
                .collect(),
            matched_count: *matched_count,
            matched: matched.iter().copied().map(AsText).collect(),
            verdict: verdict.map(|verdict| Verdict {
                sentence: &verdict.sentence,
                slowest_hop: verdict.slowest_hop.as_ref().map(Hop::of),
                failing_hop: verdict.failing_hop.as_ref().map(Hop::of),
            }),
        }
    }
}
