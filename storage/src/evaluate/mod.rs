//! The reference evaluator: what a [`Search`] means, span by span.
//!
//! The rules in words stand in [`crate::contract::search`]; these are the same
//! rules as code, plain enough to be checked by reading. Every store decides with
//! them; what a store adds is only how it finds candidates.

mod attribute;
mod catalog;
mod compare;
mod page;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use proto::{Span, SpanId, SpanKind, TraceId};

use crate::contract::Completeness;
use crate::contract::scan::{Scan, Shown, Visitor};
use crate::contract::search::{
    Condition, Cursor, Field, FoundTrace, MATCHED_SPANS_MAX, Search, SearchPage,
};
use crate::contract::summary::TraceSummary;

pub(crate) use attribute::{attribute_lists, attribute_values};
pub(crate) use catalog::CatalogCollector;
pub use page::Page;

pub(crate) use compare::{number_meets, text_meets, value_meets};

/// What makes a span the same span when it is written again.
pub(crate) type Identity = (TraceId, SpanId, SpanKind);

/// The identity of `span`.
pub(crate) fn identity(span: &Span) -> Identity {
    (span.trace_id, span.span_id, span.kind)
}

/// Sorts the spans of one trace by (start, span id, kind).
pub(crate) fn sort(spans: &mut [Span]) {
    spans.sort_by_key(|span| (span.start_time_unix_nano, span.span_id, span.kind));
}

/// Keeps the first span of each identity, by the order they come in, and sorts
/// what is left: spans in order of writing in, a trace's spans out.
pub(crate) fn dedup_and_sort(spans: &mut Vec<Span>) {
    let mut seen = HashSet::with_capacity(spans.len());
    spans.retain(|span| seen.insert(identity(span)));
    sort(spans);
}

/// What `search` finds of the trace that consists of `spans`, or `None` where the
/// trace does not match. Says nothing of order, limit and cursor: those are
/// [`Page`]'s.
///
/// The spans are one trace's, once each and sorted, as [`dedup_and_sort`] leaves
/// them, with their log records as events.
pub(crate) fn find(spans: &[Span], search: &Search) -> Option<FoundTrace> {
    let summary = TraceSummary::of(spans)?;
    let scan = Scan { after: None, ..Scan::of(search) };
    let place = Cursor::of(&summary, search.order);
    let is_asked_for = scan.asks_for(&summary);
    let trace = Shown::with_summary(spans, place, summary);
    if is_asked_for { matched(&trace, &search.span) } else { None }
}

/// What of a trace meets all `conditions`, or `None` where nothing does.
fn matched(trace: &Shown<'_>, conditions: &[Condition]) -> Option<FoundTrace> {
    let mut matched_count = 0u32;
    let mut matched = Vec::new();
    for span in trace.spans() {
        if meets_all(span, conditions) {
            matched_count = matched_count.saturating_add(1);
            if matched.len() < MATCHED_SPANS_MAX {
                matched.push(span.span_id);
            }
        }
    }
    let summary = || trace.summary().clone();
    (matched_count > 0).then(|| FoundTrace { summary: summary(), matched_count, matched })
}

/// Answers `search` by what `scan` shows.
pub(crate) fn search<E>(
    search: &Search,
    scan: impl FnOnce(&Scan, &mut dyn Visitor) -> Result<Completeness, E>,
) -> Result<SearchPage, E> {
    let page = Page::new(search.limit, search.after);
    let mut searcher = Searcher { conditions: &search.span, page };
    let completeness = scan(&Scan::of(search), &mut searcher)?;
    let (traces, next) = searcher.page.finish();
    Ok(SearchPage { traces, next, completeness })
}

/// Looks for what a search asks for.
struct Searcher<'a> {
    conditions: &'a [Condition],
    page: Page<FoundTrace>,
}

impl Visitor for Searcher<'_> {
    fn visit(&mut self, trace: &Shown<'_>) {
        if let Some(found) = matched(trace, self.conditions) {
            self.page.offer(trace.place(), found);
        }
    }

    fn has_enough(&self, next: Cursor) -> bool {
        self.page.has_enough(next)
    }
}

/// Whether `span` meets all `conditions` at once.
pub(crate) fn meets_all(span: &Span, conditions: &[Condition]) -> bool {
    conditions.iter().all(|condition| meets(span, condition))
}

/// Whether `span` meets `condition`.
pub(crate) fn meets(span: &Span, condition: &Condition) -> bool {
    let text = |field: &str| !field.is_empty() && text_meets(field, condition);
    let hex = |id: &dyn std::fmt::Display| text(&id.to_string());
    match &condition.field {
        Field::Service => text(&span.service_name()),
        Field::Name => text(&span.name),
        Field::Kind => number_meets(span.kind.0.into(), condition),
        Field::Status => number_meets(span.status.code.0.into(), condition),
        Field::StatusMessage => text(&span.status.message),
        Field::DurationNano => number_meets(span.duration_nano().into(), condition),
        Field::Attribute { scope, key } => {
            attribute_values(span, *scope, key).any(|value| value_meets(value, condition))
        }
        Field::EventName => span.events.iter().any(|event| text(&event.name)),
        Field::ScopeName => text(&span.scope.name),
        Field::ScopeVersion => text(&span.scope.version),
        Field::LinkTraceId => span.links.iter().any(|link| hex(&link.trace_id)),
        Field::LinkSpanId => span.links.iter().any(|link| hex(&link.span_id)),
    }
}
