//! A store in trouble, as its clients see it (checklist row 112).

use std::time::Duration;

use storage::WriteError;

use crate::fixture::{Fixture, Plan, config, request, trace_id, until};
use crate::wire::{Call, Request, frame};

const UNAVAILABLE: i32 = 14;
const HEALTH: &str = "/grpc.health.v1.Health/Check";

/// A plan for the store, whether the client is told a time, and what it is told.
fn check(plan: fn() -> Plan, retry_after: &str, message: &str, metric: &str) {
    let fixture = Fixture::start(config());
    fixture.store.plan(plan());

    let answer = Request::protobuf(request(1)).send(fixture.http);
    assert_eq!(answer.status, 503, "{answer:?}");
    assert_eq!(answer.header("retry-after"), Some(retry_after));
    assert_eq!(answer.header("content-type"), Some("application/x-protobuf"));
    assert!(answer.text().contains(message), "{answer:?}");

    let answer = fixture.grpc().call(&Call::export(&request(1)));
    assert_eq!(answer.code, UNAVAILABLE, "{answer:?}");
    assert!(answer.has_detail("RetryInfo"), "{answer:?}");
    assert!(answer.message.contains(message), "{answer:?}");

    assert_eq!(fixture.store.span_count(trace_id(1)), 0, "nothing was acknowledged");
    for transport in ["otlp_http", "otlp_grpc"] {
        let line = format!(
            "hopline_collector_refused_requests_total{{transport=\"{transport}\",reason=\"{metric}\"}}"
        );
        assert_eq!(fixture.metric(&line), 1.0, "{line}");
    }

    fixture.store.plan(Plan::Keep);
    assert_eq!(Request::protobuf(request(1)).send(fixture.http).status, 200);
    assert_eq!(fixture.store.span_count(trace_id(1)), 1);
    assert_eq!(fixture.metric("hopline_collector_accepted_spans_total"), 1.0);
    assert_eq!(fixture.metric("hopline_collector_in_flight_bytes"), 0.0);
}

#[test]
fn a_busy_store_says_when_to_come_back() {
    let busy = || Plan::Refuse(|| WriteError::Busy { retry_after: Duration::from_millis(2100) });
    check(busy, "3", "busy", "store_refuses");
}

#[test]
fn a_full_store_says_why_and_when_to_come_back() {
    let full = || {
        Plan::Refuse(|| WriteError::Unavailable {
            reason: "the disk is full".to_owned(),
            retry_after: Duration::from_secs(30),
        })
    };
    check(full, "30", "the disk is full", "store_refuses");
}

#[test]
fn an_unknown_outcome_asks_for_the_same_again() {
    let unknown =
        || Plan::Refuse(|| WriteError::OutcomeUnknown { reason: "fsync failed".to_owned() });
    check(unknown, "1", "fsync failed", "outcome_unknown");
}

#[test]
fn a_defect_of_the_store_does_not_end_receiving() {
    check(|| Plan::Panic, "1", "failed while it wrote", "outcome_unknown");
}

#[test]
fn a_stalled_store_is_not_waited_for_for_ever() {
    let stalling =
        hopline_collector::Config { commit_timeout: Duration::from_millis(50), ..config() };
    let fixture = Fixture::start(stalling);
    fixture.store.plan(Plan::Hold);
    let answer = Request::json("{}").send(fixture.http);
    assert_eq!(answer.status, 200, "a request without spans needs no store");
    let answer = Request::protobuf(request(1)).send(fixture.http);
    assert_eq!(answer.status, 503, "{answer:?}");
    assert!(answer.text().contains("took longer"), "{answer:?}");

    // What was queued is written all the same: the same again is harmless.
    fixture.store.plan(Plan::Keep);
    until("the span is kept", || fixture.store.span_count(trace_id(1)) == 1);
    assert_eq!(Request::protobuf(request(1)).send(fixture.http).status, 200);
    assert_eq!(fixture.store.span_count(trace_id(1)), 1);
    assert_eq!(fixture.metric("hopline_collector_resent_spans_total"), 1.0);
}

#[test]
fn what_queues_up_is_written_as_one_group() {
    let fixture = Fixture::start(config());
    fixture.store.plan(Plan::Hold);
    let (address, store) = (fixture.http, fixture.store.clone());
    std::thread::scope(|scope| {
        let post = |number| move || Request::protobuf(request(number)).send(address).status;
        let first = scope.spawn(post(1));
        until("the first write", || store.groups() == [1]);
        let others: Vec<_> = (2..8).map(|number| scope.spawn(post(number))).collect();
        until("the others queue", || fixture.metric("hopline_collector_queued_requests") == 7.0);
        store.plan(Plan::Keep);
        assert_eq!(first.join().unwrap(), 200);
        for other in others {
            assert_eq!(other.join().unwrap(), 200);
        }
    });
    assert_eq!(store.groups(), [1, 6]);
    for number in 1..8 {
        assert_eq!(store.span_count(trace_id(number)), 1);
    }
}

#[test]
fn health_follows_the_store() {
    const SERVING: &[u8] = &[8, 1];
    const NOT_SERVING: &[u8] = &[8, 2];
    let fixture = Fixture::start(config());
    let grpc = fixture.grpc();
    let is = |expect: &[u8]| {
        ["", "opentelemetry.proto.collector.trace.v1.TraceService"].into_iter().all(|service| {
            let mut question = vec![10, service.len() as u8];
            question.extend_from_slice(service.as_bytes());
            let answer = grpc.call(&Call::raw(HEALTH, frame(0, &question)));
            answer.code == 0 && answer.response() == expect
        })
    };
    until("serving", || is(SERVING));
    fixture.store.plan(Plan::Refuse(|| WriteError::OutcomeUnknown { reason: String::new() }));
    until("not serving", || is(NOT_SERVING));
    fixture.store.plan(Plan::Keep);
    until("serving again", || is(SERVING));
}
