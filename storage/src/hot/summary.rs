//! A trace's summary, by the heads of its spans: what
//! [`TraceSummary::of`] says of the same spans, without reading their bodies.

use std::collections::BTreeMap;

use hashbrown::HashSet;
use proto::batch::Head;
use proto::{Batch, SpanId, TraceId};

use crate::contract::summary::{ServiceCount, TraceSummary};

/// The summary of the trace `id` that consists of `heads`, each identity once.
pub(super) fn summarize(id: TraceId, heads: &[(&Batch, &Head)]) -> Option<TraceSummary> {
    let (batch, root) = root(heads)?;
    let timed = || heads.iter().map(|(_, head)| head).filter(|head| head.start_time_unix_nano != 0);
    let start = timed().map(|head| head.start_time_unix_nano).min().unwrap_or(0);
    let end = timed().map(|head| head.end_time_unix_nano.max(head.start_time_unix_nano)).max();
    let mut services: BTreeMap<_, (u32, u32)> = BTreeMap::new();
    let mut error_count = 0u32;
    for (batch, head) in heads {
        let is_error = u32::from(head.is_error());
        let counts = services.entry(service(batch, head)).or_default();
        counts.0 = counts.0.saturating_add(1);
        counts.1 = counts.1.saturating_add(is_error);
        error_count = error_count.saturating_add(is_error);
    }
    Some(TraceSummary {
        trace_id: id,
        start_unix_nano: start,
        duration_nano: end.unwrap_or(0).saturating_sub(start),
        span_count: u32::try_from(heads.len()).unwrap_or(u32::MAX),
        error_count,
        root_service: service(batch, root).into_owned(),
        root_name: batch.text(root.name).to_owned(),
        services: services
            .into_iter()
            .map(|(name, (spans, errors))| ServiceCount { name: name.into_owned(), spans, errors })
            .collect(),
    })
}

fn service<'a>(batch: &'a Batch, head: &Head) -> std::borrow::Cow<'a, str> {
    match batch.resources().get(head.resource as usize) {
        Some(resource) => batch.service_name(resource),
        None => proto::semconv::UNKNOWN_SERVICE.into(),
    }
}

/// By the rule of [`crate::contract::summary::root`].
fn root<'a>(heads: &[(&'a Batch, &'a Head)]) -> Option<(&'a Batch, &'a Head)> {
    let ids: HashSet<SpanId> = heads.iter().map(|(_, head)| head.span_id).collect();
    let rank = |head: &Head| {
        let parent = head.parent_span_id;
        if !parent.is_valid() || parent == head.span_id {
            0
        } else {
            1 + u8::from(ids.contains(&parent))
        }
    };
    let order = |head: &Head| (rank(head), head.start_time_unix_nano, head.span_id, head.kind);
    heads.iter().copied().min_by_key(|(_, head)| order(head))
}
