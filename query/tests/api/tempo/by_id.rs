//! `/api/traces/{id}`, `/api/v2/traces/{id}` and what is asked before them.

use axum::body::Body;
use http::Request;
use opentelemetry_proto::tonic::trace::v1::TracesData;
use prost::Message;
use query::Config;

use super::{CART, api, check, spans};
use crate::support::{Answer, Api};

/// `TraceByIDResponse`
#[derive(Clone, PartialEq, Message)]
struct TraceById {
    #[prost(message, optional, tag = "1")]
    trace: Option<TracesData>,
    #[prost(message, optional, tag = "2")]
    metrics: Option<()>,
    #[prost(int32, tag = "3")]
    status: i32,
    #[prost(string, tag = "4")]
    message: String,
}

/// As the data source asks.
fn as_protobuf(api: &Api, path: &str) -> Answer {
    let request = Request::get(format!("/tempo{path}")).header("accept", "application/protobuf");
    let answer = api.send(request.body(Body::empty()).unwrap());
    assert_eq!(answer.header("content-type"), "application/protobuf", "{path}");
    answer
}

fn span_count(trace: &TracesData) -> usize {
    let scopes = trace.resource_spans.iter().flat_map(|resource| &resource.scope_spans);
    scopes.map(|scope| scope.spans.len()).sum()
}

#[test]
fn a_trace_is_told_in_tempos_json() {
    let all = [
        "/api/echo".to_owned(),
        "/ready".to_owned(),
        "/api/status/buildinfo".to_owned(),
        format!("/api/traces/{CART}"),
        format!("/api/v2/traces/{CART}?start=1766299900&end=1766300100"),
        "/api/v2/traces/1f".to_owned(),
    ];
    check(&api(), "by_id", &all);
    let missing = api().get("/tempo/api/traces/1f");
    assert_eq!((missing.status.as_u16(), missing.text().as_str()), (404, ""));
}

#[test]
fn an_id_may_lack_zeros_and_be_in_upper_case() {
    let api = api();
    let whole = api.json("/tempo/api/traces/0000000000000000463ac35c9f6413ad");
    for id in ["463ac35c9f6413ad", "463AC35C9F6413AD", "0463ac35c9f6413ad"] {
        assert_eq!(api.json(&format!("/tempo/api/traces/{id}")), whole, "{id}");
    }
    let upper = format!("/tempo/api/v2/traces/{}", CART.to_uppercase());
    assert_eq!(api.json(&upper), api.json(&format!("/tempo/api/v2/traces/{CART}")));
}

#[test]
fn protobuf_has_every_message_that_the_data_source_looks_into() {
    let api = api();
    let first = as_protobuf(&api, &format!("/api/traces/{CART}"));
    let first = TracesData::decode(&*first.body).unwrap();
    assert_eq!(span_count(&first), 8);

    let second = as_protobuf(&api, &format!("/api/v2/traces/{CART}"));
    let second = TraceById::decode(&*second.body).unwrap();
    assert_eq!((second.status, second.message.as_str()), (0, ""));
    assert!(second.metrics.is_some());
    let trace = second.trace.unwrap();
    assert_eq!(trace, first);
    for resource in &trace.resource_spans {
        assert!(!resource.resource.as_ref().unwrap().attributes.is_empty());
        for scope in &resource.scope_spans {
            assert!(scope.scope.is_some());
            assert!(scope.spans.iter().all(|span| span.status.is_some()));
        }
    }

    let missing = as_protobuf(&api, "/api/v2/traces/1f");
    assert_eq!(missing.status, 200);
    // A trace that is there, and empty.
    assert_eq!(TraceById::decode(&*missing.body).unwrap().trace, Some(TracesData::default()));
}

#[test]
fn a_resource_that_says_nothing_has_a_service() {
    let mut spans = spans();
    let bare = std::sync::Arc::new(proto::Resource::default());
    spans.iter_mut().for_each(|span| span.resource = std::sync::Arc::clone(&bare));
    let trace = Api::with(spans).json(&format!("/tempo/api/traces/{CART}"));
    let resource = &trace["batches"][0]["resource"]["attributes"][0];
    assert_eq!(resource["key"], "service.name");
    assert_eq!(resource["value"]["stringValue"], "unknown_service");
}

#[test]
fn a_trace_that_is_cut_is_partial() {
    let config = Config { spans_max: 3, ..Config::default() };
    let api = Api::configured(spans(), config);
    let json = api.json(&format!("/tempo/api/v2/traces/{CART}"));
    assert_eq!(json["status"], "PARTIAL");
    assert!(json["message"].as_str().unwrap().contains("limit"), "{json}");
    let binary = as_protobuf(&api, &format!("/api/v2/traces/{CART}"));
    let binary = TraceById::decode(&*binary.body).unwrap();
    assert_eq!((binary.status, span_count(&binary.trace.unwrap())), (1, 3));
    let first = api.get(&format!("/tempo/api/traces/{CART}"));
    assert_eq!(first.header("hopline-completeness"), "truncated");
}
