//! Stopping: what is in flight is answered, nothing acknowledged is lost, and what
//! could not be finished is named (checklist row 119).

use std::net::TcpStream;
use std::time::Duration;

use hopline_collector::{Config, Stopped};

use crate::fixture::{Fixture, Plan, config, request, trace_id, until};
use crate::wire::{Call, Request};

#[test]
fn requests_in_flight_finish_and_new_ones_find_no_one() {
    let fixture = Fixture::start(config());
    fixture.store.plan(Plan::Hold);
    let (http, grpc, store) = (fixture.http, fixture.grpc(), fixture.store.clone());
    std::thread::scope(|scope| {
        let first = scope.spawn(move || Request::protobuf(request(1)).send(http).status);
        let second = scope.spawn(|| grpc.call(&Call::export(&request(2))).code);
        until("both wait", || fixture.metric("hopline_collector_queued_requests") == 2.0);
        fixture.shut_down();
        until("the port is closed", || TcpStream::connect(http).is_err());
        store.plan(Plan::Keep);
        assert_eq!(first.join().unwrap(), 200);
        assert_eq!(second.join().unwrap(), 0);
    });
    assert_eq!(fixture.stopped(), Stopped::default());
    assert_eq!((store.span_count(trace_id(1)), store.span_count(trace_id(2))), (1, 1));
}

#[test]
fn what_is_left_at_the_deadline_is_counted_and_not_acknowledged() {
    let mut config = Config { drain_timeout: Duration::from_millis(50), ..config() };
    config.listener.drain_timeout = Duration::from_millis(50);
    let fixture = Fixture::start(config);
    fixture.store.plan(Plan::Hold);
    let (http, store) = (fixture.http, fixture.store.clone());
    std::thread::scope(|scope| {
        let client = scope.spawn(move || {
            let mut connection = crate::wire::Connection::to(http);
            connection.write(&Request::protobuf(request(1)).head());
            connection.write(&request(1));
            connection.is_closed()
        });
        until("it waits", || fixture.metric("hopline_collector_queued_requests") == 1.0);
        fixture.shut_down();
        let left = Stopped { cut_connections: 1, pending_requests: 1 };
        assert_eq!(fixture.stopped(), left);
        assert!(client.join().unwrap(), "no answer was sent");
    });
    // Lets the writer thread end.
    store.plan(Plan::Keep);
}
