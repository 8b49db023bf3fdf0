//! Traces that go into segments, early, late and in parts.

use proto::{Span, clock};

use super::*;
use crate::contract::search::{Comparison, Condition, Field, Operand};
use crate::rocks::Family;

fn seconds_from_now(seconds: u64) -> u64 {
    clock::now_unix_nano() + seconds * 1_000_000_000
}

#[test]
fn quiet_traces_are_sealed_at_the_age_bound_and_lively_ones_stay() {
    let lab = Lab::with(|config| {
        config.hot_age_max = Duration::from_secs(60);
        config.trace_quiet = Duration::from_secs(10);
    });
    lab.write(&shop());
    lab.store().maintain(seconds_from_now(30)).unwrap();
    assert_eq!(lab.store().stats().segments, 0);
    lab.store().maintain(seconds_from_now(61)).unwrap();
    let stats = lab.store().stats();
    assert_eq!((stats.segments, stats.sealed_spans, stats.hot_spans), (1, 4, 0));
    lab.check(&shop());
}

#[test]
fn a_trace_is_sealed_once_it_is_old_or_large_though_it_was_neither_before() {
    let lab = Lab::with(|config| config.hot_age_max = Duration::from_secs(60));
    let segments = |after| {
        lab.store().maintain(seconds_from_now(after)).unwrap();
        lab.store().stats().segments
    };
    lab.write(&shop());
    assert_eq!(segments(0), 0);
    let template = &other("b")[0];
    let many = (0..50_000u64).map(|number| Span {
        span_id: proto::SpanId::new(number.to_be_bytes().map(|byte| byte ^ 0x55)),
        ..template.clone()
    });
    let many: Vec<_> = many.collect();
    lab.write(&many[..49_999]);
    assert_eq!(segments(0), 0);
    lab.write(&many[49_999..]);
    assert_eq!(segments(0), 1);
    assert_eq!(lab.store().stats().hot_spans, 4);
    assert_eq!(segments(61), 2);
    assert_eq!(lab.store().stats().hot_spans, 0);
}

#[test]
fn a_full_hot_segment_is_sealed_down_to_half() {
    let lab = Lab::with(|config| config.hot_spans_max = 10);
    let mut all = Vec::new();
    for id in ["a", "b", "c", "d", "e"] {
        lab.write(&other(id));
        all.extend(other(id));
    }
    lab.store().maintain(seconds_from_now(0)).unwrap();
    assert!(lab.store().stats().hot_spans <= 5);
    lab.check(&all);
}

#[test]
fn a_trace_in_parts_is_whole_in_every_answer() {
    let mut lab = Lab::new();
    for span in shop() {
        lab.write(&[span]);
        lab.store().seal_now().unwrap();
    }
    assert_eq!(lab.store().stats().segments, 4);
    lab.check(&shop());
    lab.reopen();
    lab.check(&shop());
    // By a condition on a span that is in the third part only.
    let condition = Condition {
        field: Field::Service,
        comparison: Comparison::Equal,
        operand: Operand::Text("redis".to_owned()),
    };
    let page = lab.search(Search { span: vec![condition], ..search_all() });
    assert_eq!(page.traces.len(), 1);
    assert_eq!(page.traces[0].summary.span_count, 4);
    assert_eq!(page.traces[0].matched_count, 1);
}

#[test]
fn a_late_span_moves_a_sealed_trace_in_every_order() {
    let mut lab = Lab::new();
    lab.write(&shop());
    lab.write(&other("b"));
    lab.store().seal_now().unwrap();
    let slowest = |lab: &Lab| {
        let page = lab.search(Search { order: Order::Slowest, limit: 1, ..search_all() });
        page.traces[0].summary.trace_id
    };
    assert_eq!(slowest(&lab), other("b")[0].trace_id);
    let mut late = shop()[3].clone();
    late.span_id = proto::SpanId::new([9; 8]);
    late.end_time_unix_nano += 60_000_000_000;
    let all = [shop(), other("b"), vec![late.clone()]].concat();
    lab.write(&[late]);
    for _ in 0..3 {
        assert_eq!(slowest(&lab), shop()[0].trace_id);
        lab.check(&all);
        lab.store().seal_now().unwrap();
    }
    lab.reopen();
    assert_eq!(slowest(&lab), shop()[0].trace_id);
    lab.check(&all);
}

