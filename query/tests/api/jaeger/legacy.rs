//! `/api/*`

use axum::body::Body;
use http::Request;
use serde_json::json;

use super::{CART, SPANS, WINDOW, api, api_of_today, check, paths};
use crate::support::{Api, SHOP, texts};

#[test]
fn names_are_listed() {
    let all = ["/api/services", "/api/services/web/operations", "/api/services/none/operations"];
    check(&api(), "legacy_names", &paths(&all));
    let twice_encoded = "/jaeger/api/services/a%252Fb%2520c/operations";
    let api = Api::with(proto::testing::trace("\"a/b c\" GET 0..1"));
    assert_eq!(api.json(twice_encoded)["data"], json!(["GET"]));
}

#[test]
fn operations_have_their_kinds() {
    let operations = api_of_today().json("/jaeger/api/operations?service=web");
    let expected = json!([
        { "name": "GET /", "spanKind": "server" },
        { "name": "GET /cart", "spanKind": "server" },
        { "name": "after render", "spanKind": "" },
        { "name": "get cart", "spanKind": "client" },
        { "name": "render", "spanKind": "internal" },
    ]);
    assert_eq!(operations["data"], expected);
    let servers = api_of_today().json("/jaeger/api/operations?service=web&spanKind=server");
    assert_eq!(servers["data"].as_array().unwrap().len(), 2);
}

#[test]
fn a_trace_is_told_in_jaegers_words() {
    let all = [
        format!("/api/traces/{CART}"),
        "/api/traces/463ac35c9f6413ad".to_owned(),
        "/api/traces/4bf92f3577b34da6a3ce929d0e0e4737".to_owned(),
    ];
    check(&api(), "legacy_trace", &paths(&all.each_ref().map(String::as_str)));
}

#[test]
fn one_trace_is_the_same_by_every_spelling_of_its_id() {
    let api = api();
    let whole = api.json(&format!("/jaeger/api/traces/{CART}"));
    for id in [CART.to_uppercase().as_str(), "S%2FkvNXezTaajzpKdDg5HNg==", "S_kvNXezTaajzpKdDg5HNg"]
    {
        assert_eq!(api.json(&format!("/jaeger/api/traces/{id}")), whole, "{id}");
    }
    let short = api.json("/jaeger/api/traces/463ac35c9f6413ad");
    assert_eq!(api.json("/jaeger/api/traces/0000000000000000463ac35c9f6413ad"), short);
    assert_eq!(short["data"][0]["traceID"], "463ac35c9f6413ad");
}

#[test]
fn raw_spans_are_as_they_came() {
    let api = api();
    let tags = |path: &str| {
        let trace = api.json(path);
        let root = trace["data"][0]["spans"][0].clone();
        texts(&root["tags"].as_array().unwrap().iter().map(|tag| tag["key"].clone()).collect())
            .iter()
            .map(|key| (*key).to_owned())
            .collect::<Vec<_>>()
    };
    let of_library = "telemetry.sdk.name".to_owned();
    assert!(!tags(&format!("/jaeger/api/traces/{CART}")).contains(&of_library));
    assert!(tags(&format!("/jaeger/api/traces/{CART}?raw=1")).contains(&of_library));
}

/// The ids of the traces that `query` finds.
#[track_caller]
fn found(api: &Api, query: &str) -> Vec<String> {
    let answer = api.json(&format!("/jaeger/api/traces?{WINDOW}&{query}"));
    assert_eq!(answer["errors"], json!(null));
    let traces = answer["data"].as_array().unwrap().iter();
    traces.map(|trace| trace["traceID"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_search_meets_all_conditions_in_one_span() {
    let api = api();
    let (nightly, front) = ("463ac35c9f6413ad", "8c1f2ab3d4e5f60718293a4b5c6d7e8f");
    for (query, expected) in [
        ("service=web", vec![front, CART]),
        ("service=web&limit=1", vec![front]),
        ("service=mail", vec![nightly, CART]),
        ("service=web&operation=render", vec![CART]),
        ("service=web&operation=GetCart", vec![]),
        ("service=none", vec![]),
        ("service=mail&minDuration=400ms", vec![nightly]),
        ("service=mail&maxDuration=99ms", vec![CART]),
        ("service=mail&minDuration=101ms&maxDuration=499ms", vec![]),
        ("service=web&tags=%7B%22error%22:%22true%22%7D", vec![CART]),
        ("service=web&tags=%7B%22http.response.status_code%22:%22200%22%7D", vec![front]),
        ("service=web&tag=text:x&tag=host.name:n1", vec![CART]),
        ("service=web&tag=text:x&tag=http.route:/cart", vec![]),
        ("service=web&tag=half:0.5&tag=two:2&tag=yes:true", vec![CART]),
        ("service=web&tag=exception.type:IOError", vec![CART]),
        ("service=web&tag=scope.note:kept%20apart&tag=why:retry", vec![CART]),
        ("service=web&tag=span.kind:client", vec![CART]),
        ("service=web&tag=otel.status_code:OK", vec![front]),
        ("service=web&tag=otel.scope.name:http2", vec![front]),
        ("service=web&lookback=1h&raw=true", vec![front, CART]),
    ] {
        assert_eq!(found(&api, query), expected, "{query}");
    }
    let early = "/jaeger/api/traces?service=web&start=1&end=1766300000000000";
    assert_eq!(api.json(early)["data"], json!([]));
    let backwards = "/jaeger/api/traces?service=web&start=1766300010000000&end=1";
    assert_eq!(api.json(backwards)["data"], json!([]));
}

#[test]
fn what_is_missing_of_several_traces_is_named() {
    let all = ["/api/traces?traceID=463ac35c9f6413ad&traceID=1f&traceID=463ac35c9f6413ae"];
    check(&api(), "legacy_several", &paths(&all));
}

#[test]
fn each_span_whose_parent_is_of_another_service_is_a_call() {
    let all = [
        "/api/dependencies?endTs=1766300010000&lookback=60000",
        "/api/dependencies?endTs=1766300010000&lookback=60000&service=mail",
        "/api/dependencies?endTs=1766200010000&lookback=60000",
    ];
    check(&api(), "legacy_dependencies", &paths(&all));
}

#[test]
fn a_file_of_otlp_becomes_traces() {
    let api = Api::shop();
    let send = |body: &'static str| {
        let request = Request::post("/jaeger/api/transform").body(Body::from(body)).unwrap();
        api.send(request)
    };
    let answer = send(SPANS);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let traces = answer.json();
    let ids: Vec<_> =
        traces["data"].as_array().unwrap().iter().map(|one| &one["traceID"]).collect();
    assert_eq!(ids, ["463ac35c9f6413ad", CART, "8c1f2ab3d4e5f60718293a4b5c6d7e8f"]);
    assert_eq!(traces["data"][1]["spans"].as_array().unwrap().len(), 8);
    assert_eq!(send("{").status, 400);
    let get = api.get("/jaeger/api/transform");
    assert_eq!((get.status.as_u16(), get.text().as_str()), (404, "404 page not found\n"));
}

#[test]
fn answers_are_indented_where_it_is_asked_for() {
    let api = Api::with(proto::testing::trace(SHOP));
    assert!(api.get("/jaeger/api/services?prettyPrint=1").text().contains("\n  \"data\": [\n"));
    assert!(!api.get("/jaeger/api/services?prettyPrint=false").text().contains('\n'));
}
