//! Doors, routes and content types (rows 1 to 28 of the checklist).

use super::message::{empty, one, one_json, rejected};
use super::stored::{count, new_trace_id, span};
use super::wire::{Call, Connection, EXPORT, Grpc, Request, frame};
use crate::support::{Server, until};

const UNIMPLEMENTED: i32 = 12;

#[test]
fn a_span_comes_in_by_every_door_and_is_there_at_once() {
    let server = Server::start();

    let id = new_trace_id();
    let answer = Grpc::to(server.grpc()).call(&Call::export(&one(&id)));
    assert_eq!(rejected(answer.response()), None, "row 1");
    assert_eq!(span(&server, &id).name, "work");

    type Make = fn(&[u8; 16]) -> Request;
    let doors: &[(&str, Make, &str)] = &[
        ("2 protobuf", |id| Request::protobuf(one(id)), "application/x-protobuf"),
        ("3 JSON", |id| Request::json(one_json(id)), "application/json"),
        ("11 a slash too many", |id| post("/v1/traces/", id), "application/x-protobuf"),
        (
            "15 media type in any case",
            |id| Request::traces("Application/X-Protobuf", one(id)),
            "application/x-protobuf",
        ),
        (
            "15 media type with a parameter",
            |id| Request::traces("application/json; charset=utf-8", one_json(id)),
            "application/json",
        ),
        ("27 query string", |id| post("/v1/traces?x=y", id), "application/x-protobuf"),
    ];
    for (row, make, content_type) in doors {
        let id = new_trace_id();
        let answer = make(&id).send(server.http());
        assert_eq!(answer.status, 200, "row {row}: {answer:?}");
        assert_eq!(answer.header("content-type"), Some(*content_type), "row {row}");
        let full_success: &[u8] = if *content_type == "application/json" { b"{}" } else { b"" };
        assert_eq!(answer.body, full_success, "row {row}: no partial success");
        assert_eq!(span(&server, &id).name, "work", "row {row}");
    }
}

fn post(path: &str, id: &[u8]) -> Request {
    let request = Request::new("POST", path).header("content-type", "application/x-protobuf");
    request.body(one(id))
}

#[test]
fn row_4_both_formats_alternate_on_one_connection() {
    let server = Server::start();
    let mut connection = Connection::to(server.http());
    for round in 0..6 {
        let id = new_trace_id();
        let request = match round % 2 {
            0 => Request::protobuf(one(&id)),
            _ => Request::json(one_json(&id)),
        };
        assert_eq!(connection.exchange(&request).status, 200, "round {round}");
        assert_eq!(count(&server, &id), 1);
    }
}

#[test]
fn row_5_http_2_without_tls_is_spoken_on_the_http_port() {
    let server = Server::start();
    let connection = Grpc::to(server.http());
    let id = new_trace_id();
    let (status, body) = connection.post("/v1/traces", "application/x-protobuf", &one(&id));
    assert_eq!((status, body), (200, Vec::new()));
    let (status, body) = connection.post("/v1/traces", "application/json", b"{}");
    assert_eq!((status, body), (200, b"{}".to_vec()));
    assert_eq!(count(&server, &id), 1);
}

#[test]
fn row_6_a_client_that_asks_first_is_told_to_go_on() {
    let server = Server::start();
    let id = new_trace_id();
    let request = Request::protobuf(one(&id)).header("expect", "100-continue");
    let mut connection = Connection::to(server.http());
    connection.write(&request.head());
    assert_eq!(connection.answer().status, 100);
    connection.write(&one(&id));
    assert_eq!(connection.answer().status, 200);
    assert_eq!(count(&server, &id), 1);
}

#[test]
fn row_7_a_chunked_body_is_put_together() {
    let server = Server::start();
    let id = new_trace_id();
    let mut connection = Connection::to(server.http());
    let head = Request::protobuf([]).header("transfer-encoding", "chunked").head();
    connection.write(&head);
    for part in one(&id).chunks(7) {
        assert!(connection.try_write_chunk(part));
    }
    assert!(connection.try_write_chunk(b""));
    assert_eq!(connection.answer().status, 200);
    assert_eq!(count(&server, &id), 1);
}

