//! Messages from trace to trace, by span links, as the real program tells them.

use opentelemetry_proto::tonic::trace::v1::span::{Link, SpanKind};
use opentelemetry_proto::tonic::trace::v1::{Span, Status};
use serde_json::{Value, json};

use crate::support::{Ports, Server, otlp, web};

/// When the first message was sent, in nanoseconds since the Unix epoch.
const SENT: u64 = 1_764_300_000_000_000_000;
const MS: u64 = 1_000_000;

/// A span of a trace of its own, which starts so many milliseconds after [`SENT`] and lasts ten.
fn span(name: &str, kind: SpanKind, start_ms: u64) -> Span {
    let start_time_unix_nano = SENT + start_ms * MS;
    Span {
        kind: kind.into(),
        start_time_unix_nano,
        end_time_unix_nano: start_time_unix_nano + 10 * MS,
        ..otlp::span(name)
    }
}

/// A message to the topic `orders`.
fn sent(start_ms: u64) -> Span {
    let attributes = vec![
        otlp::attribute("messaging.system", "kafka"),
        otlp::attribute("messaging.destination.name", "orders"),
    ];
    Span { attributes, ..span("orders send", SpanKind::Producer, start_ms) }
}

/// Who takes `messages`, in a trace of its own.
fn taken(start_ms: u64, messages: &[&Span]) -> Span {
    let link = |message: &&Span| Link {
        trace_id: message.trace_id.clone(),
        span_id: message.span_id.clone(),
        ..Link::default()
    };
    let links = messages.iter().map(link).collect();
    Span { links, ..span("orders process", SpanKind::Consumer, start_ms) }
}

/// By HTTP and by gRPC in turn, as different senders do.
fn send(server: &Server, grpc: &mut otlp::Grpc, service: &str, span: &Span) {
    let request = otlp::request(service, vec![span.clone()]);
    if span.kind == i32::from(SpanKind::Producer) {
        grpc.send(&request).expect("an answer");
    } else {
        assert_eq!(otlp::send_http(server, &request).expect("an answer").status(), 200);
    }
}

fn path(span: &Span) -> String {
    format!("/api/v1/traces/{}/messages", otlp::hex(&span.trace_id))
}

/// The messages of the trace of `span`.
fn messages(server: &Server, span: &Span) -> Value {
    let mut answer = web::json(server, &path(span));
    assert_eq!(answer["more"], false);
    assert_eq!(answer["completeness"], json!({"state": "complete"}));
    answer["messages"].take()
}

/// How a message is told.
fn told(sender: &Span, receiver: &Span, receiver_service: &str, wait_ms: u64) -> Value {
    let end = |service: &str, span: &Span| {
        json!({
            "trace_id": otlp::hex(&span.trace_id),
            "span_id": otlp::hex(&span.span_id),
            "service": service,
            "span_name": span.name,
            "start_unix_nano": span.start_time_unix_nano.to_string(),
            "error": span.status.as_ref().is_some_and(|status| status.code == 2),
        })
    };
    json!({
        "sender": end("checkout", sender),
        "receiver": end(receiver_service, receiver),
        "destination": "kafka/orders",
        "queue_wait_nano": wait_ms * MS,
    })
}

#[test]
fn who_took_a_message_is_told_in_both_traces_whichever_half_comes_first() {
    let server = Server::start();
    let mut grpc = otlp::Grpc::to(server.grpc().port());
    let (first, second) = (sent(0), sent(1_000));
    let failed = Some(Status { code: 2, message: "refused".to_owned() });
    let accounting = Span { status: failed, ..taken(510, &[&first]) };
    // One batch of both.
    let fraud = taken(2_010, &[&first, &second]);

    // Nobody has taken it yet.
    send(&server, &mut grpc, "checkout", &first);
    assert_eq!(messages(&server, &first), json!([]));
    send(&server, &mut grpc, "accounting", &accounting);
    let by_accounting = told(&first, &accounting, "accounting", 500);
    assert_eq!(messages(&server, &first), json!([by_accounting]));
    assert_eq!(messages(&server, &accounting), json!([by_accounting]));

    // One of the batch was sent by whom nothing has come from; its sender's half comes late.
    send(&server, &mut grpc, "fraud", &fraud);
    let first_by_fraud = told(&first, &fraud, "fraud", 2_000);
    assert_eq!(messages(&server, &fraud), json!([first_by_fraud]));
    assert_eq!(web::get(&server, &path(&second)).expect("an answer").status(), 404);
    send(&server, &mut grpc, "checkout", &second);
    let second_by_fraud = told(&second, &fraud, "fraud", 1_000);
    assert_eq!(messages(&server, &fraud), json!([first_by_fraud, second_by_fraud]));
    assert_eq!(messages(&server, &second), json!([second_by_fraud]));
    assert_eq!(messages(&server, &first), json!([by_accounting, first_by_fraud]));
}

#[test]
fn messages_outlive_the_program() {
    let scratch = tempfile::tempdir().expect("a folder");
    let server = Server::on(scratch.path(), Ports::ANY);
    let mut grpc = otlp::Grpc::to(server.grpc().port());
    let (order, taker) = (sent(0), taken(20, &[]));
    send(&server, &mut grpc, "checkout", &order);
    send(&server, &mut grpc, "idle", &taker);
    server.kill();

    let server = Server::on(scratch.path(), Ports::ANY);
    // Taken while the sender's span still ran.
    let accounting = taken(5, &[&order]);
    let mut grpc = otlp::Grpc::to(server.grpc().port());
    send(&server, &mut grpc, "accounting", &accounting);
    assert_eq!(messages(&server, &order), json!([told(&order, &accounting, "accounting", 0)]));
    assert_eq!(messages(&server, &taker), json!([]));
}

#[test]
fn there_are_no_messages_of_a_trace_that_is_not_there() {
    let server = Server::start();
    let absent = sent(0);
    let answer = web::get(&server, &path(&absent)).expect("an answer");
    assert_eq!(answer.status(), 404);
    let answer: Value = answer.json().expect("JSON");
    assert_eq!(answer["code"], "not_found");
    // One that refers to it is there all the same.
    let mut grpc = otlp::Grpc::to(server.grpc().port());
    let taker = taken(20, &[&absent]);
    send(&server, &mut grpc, "accounting", &taker);
    assert_eq!(messages(&server, &taker), json!([]));
}
