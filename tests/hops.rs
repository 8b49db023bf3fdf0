//! Figures of hops while spans are on their way, as the real program tells them.

use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;

use crate::support::{Server, otlp, until, web};

/// Who calls whom and how often, as `parameters` ask for it.
fn hops(server: &Server, parameters: &str) -> Vec<String> {
    let answer = web::json(server, &format!("/api/v1/hops?since=1h{parameters}"));
    let name = |hop: &serde_json::Value, end: &str| hop[end].as_str().unwrap_or("-").to_owned();
    let hops = answer["hops"].as_array().expect("hops").iter();
    let mut told: Vec<String> = hops
        .map(|hop| format!("{} {} {}", name(hop, "caller"), name(hop, "callee"), hop["calls"]))
        .collect();
    told.sort();
    told
}

fn send(server: &Server, service: &str, spans: Vec<Span>) {
    let sent = otlp::send_http(server, &otlp::request(service, spans)).expect("an answer");
    assert_eq!(sent.status(), 200);
}

#[test]
fn a_trace_whose_spans_are_on_their_way_is_left_out_where_asked() {
    let server = Server::start();
    let request = otlp::span("GET /checkout");
    let below = |parent: &Span, kind: SpanKind| Span {
        trace_id: parent.trace_id.clone(),
        parent_span_id: parent.span_id.clone(),
        kind: kind.into(),
        ..otlp::span("POST /pay")
    };
    let call = below(&request, SpanKind::Client);
    let answer = below(&call, SpanKind::Server);

    send(&server, "shop", vec![request, call]);
    assert_eq!(hops(&server, ""), ["- shop 1", "shop - 1"]);
    assert!(hops(&server, "&settled=1h").is_empty());
    send(&server, "bank", vec![answer]);
    assert_eq!(hops(&server, ""), ["- shop 1", "shop bank 1"]);
    let settled = until("the trace to be settled", || {
        Some(hops(&server, "&settled=1s")).filter(|hops| !hops.is_empty())
    });
    assert_eq!(settled, ["- shop 1", "shop bank 1"]);

    for question in ["hops?", "graph?", "tail?", "chains?", "hops/00000000000000aa?"] {
        let path = format!("/api/v1/{question}settled=soon");
        let refused = web::get(&server, &path).expect("an answer");
        assert_eq!(refused.status(), 400, "{path}");
        let error: serde_json::Value = refused.json().expect("JSON");
        assert_eq!(error["parameter"], "settled", "{path}");
    }
    let both = "/api/v1/chains?settled=8s&status=error";
    assert_eq!(web::get(&server, both).expect("an answer").status(), 400);
}
