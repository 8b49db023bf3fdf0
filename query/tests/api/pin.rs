//! Traces that are kept beyond retention.

use std::sync::Arc;

use axum::body::Body;
use http::{Method, Request};
use proto::{Batch, Span};
use query::Config;
use serde_json::{Value, json};
use storage::{MemoryStore, PinBounds, SpanWriter};

use crate::support::{Answer, Api, SHOP, check_error};

fn spans() -> Vec<Span> {
    proto::testing::trace(SHOP)
}

/// The API over a store with [`SHOP`] and room for so many pins.
fn shop(pins_max: usize) -> (Api, Arc<MemoryStore>) {
    let bounds = PinBounds { pins_max, ..PinBounds::default() };
    let store = Arc::new(MemoryStore::with_pin_bounds(bounds));
    store.write(&[Arc::new(Batch::of(&spans()))]).unwrap();
    (Api::over_all(Arc::clone(&store), Config::default()), store)
}

/// The paths of a trace of these spans, and of its pin.
fn paths(span: &Span) -> (String, String) {
    let trace = format!("/api/v1/traces/{}", span.trace_id);
    let pin = format!("{trace}/pin");
    (trace, pin)
}

fn put(api: &Api, path: &str) -> Answer {
    api.request(Method::PUT, path)
}

fn delete(api: &Api, path: &str) -> Answer {
    api.request(Method::DELETE, path)
}

#[test]
fn a_pinned_trace_is_found_by_its_id_until_it_is_unpinned() {
    let (api, store) = shop(2);
    let (trace, pin) = paths(&spans()[0]);
    assert_eq!(api.json(&trace)["pinned_unix_nano"], Value::Null);
    assert_eq!(api.json("/api/v1/pins"), json!({"pins": [], "bytes": 0}));

    let pinned = put(&api, &pin);
    assert_eq!(pinned.status, 200, "{}", pinned.text());
    let pinned = pinned.json();
    assert_eq!(pinned["trace_id"], spans()[0].trace_id.to_string());
    assert_eq!(pinned["root_service"], "frontend");
    assert_eq!(pinned["root_name"], "GET /checkout");
    assert_eq!((&pinned["span_count"], &pinned["error_count"]), (&json!(3), &json!(1)));
    let bytes = pinned["bytes"].as_u64().unwrap();
    assert!(bytes > 0);
    assert_eq!(api.json("/api/v1/pins"), json!({"pins": [pinned], "bytes": bytes}));
    // Again changes nothing.
    assert_eq!(put(&api, &pin).json(), pinned);

    let before = api.json(&trace);
    assert_eq!(before["pinned_unix_nano"], pinned["pinned_unix_nano"]);
    store.retire_all();
    assert_eq!(api.json(&trace), before);
    let (other, _) = paths(&spans()[3]);
    assert_eq!(api.get(&other).status, 404);

    let unpinned = delete(&api, &pin);
    assert_eq!((unpinned.status.as_u16(), unpinned.body.len()), (204, 0));
    assert_eq!(api.get(&trace).status, 404);
    let id = spans()[0].trace_id;
    check_error(&delete(&api, &pin), 404, "not_found", None, &format!("trace {id} is not pinned"));
    let sentence = format!("no trace {id}: it was never received, or is no longer kept");
    check_error(&put(&api, &pin), 404, "not_found", None, &sentence);
}

#[test]
fn what_there_is_no_room_for_is_refused_with_what_to_do() {
    let (api, _) = shop(1);
    let (_, first) = paths(&spans()[0]);
    let (_, second) = paths(&spans()[3]);
    assert_eq!(put(&api, &first).status, 200);
    let sentence = "1 traces are pinned, and no more may be: unpin one first";
    check_error(&put(&api, &second), 409, "pin_refused", None, sentence);
    assert_eq!(delete(&api, &first).status, 204);
    assert_eq!(put(&api, &second).status, 200);

    let store = Arc::new(MemoryStore::new());
    store.write(&[Arc::new(Batch::of(&spans()))]).unwrap();
    let config = Config { spans_max: 2, ..Config::default() };
    let sentence = "the trace is too large to be pinned: it does not fit into 2 spans and \
                    256.0 MiB of memory";
    check_error(&put(&Api::over_all(store, config), &first), 409, "pin_refused", None, sentence);
}

#[test]
fn a_pin_takes_put_and_delete_and_no_parameters() {
    let (api, _) = shop(1);
    let (_, pin) = paths(&spans()[0]);
    for method in [Method::GET, Method::POST, Method::PATCH] {
        let answer = api.request(method.clone(), &pin);
        assert_eq!(answer.header("allow"), "PUT, DELETE, OPTIONS");
        let sentence = format!("{method} is not possible here: use PUT or DELETE");
        check_error(&answer, 405, "method_not_allowed", None, &sentence);
    }
    let options = api.request(Method::OPTIONS, &pin);
    assert_eq!((options.status.as_u16(), options.header("allow")), (204, "PUT, DELETE, OPTIONS"));
    assert_eq!(put(&api, &format!("{pin}?x=1")).status, 400);
    assert_eq!(put(&api, "/api/v1/traces/x/pin").status, 400);
    assert_eq!(api.request(Method::DELETE, "/api/v1/traces/1f").status, 405);
}

#[test]
fn pages_of_other_sites_change_nothing_and_other_clients_may() {
    let (api, _) = shop(4);
    let (_, pin) = paths(&spans()[0]);
    let put = |headers: &[(&str, &str)]| {
        let mut request = Request::put(&pin).header("host", "localhost:4320");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        api.send(request.body(Body::empty()).unwrap())
    };
    for headers in [
        &[("origin", "http://example.com")][..],
        &[("origin", "null")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site"), ("origin", "http://localhost:9999")],
    ] {
        let sentence = "a page of another site asks for this; only pages of this server may \
                        change what it keeps";
        check_error(&put(headers), 403, "forbidden", None, sentence);
    }
    assert_eq!(api.json("/api/v1/pins")["pins"], json!([]));
    for headers in [
        &[][..],
        &[("origin", "http://localhost:4320")],
        // Behind a proxy that has another name.
        &[("sec-fetch-site", "same-origin"), ("origin", "https://traces.example.com")],
    ] {
        assert_eq!(put(headers).status, 200, "{headers:?}");
    }
    // Reading is as it was.
    let read = Request::get("/api/v1/pins").header("origin", "http://example.com");
    assert_eq!(api.send(read.body(Body::empty()).unwrap()).status, 200);
}
