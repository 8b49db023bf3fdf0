//! The oracle's own check: plain loops over the written spans, which share no code
//! with the evaluator, for the properties that loops can tell.

use std::collections::{BTreeMap, BTreeSet};

use hopline_storage::{
    Comparison, Condition, Cursor, Field, MemoryStore, Operand, Order, Search, SpanWriter,
    TimeRange, TraceBounds, TraceConditions, TraceReader,
};
use proptest::prelude::*;
use proto::{Span, SpanId, SpanKind, TraceId};

use crate::check::{all_pages, deadline};
use crate::history::Step;
use crate::question::Question;

/// Plays `steps` to the memory store and looks at each answer with loops.
pub(crate) fn check(steps: &[Step]) -> Result<(), TestCaseError> {
    let store = MemoryStore::new();
    let mut first: BTreeMap<(TraceId, SpanId, SpanKind), Span> = BTreeMap::new();
    for step in steps {
        match step {
            Step::Write(group) => {
                let known_before = first.len();
                let mut spans = 0;
                for span in group.iter().flat_map(|batch| batch.spans()) {
                    let identity = (span.trace_id, span.span_id, span.kind);
                    first.entry(identity).or_insert_with(|| span.clone());
                    spans += 1;
                }
                let written = store.write(group).unwrap();
                let new: usize = written.iter().map(|written| written.new_spans).sum();
                let known: usize = written.iter().map(|written| written.known_spans).sum();
                prop_assert_eq!((new, new + known), (first.len() - known_before, spans));
            }
            Step::Ask(questions) => {
                for question in questions {
                    match question {
                        Question::Search(search) => pages_fit_together(&store, search)?,
                        Question::Trace { id, .. } => trace_is_whole(&store, &first, *id)?,
                        Question::Scan(_) | Question::Catalog(_) | Question::Chains(_) => {}
                    }
                }
            }
            Step::Seal | Step::Maintain | Step::Reopen => {}
        }
    }
    every_service_finds_its_traces(&store, &first)
}

/// However many to a page: the same traces, in strictly one order.
fn pages_fit_together(store: &MemoryStore, search: &Search) -> Result<(), TestCaseError> {
    let at_once = all_pages(store, &Search { limit: usize::MAX, ..search.clone() });
    prop_assert_eq!(at_once.len(), 1);
    let whole = &at_once[0].traces;
    let places = whole.iter().map(|found| Cursor::of(&found.summary, search.order));
    prop_assert!(places.is_sorted_by(|a, b| a < b));
    for found in whole {
        prop_assert!(search.range.contains(found.summary.start_unix_nano));
        prop_assert!(found.matched_count > 0 && found.matched_count <= found.summary.span_count);
    }
    for limit in 1..4 {
        let pages = all_pages(store, &Search { limit, ..search.clone() });
        prop_assert_eq!(pages.len(), whole.len().div_ceil(limit).max(1));
        let found: Vec<_> = pages.into_iter().flat_map(|page| page.traces).collect();
        prop_assert_eq!(&found, whole);
    }
    Ok(())
}

fn trace_is_whole(
    store: &MemoryStore,
    first: &BTreeMap<(TraceId, SpanId, SpanKind), Span>,
    id: TraceId,
) -> Result<(), TestCaseError> {
    let mut of_trace: Vec<Span> =
        first.values().filter(|span| span.trace_id == id).cloned().collect();
    of_trace.sort_by_key(|span| (span.start_time_unix_nano, span.span_id, span.kind));
    let is_record = |span: &Span| span.kind == SpanKind::LOG_RECORD;
    let mut expected: Vec<Span> =
        of_trace.iter().filter(|span| !is_record(span)).cloned().collect();
    for record in of_trace.iter().filter(|span| is_record(span)) {
        let is_owner = |span: &Span| Some(span.span_id) == record.parent_span_id;
        let is_own = |span: &Span| span.service_name() == record.service_name();
        let own = expected.iter().position(|span| is_owner(span) && is_own(span));
        let any = expected.iter().position(is_owner);
        if let Some(place) = own.or(any) {
            expected[place].events.extend(record.events.clone());
        }
    }
    let found = store.trace(id, TraceBounds::NONE, deadline()).unwrap();
    let found = found.map(|trace| trace.spans).unwrap_or_default();
    prop_assert_eq!(format!("{found:?}"), format!("{expected:?}"));
    Ok(())
}

fn every_service_finds_its_traces(
    store: &MemoryStore,
    first: &BTreeMap<(TraceId, SpanId, SpanKind), Span>,
) -> Result<(), TestCaseError> {
    let mut traces_of: BTreeMap<String, BTreeSet<TraceId>> = BTreeMap::new();
    for span in first.values().filter(|span| span.kind != SpanKind::LOG_RECORD) {
        traces_of.entry(span.service_name().into_owned()).or_default().insert(span.trace_id);
    }
    for (service, expected) in traces_of {
        let search = Search {
            range: TimeRange::ALL,
            span: vec![Condition {
                field: Field::Service,
                comparison: Comparison::Equal,
                operand: Operand::Text(service),
            }],
            trace: TraceConditions::default(),
            order: Order::Slowest,
            limit: 2,
            after: None,
        };
        let pages = all_pages(store, &search);
        let found = pages.iter().flat_map(|page| &page.traces);
        let found: BTreeSet<TraceId> = found.map(|found| found.summary.trace_id).collect();
        prop_assert_eq!(found, expected);
    }
    Ok(())
}
