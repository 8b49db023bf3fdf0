//! `/api/v3/*`

use serde_json::json;

use super::{CART, WINDOW_V3, api, api_of_today, check, paths};
use crate::support::{Api, texts};

#[test]
fn a_list_of_traces_comes_without_their_spans() {
    let all = [
        format!("/api/v3/trace-summaries?query.serviceName=web&{WINDOW_V3}"),
        format!("/api/v3/trace-summaries?query.serviceName=none&{WINDOW_V3}"),
    ];
    check(&api(), "v3_summaries", &paths(&all.each_ref().map(String::as_str)));
}

#[test]
fn a_trace_is_otlp() {
    let all = [
        format!("/api/v3/traces/{CART}"),
        format!("/api/v3/traces?query.service_name=mail&query.duration_min=400ms&{WINDOW_V3}"),
        format!("/api/v3/traces?query.serviceName=none&{WINDOW_V3}"),
    ];
    check(&api(), "v3_traces", &paths(&all.each_ref().map(String::as_str)));
}

#[test]
fn names_are_listed() {
    let api = api_of_today();
    assert_eq!(texts(&api.json("/jaeger/api/v3/services")["services"]), ["cart", "mail", "web"]);
    let mail = api.json("/jaeger/api/v3/operations?service=mail");
    let expected = json!({ "operations": [
        { "name": "consume", "spanKind": "consumer" },
        { "name": "nightly", "spanKind": "internal" },
        { "name": "orphan", "spanKind": "server" },
    ]});
    assert_eq!(mail, expected);
    for spelling in ["spanKind", "span_kind"] {
        let path = format!("/jaeger/api/v3/operations?service=mail&{spelling}=server");
        assert_eq!(api.json(&path)["operations"].as_array().unwrap().len(), 1);
    }
    assert_eq!(Api::with(Vec::new()).json("/jaeger/api/v3/services"), json!({ "services": [] }));
}

#[test]
fn a_search_needs_no_service() {
    let api = api();
    let count = |query: &str| {
        let answer = api.json(&format!("/jaeger/api/v3/trace-summaries?{WINDOW_V3}&{query}"));
        answer["summaries"].as_array().unwrap().len()
    };
    assert_eq!(count(""), 3);
    assert_eq!(count("query.searchDepth=2"), 2);
    assert_eq!(count("query.num_traces=1"), 1);
    assert_eq!(count("query.attributes=%7B%22job%22:%22nightly%22%7D"), 1);
    assert_eq!(count("query.operationName=publish"), 1);
    assert_eq!(count("query.durationMin=499ms&query.durationMax=1s"), 1);
}