#[test]
fn what_is_no_export_is_refused_in_the_requests_own_format() {
    const PROTOBUF: &str = "application/x-protobuf";
    const JSON: &str = "application/json";
    let server = Server::start();
    // Row, method, path, content type, status, format and part of the answer.
    for (row, method, path, content_type, status, format, part) in [
        (8, "GET", "/v1/traces", "", 405, JSON, "use POST"),
        (8, "PUT", "/v1/traces", PROTOBUF, 405, PROTOBUF, "use POST"),
        (8, "DELETE", "/v1/traces", JSON, 405, JSON, "use POST"),
        (9, "POST", "/v1/unknown", PROTOBUF, 404, PROTOBUF, "/v1/traces"),
        (9, "POST", "/v1/unknown", JSON, 404, JSON, "/v1/traces"),
        (10, "POST", "/", PROTOBUF, 404, PROTOBUF, "/v1/traces"),
        (10, "POST", "/", JSON, 404, JSON, "/v1/traces"),
        (8, "GET", "/v1/logs", "", 405, JSON, "use POST for /v1/logs"),
        (12, "POST", "/v1/metrics", PROTOBUF, 404, PROTOBUF, "turn off the exporter"),
        (12, "POST", "/v1development/profiles", JSON, 404, JSON, "turn off the exporter"),
        (13, "POST", "/v1/traces", "", 415, JSON, "application/x-protobuf, application/json"),
        (14, "POST", "/v1/traces", "text/plain", 415, JSON, "unsupported media type"),
        (14, "POST", "/v1/traces", "application/jsonl", 415, JSON, "unsupported media type"),
        (28, "HEAD", "/v1/traces", "", 405, JSON, ""),
    ] {
        let mut request = Request::new(method, path);
        if !content_type.is_empty() {
            request = request.header("content-type", content_type);
        }
        let mut connection = Connection::to(server.http());
        connection.write(&request.head());
        let answer = connection.head_answer();
        let what = format!("row {row}, {method} {path} {content_type}: {answer:?}");
        assert_eq!(answer.status, status, "{what}");
        assert_eq!(answer.header("content-type"), Some(format), "{what}");
        if status == 405 {
            assert!(answer.header("allow").is_some_and(|allow| allow.contains("POST")), "{what}");
        }
        if method == "HEAD" {
            continue;
        }
        let answer = connection.body_of(answer);
        assert!(answer.text().contains(part), "{what}");
        if format == JSON {
            assert!(answer.json()["message"].as_str().is_some_and(|text| text.contains(part)));
        } else {
            // Field 2 of google.rpc.Status, after field 1, the code.
            assert_eq!(answer.body[0], 8, "{what}");
            assert_eq!(answer.body[2], 18, "{what}");
        }
    }
}

