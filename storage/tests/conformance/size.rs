//! Histories too large to be random: long traces, many traces, many writers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use hopline_storage::{
    Comparison, Condition, Field, MemoryStore, Operand, Order, Search, SpanWriter, TimeRange,
    TraceBounds, TraceConditions,
};
use proto::testing::{EPOCH_UNIX_NANO, trace};
use proto::{Attribute, Batch, Span, SpanId, TraceId};

use crate::check::{self, all_pages, deadline};
use crate::subject::Subject;

/// Batches of the long history, each with spans of the long trace and short traces
/// of one to three spans.
const ROUNDS: u64 = 50;
const LONG_TRACE_SPANS_PER_ROUND: u64 = 100;
const SHORT_TRACES_PER_ROUND: u64 = 40;
/// Writers at the same time, and batches each of them writes.
const WRITERS: u64 = 4;
const BATCHES_PER_WRITER: u64 = 40;

fn span(trace: u64, number: u64) -> Span {
    let mut span = template();
    span.trace_id = TraceId::new(u128::from(trace + 1).to_be_bytes());
    span.span_id = SpanId::new((number + 1).to_be_bytes());
    // Many start at the same moment, so that the order needs its tie-breaks.
    span.start_time_unix_nano = EPOCH_UNIX_NANO + trace / 3 * 1_000 + number;
    span.end_time_unix_nano = span.start_time_unix_nano + (trace * 7919) % 50;
    span.attributes.push(Attribute::new("order.id", format!("o-{trace}-{number}")));
    span
}

fn template() -> Span {
    thread_local! {
        static TEMPLATE: Span = trace("shop GET /cart 0..1 kind=server region=eu").remove(0);
    }
    TEMPLATE.with(Span::clone)
}

fn search(order: Order, limit: usize, span: Vec<Condition>) -> Search {
    let trace = TraceConditions::default();
    Search { range: TimeRange::ALL, span, trace, order, limit, after: None }
}

fn attribute_is(key: &str, text: String) -> Condition {
    Condition {
        field: Field::Attribute {
            scope: hopline_storage::AttributeScope::Any,
            key: key.to_owned(),
        },
        comparison: Comparison::Equal,
        operand: Operand::Text(text),
    }
}

/// A trace that goes on while others come and go is whole after every seal, and
/// every page is the oracle's.
pub(crate) fn traces_stay_whole_over_seals<S: Subject>() {
    let mut subject = S::create();
    let oracle = MemoryStore::new();
    let long = ROUNDS * SHORT_TRACES_PER_ROUND;
    for round in 0..ROUNDS {
        let of_long = (0..LONG_TRACE_SPANS_PER_ROUND)
            .map(|number| span(long, round * LONG_TRACE_SPANS_PER_ROUND + number));
        let short = (0..SHORT_TRACES_PER_ROUND).map(|n| round * SHORT_TRACES_PER_ROUND + n);
        let of_short = short.flat_map(|trace| (0..=trace % 3).map(move |n| span(trace, n)));
        let spans: Vec<_> = of_long.chain(of_short).collect();
        let group = [Arc::new(Batch::of(&spans))];
        check::write(&subject, &group).unwrap();
        oracle.write(&group).unwrap();
        if round % 9 == 5 {
            subject.seal();
        }
        if round % 20 == 10 {
            subject.reopen();
        }
    }
    let id = span(long, 0).trace_id;
    let found = subject.store().trace(id, TraceBounds::NONE, deadline()).unwrap().unwrap();
    assert_eq!(found.spans.len() as u64, ROUNDS * LONG_TRACE_SPANS_PER_ROUND);

    let everywhere = || vec![attribute_is("region", "eu".to_owned())];
    let unique = vec![attribute_is("order.id", "o-77-1".to_owned())];
    let absent = vec![attribute_is("order.id", "o-77-99".to_owned())];
    for search in [
        search(Order::Newest, 100, everywhere()),
        search(Order::Slowest, 101, vec![]),
        search(Order::MostErrors, 500, everywhere()),
        search(Order::Newest, 20, unique),
        search(Order::Newest, 20, absent),
    ] {
        let found = all_pages(subject.store(), &search);
        assert_eq!(found, all_pages(&oracle, &search), "{search:?}");
    }
}

/// What a writer was told is kept can be read at once, whatever the other writers,
/// the sealer and the readers do meanwhile; a batch sent twice is there once.
pub(crate) fn what_is_acknowledged_is_visible_at_once<S: Subject + Sync>() {
    let mut subject = S::create();
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let subject = &subject;
                scope.spawn(move || write_and_read_back(subject, writer))
            })
            .collect();
        scope.spawn(|| {
            while !is_over.load(Relaxed) {
                subject.seal();
            }
        });
        for writer in writers {
            writer.join().unwrap();
        }
        is_over.store(true, Relaxed);
    });
    subject.reopen();
    let pages = all_pages(subject.store(), &search(Order::Newest, 50, vec![]));
    let spans: u32 = pages.iter().flat_map(|page| &page.traces).map(|t| t.summary.span_count).sum();
    assert_eq!(u64::from(spans), WRITERS * BATCHES_PER_WRITER * 3);
}

fn write_and_read_back<S: Subject>(subject: &S, writer: u64) {
    let store = subject.store();
    for batch in 0..BATCHES_PER_WRITER {
        let trace = writer * BATCHES_PER_WRITER + batch;
        let spans: Vec<_> = (0..3).map(|number| span(trace, number)).collect();
        let group = [Arc::new(Batch::of(&spans))];
        check::write(subject, &group).unwrap();
        check::write(subject, &group).unwrap();

        let found =
            store.trace(span(trace, 0).trace_id, TraceBounds::spans(10), deadline()).unwrap();
        assert_eq!(found.unwrap().spans, spans);
        let question = vec![attribute_is("order.id", format!("o-{trace}-2"))];
        let page = store.search(&search(Order::Slowest, 10, question), deadline()).unwrap();
        assert_eq!(page.traces.len(), 1);
        assert_eq!(page.traces[0].matched, [span(trace, 2).span_id]);
    }
}