#[test]
fn a_trace_that_never_ends_does_not_hold_the_log() {
    let lab = Lab::with(|config| config.hot_age_max = Duration::from_secs(60));
    let mut all = Vec::new();
    for minute in 0..5u8 {
        let mut span: Span = shop()[0].clone();
        span.span_id = proto::SpanId::new([minute + 1; 8]);
        lab.write(std::slice::from_ref(&span));
        all.push(span);
        lab.store().maintain(seconds_from_now(61)).unwrap();
        assert_eq!(lab.store().stats().hot_spans, 0);
    }
    let found = crate::log::read(lab.dir.path(), 1, crate::Durability::Disk);
    assert!(found.is_err(), "the first record is still there");
    lab.check(&all);
    lab.after_a_kill().check(&all);
}

/// Seals the shop's trace only; the log is needed from that record on.
fn seal_shop(lab: &Lab, log_needed_from: u64) {
    let mut upkeep = lab.store().shared.upkeep.lock();
    let mut selection = lab.store().shared.state.read().hot.select_all();
    selection.traces.retain(|trace| trace.id() == shop()[0].trace_id);
    selection.log_needed_from = log_needed_from;
    lab.store().shared.seal(&mut upkeep, &selection, clock::now_unix_nano()).unwrap();
}

#[test]
fn a_record_is_kept_for_the_traces_of_it_that_stay_hot() {
    let lab = Lab::new();
    lab.write(&[shop(), other("b")].concat());
    lab.write(&other("c"));
    seal_shop(&lab, 1);
    let all = [shop(), other("b"), other("c")].concat();
    lab.check(&all);
    let killed = lab.after_a_kill();
    killed.check(&all);
    let stats = killed.store().stats();
    assert_eq!((stats.hot_spans, stats.sealed_spans), (4, 4));
}

#[test]
fn what_is_too_old_goes_though_nothing_can_be_sealed() {
    let lab = Lab::with(|config| {
        config.hot_age_max = Duration::from_secs(300);
        config.retention_age = Some(Duration::from_secs(300));
    });
    lab.write(&shop());
    lab.store().seal_now().unwrap();
    lab.write(&other("b"));
    std::fs::remove_dir(lab.dir.path().join("scratch")).unwrap();
    lab.store().maintain(seconds_from_now(301)).unwrap_err();
    assert_eq!(lab.store().stats().segments, 0);
    lab.check(&other("b"));
}

#[test]
fn a_segment_without_commit_is_swept() {
    let lab = Lab::new();
    lab.write(&shop());
    let id = lab.store().shared.upkeep.lock().next_segment;
    {
        let selection = lab.store().shared.state.read().hot.select_all();
        let traces = selection.traces.iter().map(|hot| crate::segment::SealedTrace {
            id: hot.id(),
            spans: hot.heads().collect(),
            summary: hot.summary().unwrap(),
            whole: None,
        });
        let built = crate::segment::build(id, traces.collect(), 1, clock::now_unix_nano()).unwrap();
        let records = built.records.into_iter();
        lab.store().shared.rocks.ingest(Family::Segment, records).unwrap();
    }
    let killed = lab.after_a_kill();
    killed.check(&shop());
    let first = killed.store().shared.rocks.first_key(Family::Segment, &[]);
    assert_eq!(first.unwrap(), None);
    killed.store().seal_now().unwrap();
    killed.check(&shop());
}

#[test]
fn pages_through_more_candidates_than_are_held_at_once() {
    let lab = Lab::new();
    let mut spans = Vec::new();
    for number in 0..3_000u32 {
        let mut span = shop().remove(0);
        let mut id = [7; 16];
        id[..4].copy_from_slice(&number.to_be_bytes());
        span.trace_id = TraceId::new(id);
        // Few distinct figures, so that ties are many.
        span.end_time_unix_nano += u64::from(number % 7);
        spans.push(span);
    }
    lab.write(&spans);
    lab.store().seal_now().unwrap();
    for order in [Order::Newest, Order::Slowest, Order::MostErrors] {
        let whole = lab.search(Search { order, ..search_all() });
        assert_eq!(whole.traces.len(), spans.len());
        let mut paged = Vec::new();
        let mut after = None;
        loop {
            let page = lab.search(Search { order, limit: 1_300, after, ..search_all() });
            paged.extend(page.traces);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert!(paged == whole.traces);
    }
}
