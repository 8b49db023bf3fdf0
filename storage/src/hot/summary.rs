//! A trace's summary, by the heads of its spans: what
//! [`TraceSummary::of`] says of the same spans, without reading their bodies.

use std::collections::BTreeMap;
use std::sync::Arc;

use hashbrown::{HashMap, HashSet};
use proto::batch::Head;
use proto::{Batch, SpanId, SpanKind, TraceId};

use crate::contract::summary::{ServiceCount, TraceSummary};

/// The summary of the trace `id` that consists of `heads`, each identity once.
pub(crate) fn summarize(id: TraceId, heads: &[(&Arc<Batch>, &Head)]) -> Option<TraceSummary> {
    let is_span = |(_, head): &(&Arc<Batch>, &Head)| head.kind != SpanKind::LOG_RECORD;
    if heads.iter().all(is_span) {
        return summarize_spans(id, heads);
    }
    let spans: Vec<_> = heads.iter().copied().filter(is_span).collect();
    let times = heads.iter().map(|(_, head)| head.start_time_unix_nano);
    summarize_spans(id, &spans).or_else(|| Some(TraceSummary::without_spans(id, times)))
}

fn summarize_spans(id: TraceId, heads: &[(&Arc<Batch>, &Head)]) -> Option<TraceSummary> {
    let (batch, root) = root(heads)?;
    let timed = || heads.iter().map(|(_, head)| head).filter(|head| head.start_time_unix_nano != 0);
    let start = timed().map(|head| head.start_time_unix_nano).min().unwrap_or(0);
    let end = timed().map(|head| head.end_time_unix_nano.max(head.start_time_unix_nano)).max();
    // By resource first: names are slower to find and to compare.
    let mut resources: HashMap<(*const Batch, u32), OfResource> = HashMap::new();
    let mut error_count = 0u32;
    for (batch, head) in heads {
        let one = resources.entry((Arc::as_ptr(batch), head.resource)).or_insert(OfResource {
            service: batch.service_name(head.resource),
            spans: 0,
            errors: 0,
            longest_nano: 0,
        });
        one.spans = one.spans.saturating_add(1);
        one.errors = one.errors.saturating_add(head.is_error().into());
        one.longest_nano = one.longest_nano.max(head.duration_nano());
        error_count = error_count.saturating_add(head.is_error().into());
    }
    let mut services: BTreeMap<&str, ServiceCount> = BTreeMap::new();
    for one in resources.into_values() {
        let count = services
            .entry(one.service)
            .or_insert_with(|| ServiceCount::none_of(one.service.to_owned()));
        count.add(one.spans, one.errors, one.longest_nano);
    }
    Some(TraceSummary {
        trace_id: id,
        start_unix_nano: start,
        duration_nano: end.unwrap_or(0).saturating_sub(start),
        span_count: u32::try_from(heads.len()).unwrap_or(u32::MAX),
        error_count,
        root_service: batch.service_name(root.resource).to_owned(),
        root_name: batch.text(root.name).to_owned(),
        services: services.into_values().collect(),
    })
}

/// What a trace has of one resource.
struct OfResource<'a> {
    service: &'a str,
    spans: u32,
    errors: u32,
    longest_nano: u64,
}

/// By the rule of [`crate::contract::summary::root`].
fn root<'a>(heads: &[(&'a Arc<Batch>, &'a Head)]) -> Option<(&'a Arc<Batch>, &'a Head)> {
    let order = |head: &Head| (head.start_time_unix_nano, head.span_id, head.kind);
    let has_parent =
        |head: &Head| head.parent_span_id.is_valid() && head.parent_span_id != head.span_id;
    let roots = heads.iter().copied().filter(|(_, head)| !has_parent(head));
    // Most traces have one, and others need no look at who is whose parent.
    if let Some(root) = roots.min_by_key(|(_, head)| order(head)) {
        return Some(root);
    }
    let ids: HashSet<SpanId> = heads.iter().map(|(_, head)| head.span_id).collect();
    let rank = |head: &Head| (ids.contains(&head.parent_span_id), order(head));
    heads.iter().copied().min_by_key(|(_, head)| rank(head))
}
