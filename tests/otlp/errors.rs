//! Malformed requests, stopping and starting (rows 111, 114, 119, 120). A store or a
//! budget in trouble (row 112) is in the collector's own tests, `tests/troubled`.

use std::net::TcpStream;

use super::hopline::Hopline;
use super::message::{field, ids, one, request_of};
use super::stored::{count, new_trace_id};
use super::wire::{Call, Connection, Grpc, Request};
use crate::support::{Server, until};

const INVALID_ARGUMENT: i32 = 3;

#[test]
fn rows_111_114_malformed_requests_say_what_is_wrong() {
    let hopline = Hopline::start();
    let grpc = Grpc::to(hopline.server.grpc());
    let id = new_trace_id();
    let whole = one(&id);
    for (what, body) in [
        ("cut off", whole[..whole.len() - 3].to_vec()),
        ("no protobuf", b"\xff\xff\xff\xff".to_vec()),
        ("a length past the end", vec![10, 100, 1]),
        ("an endless varint", vec![0x80; 20]),
        ("field number 0", vec![2, 0]),
        ("a text for a message", request_of(&[[ids(&id, &[1; 8]), field(15, b"x")].concat()])),
        ("a wrong wire type", request_of(&[[ids(&id, &[1; 8]), vec![7 << 3, 1]].concat()])),
    ] {
        let answer = grpc.call(&Call::export(&body));
        assert_eq!(answer.code, INVALID_ARGUMENT, "{what}: {answer:?}");
        assert!(answer.has_detail("BadRequest"), "{what}");
        assert!(!answer.message.is_empty(), "{what}");
        let answer = Request::protobuf(body).send(hopline.server.http());
        assert_eq!(answer.status, 400, "{what}: {answer:?}");
        assert_eq!(answer.header("content-type"), Some("application/x-protobuf"));
        assert!(answer.text().contains("google.rpc.BadRequest"), "{what}: {answer:?}");
    }
    assert_eq!(count(&hopline.server, &id), 0, "nothing of a malformed request is kept");

    let answer = Request::json("{\"resourceSpans\":7}").send(hopline.server.http());
    assert_eq!(answer.status, 400, "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let violation = &answer.json()["details"][0]["fieldViolations"][0];
    assert!(violation["description"].is_string(), "{answer:?}");
}

#[test]
fn row_119_a_request_that_is_being_sent_is_finished_before_the_end() {
    let mut server = Server::start();
    let id = new_trace_id();
    let body = one(&id);
    let mut connection = Connection::to(server.http());
    let head = Request::protobuf(body.clone()).header("expect", "100-continue").head();
    connection.write(&head);
    assert_eq!(connection.answer().status, 100, "the request is in flight");
    server.terminate();
    let address = server.http();
    until("the port is closed", || TcpStream::connect(address).is_err().then_some(()));
    connection.write(&body);
    let answer = connection.answer();
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(connection.is_closed());
    assert!(server.wait().success());
}
