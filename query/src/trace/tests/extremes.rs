//! Traces as long and as wide as they come. That they end at all is the test: what
//! is quadratic or recursive here does not. How long they took is printed.

use std::time::Instant;

use proto::{Span, SpanId, SpanKind, Status, StatusCode};

use super::explained;
use crate::trace::{Explained, Flags};

const SPANS: u64 = 100_000;

/// `SPANS` spans like the one of the notation, span `n` made to measure.
fn spans(mut make: impl FnMut(u64, &mut Span)) -> Vec<Span> {
    let template = proto::testing::trace("deep work  0..1").remove(0);
    (0..SPANS)
        .map(|number| {
            let mut span = template.clone();
            span.span_id = id(number);
            make(number, &mut span);
            span
        })
        .collect()
}

fn id(number: u64) -> SpanId {
    SpanId::new((number + 1).to_be_bytes())
}

fn timed(what: &str, spans: Vec<Span>) -> Explained {
    let begun = Instant::now();
    let explained = explained(spans);
    println!("{what}: {:?}", begun.elapsed());
    explained
}

fn fail(span: &mut Span) {
    span.status = Status { code: StatusCode::ERROR, message: String::new() };
}

#[test]
fn a_chain_of_clients_and_servers_all_failing() {
    let explained = timed(
        "chain",
        spans(|number, span| {
            span.parent_span_id = number.checked_sub(1).map(id);
            span.kind = if number % 2 == 0 { SpanKind::SERVER } else { SpanKind::CLIENT };
            span.start_time_unix_nano += number;
            span.end_time_unix_nano += 1_000_000 - number;
            fail(span);
        }),
    );
    assert_eq!(explained.tree.depth[99_999], 99_999);
    assert_eq!(explained.errors.len(), 1);
    assert_eq!(explained.critical_path.len(), 199_999);
}

#[test]
fn a_fan_out_of_failing_calls_one_after_the_other() {
    let explained = timed(
        "fan-out in sequence",
        spans(|number, span| {
            span.parent_span_id = (number > 0).then(|| id(0));
            if number == 0 {
                span.end_time_unix_nano += 200_000_000;
            } else {
                span.kind = SpanKind::CLIENT;
                span.start_time_unix_nano += number * 1_000;
                span.end_time_unix_nano = span.start_time_unix_nano + 1_000;
                fail(span);
            }
        }),
    );
    assert_eq!(explained.tree.subtree[0], 100_000);
    assert_eq!(explained.retries.len(), 1);
    assert_eq!(explained.errors.len(), 100);
}

#[test]
fn a_fan_out_all_at_once() {
    let explained = timed(
        "fan-out at once",
        spans(|number, span| {
            span.parent_span_id = (number > 0).then(|| id(0));
            span.end_time_unix_nano += SPANS - number;
        }),
    );
    assert_eq!(explained.critical_path.len(), 2);
}

#[test]
fn a_comb_of_errors_that_all_come_up_the_same_way() {
    let explained = timed(
        "comb",
        spans(|number, span| {
            // Even ones are the spine, odd ones its teeth.
            let parent = if number % 2 == 0 { number.checked_sub(2) } else { Some(number - 1) };
            span.parent_span_id = parent.map(id);
            fail(span);
        }),
    );
    assert_eq!(explained.errors.len(), 100);
}

#[test]
fn one_cycle_of_everything() {
    let explained = timed(
        "cycle",
        spans(|number, span| {
            span.parent_span_id = Some(id((number + 1) % SPANS));
            span.start_time_unix_nano += number;
        }),
    );
    assert!(explained.flags[0].contains(Flags::CYCLE_CUT));
    assert_eq!(explained.tree.subtree[0], 100_000);
}

#[test]
fn many_small_cycles_and_orphans() {
    let explained = timed(
        "cycles of 1,000 and orphans",
        spans(|number, span| {
            span.parent_span_id = Some(match number {
                0..50_000 => id(number / 1_000 * 1_000 + (number + 1) % 1_000),
                _ => id(number + SPANS),
            });
        }),
    );
    assert_eq!(explained.tree.roots().count(), 50_050);
}

#[test]
fn a_chain_of_unknown_times_and_as_many_services() {
    let explained = timed(
        "unknown times",
        spans(|number, span| {
            span.parent_span_id = number.checked_sub(1).map(id);
            if number > 0 {
                span.start_time_unix_nano = 0;
            }
            let attributes = vec![proto::Attribute::new("service.name", number.to_string())];
            span.resource = proto::Resource { attributes, ..Default::default() }.into();
        }),
    );
    assert_eq!(explained.tree.services.len(), 100_000);
}

#[test]
fn as_many_clocks_as_spans_none_of_them_right() {
    let explained = timed(
        "clocks",
        spans(|number, span| {
            span.parent_span_id = number.checked_sub(1).map(id);
            span.kind = if number % 2 == 0 { SpanKind::SERVER } else { SpanKind::CLIENT };
            span.start_time_unix_nano -= number * 5_000_000;
            span.end_time_unix_nano -= number * 5_000_000;
            let attributes = vec![proto::Attribute::new("host.name", number.to_string())];
            span.resource = proto::Resource { attributes, ..Default::default() }.into();
        }),
    );
    assert_eq!(explained.warnings.len(), 10);
}
