//! Log records: those that belong to a span become its events, by every door.

use opentelemetry_proto::tonic::collector::logs::v1::{
    ExportLogsServiceRequest, ExportLogsServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::AnyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use prost::Message;

use super::message::{request, span_in};
use super::stored::{hex, new_trace_id, span};
use super::wire::{Call, Grpc, Request, frame};
use crate::support::{Server, web};

const EXPORT_LOGS: &str = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";

fn record(trace_id: &[u8], span_id: &[u8], message: &str) -> LogRecord {
    LogRecord {
        time_unix_nano: 1_700_000_000_000_000_000,
        severity_number: 17,
        body: Some(AnyValue { value: Some(Value::StringValue(message.to_owned())) }),
        trace_id: trace_id.to_vec(),
        span_id: span_id.to_vec(),
        ..LogRecord::default()
    }
}

fn logs(log_records: Vec<LogRecord>) -> Vec<u8> {
    let scope_logs = vec![ScopeLogs { log_records, ..ScopeLogs::default() }];
    let resource_logs = vec![ResourceLogs { scope_logs, ..ResourceLogs::default() }];
    ExportLogsServiceRequest { resource_logs }.encode_to_vec()
}

fn post(server: &Server, content_type: &str, body: impl Into<Vec<u8>>) -> super::wire::Answer {
    let request = Request::new("POST", "/v1/logs").header("content-type", content_type);
    request.body(body).send(server.http())
}

/// What the events of the trace's only span say.
fn messages(server: &Server, trace_id: &[u8]) -> Vec<String> {
    let events = span(server, trace_id).events;
    let text = |key: &str, event: &proto::Event| {
        let value = proto::span::find_attribute(&event.attributes, key);
        value.map(|value| value.text().into_owned()).unwrap_or_default()
    };
    let say = |event| format!("{} {}", text("log.severity", event), text("log.message", event));
    events.iter().map(say).collect()
}

#[test]
fn they_become_events_of_their_span_whichever_comes_first() {
    let server = Server::start();
    let id = new_trace_id();
    let payment = span_in(&id, "POST /pay");
    let span_id = payment.span_id.clone();
    let answer =
        post(&server, "application/x-protobuf", logs(vec![record(&id, &span_id, "1 http")]));
    assert_eq!((answer.status, &*answer.body), (200, &b""[..]), "{answer:?}");
    let not_there = web::get(&server, &format!("/api/v1/traces/{}", hex(&id))).expect("an answer");
    assert_eq!(not_there.status(), 404);

    assert_eq!(Request::protobuf(request(payment)).send(server.http()).status, 200);
    assert_eq!(messages(&server, &id), ["ERROR 1 http"]);

    let by_grpc = frame(0, &logs(vec![record(&id, &span_id, "2 grpc")]));
    let grpc = Grpc::to(server.grpc());
    // Sent twice, as after a lost answer.
    for _ in 0..2 {
        let answer = grpc.call(&Call::raw(EXPORT_LOGS, by_grpc.clone()));
        assert_eq!((answer.code, answer.response()), (0, &b""[..]), "{answer:?}");
    }
    let json = format!(
        r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{{"timeUnixNano":"1700000000000000001",
            "severityNumber":9,"body":{{"stringValue":"3 json"}},"traceId":"{}","spanId":"{}"}}]}}]}}]}}"#,
        hex(&id),
        hex(&span_id),
    );
    let answer = post(&server, "application/json", json);
    assert_eq!((answer.status, &*answer.text()), (200, "{}"), "{answer:?}");
    let mut said = messages(&server, &id);
    said.sort();
    assert_eq!(said, ["ERROR 1 http", "ERROR 2 grpc", "INFO 3 json"]);

    let question = "since=all&attribute=event:log.message%3D2%20grpc";
    assert_eq!(web::search(&server, question).len(), 1);
    let answer = web::get(&server, "/metrics").and_then(|answer| answer.text()).expect("figures");
    for line in [
        "hopline_collector_accepted_log_records_total 4",
        "hopline_collector_resent_log_records_total 1",
        "hopline_collector_accepted_spans_total 1",
    ] {
        assert!(answer.lines().any(|found| found == line), "{line}: {answer}");
    }
}

#[test]
fn those_of_no_span_are_refused_with_a_reason() {
    let server = Server::start();
    let id = new_trace_id();
    let body = logs(vec![record(&id, &[7; 8], "kept"), record(&[], &[], "of nobody")]);
    let answer = post(&server, "application/x-protobuf", body.clone());
    let response = ExportLogsServiceResponse::decode(&*answer.body).expect("an export response");
    let partial = response.partial_success.expect("a partial success");
    assert_eq!(partial.rejected_log_records, 1);
    assert!(partial.error_message.contains("log records that belong to a span"), "{partial:?}");
    let answer = Grpc::to(server.grpc()).call(&Call::raw(EXPORT_LOGS, frame(0, &body)));
    let response = ExportLogsServiceResponse::decode(answer.response()).expect("a response");
    assert_eq!(response.partial_success.expect("a partial success").rejected_log_records, 1);
    let answer = post(
        &server,
        "application/json",
        r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{}]}]}]}"#,
    );
    assert_eq!(answer.json()["partialSuccess"]["rejectedLogRecords"], "1", "{answer:?}");
}

#[test]
fn spans_sent_as_logs_are_malformed_or_nothing() {
    let server = Server::start();
    let id = new_trace_id();
    let answer = post(&server, "application/x-protobuf", super::message::one(&id));
    assert_eq!(answer.status, 400, "{answer:?}");
    let answer = post(&server, "application/json", super::message::one_json(&id));
    assert_eq!((answer.status, &*answer.text()), (200, "{}"));
    assert_eq!(super::stored::count(&server, &id), 0);
}