#[test]
fn row_28_options_is_answered_and_promises_nothing_to_other_origins() {
    let server = Server::start();
    for origin in [None, Some("http://example.org")] {
        let mut request = Request::new("OPTIONS", "/v1/traces");
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        let answer = request.send(server.http());
        assert_eq!(answer.status, 204, "{answer:?}");
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
}

#[test]
fn rows_16_17_a_body_in_the_other_format_is_malformed() {
    let server = Server::start();
    let id = new_trace_id();
    let answer = Request::protobuf(one_json(&id)).send(server.http());
    assert_eq!(answer.status, 400, "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("application/x-protobuf"));
    assert!(answer.text().contains("malformed"), "{answer:?}");

    let answer = Request::json(one(&id)).send(server.http());
    assert_eq!(answer.status, 400, "{answer:?}");
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.json()["code"], 3);
    assert_eq!(count(&server, &id), 0);
}

#[test]
fn row_18_twenty_calls_at_once_on_one_connection() {
    let server = Server::start();
    let connection = Grpc::to(server.grpc());
    let ids: Vec<_> = (0..20).map(|_| new_trace_id()).collect();
    let mut calls: Vec<_> = ids.iter().map(|id| Call::export(&one(id))).collect();
    // One that never finishes must not hold the others up.
    let stalled = Call::raw(EXPORT, frame(0, &one(&new_trace_id()))[..20].to_vec());
    calls.insert(0, stalled.header("grpc-timeout", "1S").stalled());
    let answers = connection.calls(&calls);
    assert_eq!(answers[0].code, 4, "{:?}", answers[0]);
    for (id, answer) in ids.iter().zip(&answers[1..]) {
        assert_eq!(answer.code, 0, "{answer:?}");
        assert!(answer.took < answers[0].took, "waited for the stalled call");
        assert_eq!(count(&server, id), 1);
    }
}

#[test]
fn rows_12_19_other_grpc_methods_are_unimplemented() {
    let server = Server::start();
    let connection = Grpc::to(server.grpc());
    for (path, part) in [
        ("/opentelemetry.proto.collector.trace.v1.TraceService/Import", ""),
        ("/unknown.Service/Method", ""),
        (
            "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
            "turn off the exporter",
        ),
        ("/opentelemetry.proto.collector.logs.v1.LogsService/Import", ""),
    ] {
        let answer = connection.call(&Call::raw(path, frame(0, &empty())));
        assert_eq!(answer.code, UNIMPLEMENTED, "{path}: {answer:?}");
        assert!(answer.message.contains(part), "{path}: {answer:?}");
    }
}

#[test]
fn row_20_health_and_reflection_are_served() {
    let server = Server::start();
    let connection = Grpc::to(server.grpc());
    until("serving", || {
        let answer = connection.call(&Call::raw("/grpc.health.v1.Health/Check", frame(0, &[])));
        (answer.code == 0 && answer.response() == [8, 1]).then_some(())
    });

    for version in ["v1", "v1alpha"] {
        let path = format!("/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo");
        // Field 7: list the services. Field 4: the file that has a symbol.
        let service = "opentelemetry.proto.collector.trace.v1.TraceService";
        for (question, part) in [
            (super::message::field(7, b""), service),
            (super::message::field(4, service.as_bytes()), "ExportTraceServiceRequest"),
        ] {
            let answer = connection.call(&Call::raw(&path, frame(0, &question)));
            assert_eq!(answer.code, 0, "{answer:?}");
            let text = String::from_utf8_lossy(&answer.body);
            assert!(text.contains(part), "{version}: {text}");
        }
    }
}

#[test]
fn row_23_a_clients_deadline_is_kept_and_the_same_again_is_harmless() {
    let server = Server::start();
    let connection = Grpc::to(server.grpc());
    let id = new_trace_id();
    let stalled = Call::raw(EXPORT, vec![0, 0]).header("grpc-timeout", "1m").stalled();
    assert_eq!(connection.call(&stalled).code, 4);
    let export = Call::export(&one(&id));
    let hurried = connection.call(&export.clone().header("grpc-timeout", "1m"));
    assert!([0, 4].contains(&hurried.code), "{hurried:?}");
    assert_eq!(connection.call(&export).code, 0);
    assert_eq!(count(&server, &id), 1);
}

#[test]
fn row_24_a_cancelled_request_leaves_nothing_behind() {
    let server = Server::start();
    let connection = Grpc::to(server.grpc());
    let id = new_trace_id();
    let half = frame(0, &one(&id))[..30].to_vec();
    connection.cancel(&Call::raw(EXPORT, half));
    let mut gone = Connection::to(server.http());
    gone.write(&Request::protobuf([]).header("content-length", 1000).head());
    gone.write(&one(&id)[..20]);
    drop(gone);
    assert_eq!(connection.call(&Call::export(&one(&new_trace_id()))).code, 0);
    assert_eq!(count(&server, &id), 0);
}

#[test]
fn row_25_pings_are_answered_and_the_connection_stays() {
    let server = Server::start();
    let connection = Grpc::to(server.grpc());
    let id = new_trace_id();
    for _ in 0..60 {
        connection.ping();
    }
    assert_eq!(connection.call(&Call::export(&one(&id))).code, 0);
    assert_eq!(count(&server, &id), 1);
}

/// gRPC's "unimplemented" goes out with HTTP status 200: an OTLP/HTTP exporter would
/// take it for success and throw its spans away.
#[test]
fn each_protocol_is_told_when_it_knocks_at_the_others_port() {
    let server = Server::start();
    let answer = Request::protobuf(one(&new_trace_id())).send(server.grpc());
    assert_eq!(answer.status, 415, "{answer:?}");
    assert!(answer.text().contains("4318"), "{answer:?}");
    let answer = Grpc::to(server.http()).call(&Call::export(&one(&new_trace_id())));
    assert_eq!(answer.code, UNIMPLEMENTED, "{answer:?}");
    assert!(answer.message.contains("4317"), "{answer:?}");
}
