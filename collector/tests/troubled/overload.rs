//! More than the collector takes at once, and clients that dawdle.

use std::time::Duration;

use hopline_collector::Config;

use crate::fixture::{Fixture, Plan, config, request, until};
use crate::wire::{Call, Connection, Request, frame};

const KIB: usize = 1024;

/// Room for three requests of 90 KiB that wait for the store, but not for a fourth.
fn small() -> Config {
    let mut config = config();
    config.limits.request_bytes_max = 200 * KIB;
    config.limits.decoded_bytes_max = 100 * KIB;
    config.in_flight_bytes_max = 400 * KIB;
    config
}

/// A request whose span has a name of `bytes`.
fn big_request(bytes: usize) -> Vec<u8> {
    let mut spans = proto::testing::trace("shop buy 0..10");
    spans[0].name = "n".repeat(bytes);
    proto::otlp::protobuf::encode_request(&spans)
}

#[test]
fn a_full_queue_refuses_for_now() {
    let fixture = Fixture::start(Config { queued_requests_max: 1, ..config() });
    fixture.store.plan(Plan::Hold);
    let address = fixture.http;
    std::thread::scope(|scope| {
        let post = |number| move || Request::protobuf(request(number)).send(address);
        let first = scope.spawn(post(1));
        until("the first is being written", || fixture.store.groups() == [1]);
        let second = scope.spawn(post(2));
        until("the second waits", || fixture.metric("hopline_collector_queued_requests") == 2.0);
        let third = post(3)();
        assert_eq!(third.status, 503, "{third:?}");
        assert_eq!(third.header("retry-after"), Some("1"));
        fixture.store.plan(Plan::Keep);
        assert_eq!((first.join().unwrap().status, second.join().unwrap().status), (200, 200));
    });
}

#[test]
fn a_full_budget_refuses_before_the_body_is_read() {
    let fixture = Fixture::start(small());
    fixture.store.plan(Plan::Hold);
    let address = fixture.http;
    let held_bytes = || fixture.metric("hopline_collector_in_flight_bytes") as usize;
    std::thread::scope(|scope| {
        let post = || Request::protobuf(big_request(90 * KIB)).send(address);
        let mut held = Vec::new();
        for count in 1..=3 {
            held.push(scope.spawn(post));
            until("it waits for the store", || {
                fixture.metric("hopline_collector_queued_requests") as usize == count
            });
        }
        assert!((270 * KIB..300 * KIB).contains(&held_bytes()), "{}", held_bytes());

        let mut connection = Connection::to(address);
        let head = Request::protobuf(Vec::new()).header("content-length", 150 * KIB).head();
        connection.write(&head);
        let answer = connection.answer();
        assert_eq!(answer.status, 503, "{answer:?}");
        assert_eq!(answer.header("retry-after"), Some("1"));

        let answer = fixture.grpc().call(&Call::export(&big_request(90 * KIB)));
        assert_eq!(answer.code, 14, "{answer:?}");
        assert!(answer.has_detail("RetryInfo"), "{answer:?}");

        fixture.store.plan(Plan::Keep);
        for request in held {
            assert_eq!(request.join().unwrap().status, 200);
        }
    });
    until("all is given back", || held_bytes() == 0);
    assert_eq!(Request::protobuf(big_request(90 * KIB)).send(address).status, 200);
}

#[test]
fn a_client_that_dawdles_over_its_body_is_cut_off() {
    let fixture = Fixture::start(Config { body_grace: Duration::from_millis(50), ..config() });
    let mut connection = Connection::to(fixture.http);
    connection.write(&Request::protobuf(Vec::new()).header("content-length", 1000).head());
    connection.write(b"x");
    let answer = connection.answer();
    assert_eq!(answer.status, 503, "{answer:?}");
    assert!(connection.is_closed(), "the rest of the body is not waited for");

    let answer = fixture.grpc().call(&Call::raw(crate::wire::EXPORT, vec![0, 0, 0]).stalled());
    assert_eq!(answer.code, 14, "{answer:?}");
}

#[test]
fn a_client_that_dawdles_before_its_body_is_cut_off() {
    let mut config = config();
    config.listener.prelude_timeout = Duration::from_millis(50);
    config.listener.header_timeout = Duration::from_millis(100);
    let fixture = Fixture::start(config);
    for beginning in ["", "P", "PRI * HTTP/2.0\r\n", "POST /v1/traces HTTP/1.1\r\nhost: a\r\n"] {
        for address in [fixture.http, fixture.grpc] {
            let mut connection = Connection::to(address);
            connection.write(beginning.as_bytes());
            assert!(connection.is_closed(), "{beginning:?}");
        }
    }
}

#[test]
fn connections_beyond_the_limit_wait_for_their_turn() {
    let mut config = config();
    config.listener.connections_max = 1;
    let fixture = Fixture::start(config);
    let mut first = Connection::to(fixture.http);
    assert_eq!(first.exchange(&Request::json("{}")).status, 200);
    let mut second = Connection::to(fixture.http);
    second.write(&Request::json("{}").head());
    second.write(b"{}");
    assert_eq!(first.exchange(&Request::json("{}")).status, 200);
    drop(first);
    assert_eq!(second.answer().status, 200);
}

#[test]
fn a_reconfigured_limit_holds_for_both_transports() {
    const MIB: usize = 1024 * KIB;
    let mut config = config();
    config.limits.request_bytes_max = MIB;
    let fixture = Fixture::start(config);
    let grpc = fixture.grpc();
    let overhead = big_request(MIB).len() - MIB;
    for (size, status, code) in [(MIB - overhead, 200, 0), (MIB - overhead + 1, 413, 8)] {
        let body = big_request(size);
        assert_eq!(Request::protobuf(body.clone()).send(fixture.http).status, status);
        let answer = grpc.call(&Call::export(&body));
        assert_eq!(answer.code, code, "{answer:?}");
        assert!(!answer.has_detail("RetryInfo"));
    }
    let declared = [&[0u8][..], &u32::MAX.to_be_bytes()].concat();
    let answer = grpc.call(&Call::raw(crate::wire::EXPORT, declared).stalled());
    assert_eq!(answer.code, 8, "{answer:?}");
    assert_eq!(grpc.call(&Call::raw(crate::wire::EXPORT, frame(0, &[]))).code, 0);
}

#[test]
fn a_budget_below_one_request_is_a_configuration_error() {
    let mut config = config();
    config.in_flight_bytes_max = config.in_flight_bytes_min() - 1;
    let store = std::sync::Arc::new(storage::MemoryStore::new());
    let mut registry = prometheus_client::registry::Registry::default();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let bound = runtime.block_on(hopline_collector::Collector::bind(config, store, &mut registry));
    let error = bound.err().expect("an error").to_string();
    assert!(error.contains("in_flight_bytes_max"), "{error}");
}

#[test]
fn an_address_in_use_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let config = Config { otlp_http_listen: address, ..config() };
    let store = std::sync::Arc::new(storage::MemoryStore::new());
    let mut registry = prometheus_client::registry::Registry::default();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let bound = runtime.block_on(hopline_collector::Collector::bind(config, store, &mut registry));
    let error = bound.err().expect("an error").to_string();
    assert!(error.contains(&address.to_string()) && error.contains("OTLP/HTTP"), "{error}");
}
