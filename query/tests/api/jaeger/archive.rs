//! Archiving: a trace is pinned.

use std::sync::Arc;

use axum::body::Body;
use http::{Method, Request};
use query::Config;
use storage::{MemoryStore, PinBounds, Pins, SpanWriter};

use super::{CART, spans};
use crate::grpc;
use crate::support::Api;

/// The id, as a message of version 2.
#[derive(Clone, PartialEq, prost::Message)]
struct TraceRequest {
    #[prost(bytes = "vec", tag = "1")]
    trace_id: Vec<u8>,
}

/// Over a store with room for so many pins.
fn api(pins_max: usize) -> (Api, Arc<MemoryStore>) {
    let bounds = PinBounds { pins_max, ..PinBounds::default() };
    let store = Arc::new(MemoryStore::with_pin_bounds(bounds));
    store.write(&[Arc::new(proto::Batch::of(&spans()))]).unwrap();
    (Api::over_all(Arc::clone(&store), Config::default()), store)
}

#[test]
fn an_archived_trace_is_found_when_all_others_are_gone() {
    let (api, store) = api(1);
    let answer = api.request(Method::POST, &format!("/jaeger/api/archive/{CART}"));
    assert_eq!(answer.text(), r#"{"data":[],"total":0,"limit":0,"offset":0,"errors":[]}"#);
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/json"));
    let trace = format!("/jaeger/api/traces/{CART}");
    let before = api.get(&trace).text();
    store.retire_all();
    assert_eq!(api.get(&trace).text(), before);
    assert_eq!(api.get("/jaeger/api/traces/463ac35c9f6413ad").status, 404);
    assert_eq!(store.pins().len(), 1);
    // Again is no mistake.
    assert_eq!(api.request(Method::POST, &format!("/jaeger/api/archive/{CART}")).status, 200);
}

#[test]
fn what_there_is_no_room_for_is_refused_with_a_reason() {
    let (api, _) = api(0);
    let answer = api.request(Method::POST, &format!("/jaeger/api/archive/{CART}"));
    assert_eq!(answer.status, 409, "{}", answer.text());
    assert!(answer.text().contains("no more may be: unpin one first"), "{}", answer.text());
    let id = spans()[0].trace_id.as_bytes().to_vec();
    let path = "/jaeger/jaeger.api_v2.QueryService/ArchiveTrace";
    let (_, status) = grpc::call(&api, path, &TraceRequest { trace_id: id });
    assert_eq!(status, "8");
}

#[test]
fn pages_of_other_sites_archive_nothing() {
    let (api, store) = api(1);
    for path in [&format!("/api/archive/{CART}"), "/jaeger.api_v2.QueryService/ArchiveTrace"] {
        let request = Request::post(format!("/jaeger{path}"))
            .header("host", "localhost:4320")
            .header("origin", "http://example.com")
            .body(Body::empty());
        assert_eq!(api.send(request.unwrap()).status, 403, "{path}");
    }
    assert_eq!(store.pins(), []);
}
