//! Traces that meet conditions, told as they come by the real program.

use std::io::{BufRead, BufReader};
use std::time::Duration;

use opentelemetry_proto::tonic::trace::v1::Span;
use reqwest::blocking::{Client, Response};
use serde_json::Value;

use crate::support::{Server, otlp};

/// How long an event is waited for: it guards against hanging and measures nothing.
const PATIENCE: Duration = Duration::from_secs(120);

/// What came as one event.
struct Event {
    id: String,
    kind: String,
    data: Value,
}

impl Event {
    fn trace_id(&self) -> &str {
        assert_eq!(self.kind, "trace", "{}", self.data);
        self.data["trace"]["trace_id"].as_str().expect("an id")
    }
}

struct Listener(BufReader<Response>);

impl Listener {
    fn to(server: &Server, query: &str, last: Option<&str>) -> Self {
        let client = Client::builder().timeout(PATIENCE).build().expect("a client");
        let url = format!("http://{}/api/v1/watch/traces?{query}", server.web());
        let mut request = client.get(url);
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let answer = request.send().expect("an answer");
        assert_eq!(answer.status(), 200);
        Self(BufReader::new(answer))
    }

    /// The next event; comments are passed over.
    fn next(&mut self) -> Event {
        let (mut id, mut kind, mut data) = (String::new(), String::new(), String::new());
        loop {
            let mut line = String::new();
            assert!(self.0.read_line(&mut line).expect("a line") > 0, "the stream has ended");
            let (name, value) = line.trim_end().split_once(':').unwrap_or_default();
            match name {
                "id" => id = value.trim().to_owned(),
                "event" => kind = value.trim().to_owned(),
                "data" => data = value.trim().to_owned(),
                _ if !data.is_empty() => {
                    let data: Value = serde_json::from_str(&data).expect("JSON");
                    assert_eq!(data["kind"], kind.as_str());
                    return Event { id, kind, data };
                }
                _ => {}
            }
        }
    }
}

/// A span that begins now, a trace of its own.
fn span() -> Span {
    let span = otlp::span("work");
    Span { start_time_unix_nano: span.end_time_unix_nano, ..span }
}

fn send(server: &Server, service: &str, spans: Vec<Span>) {
    let answer = otlp::send_http(server, &otlp::request(service, spans)).expect("an answer");
    assert_eq!(answer.status(), 200);
}

fn id(span: &Span) -> String {
    otlp::hex(&span.trace_id)
}

#[test]
fn a_trace_is_told_once_when_it_comes_to_match() {
    let server = Server::start();
    let mut listener = Listener::to(&server, "service=bank", None);
    assert_eq!(listener.next().kind, "listening");
    let (first, other, third) = (span(), span(), span());
    send(&server, "cart", vec![other.clone()]);
    send(&server, "bank", vec![first.clone()]);
    let event = listener.next();
    assert_eq!(event.trace_id(), id(&first));
    assert_eq!(event.data["trace"]["matched_count"], 1);
    // It grows, which is not told; another comes to match by a span of its own.
    let grown = Span { trace_id: first.trace_id.clone(), ..span() };
    let late = Span { trace_id: other.trace_id.clone(), ..span() };
    send(&server, "bank", vec![grown]);
    send(&server, "bank", vec![late]);
    assert_eq!(listener.next().trace_id(), id(&other));
    send(&server, "bank", vec![third.clone()]);
    assert_eq!(listener.next().trace_id(), id(&third));
}

#[test]
fn who_comes_back_is_told_what_came_meanwhile_and_nothing_twice() {
    let server = Server::start();
    let mut listener = Listener::to(&server, "service=bank", None);
    listener.next();
    let (first, second) = (span(), span());
    send(&server, "bank", vec![first.clone()]);
    let told = listener.next();
    assert_eq!(told.trace_id(), id(&first));
    drop(listener);
    send(&server, "bank", vec![second.clone()]);
    let mut listener = Listener::to(&server, "service=bank", Some(&told.id));
    let again = listener.next();
    assert_eq!(again.trace_id(), id(&second));
    // Nor does one whose end was not noticed take anything away.
    let mut back = Listener::to(&server, "service=bank", Some(&again.id));
    let third = span();
    send(&server, "bank", vec![third.clone()]);
    for listener in [&mut listener, &mut back] {
        assert_eq!(listener.next().trace_id(), id(&third));
    }
    // Another question's event, or one of another life: what was missed is not known.
    for (query, last) in [("service=cart", told.id.as_str()), ("service=bank", "1-1")] {
        let event = Listener::to(&server, query, Some(last)).next();
        assert_eq!(event.kind, "missed");
        assert!(event.data["reason"].is_string());
    }
}

#[test]
fn more_than_are_told_at_once_are_said_to_be_missed() {
    let server = Server::start();
    let mut listener = Listener::to(&server, "q=%7B%20name%20%3D%20%22work%22%20%7D", None);
    listener.next();
    let spans: Vec<Span> = (0..250).map(|_| span()).collect();
    send(&server, "bank", spans);
    assert_eq!(listener.next().kind, "missed");
    for _ in 0..100 {
        listener.next().trace_id();
    }
    let last = span();
    send(&server, "bank", vec![last.clone()]);
    assert_eq!(listener.next().trace_id(), id(&last));
}

#[test]
fn too_many_listeners_are_refused_and_all_end_with_the_server() {
    let server = Server::start();
    let mut listeners: Vec<Listener> =
        (0..16).map(|_| Listener::to(&server, "status=error", None)).collect();
    for listener in &mut listeners {
        listener.next();
    }
    let url = format!("http://{}/api/v1/watch/traces", server.web());
    let refused = otlp::client().get(url).send().expect("an answer");
    assert_eq!(refused.status(), 503);
    assert!(refused.headers().contains_key("retry-after"));
    assert!(server.stop().success());
}
