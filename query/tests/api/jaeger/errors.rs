//! What Jaeger says of what it cannot answer.

use http::Method;

use super::{WINDOW_V3, api, check, paths};

#[test]
fn what_is_wrong_is_told_in_jaegers_words() {
    let all = [
        "/api/operations",
        "/api/traces",
        "/api/traces?service=",
        "/api/traces?service=web&start=abc",
        "/api/traces?service=web&end=99999999999999999999",
        "/api/traces?service=web&limit=ten",
        "/api/traces?service=web&limit=0",
        "/api/traces?service=web&minDuration=5",
        "/api/traces?service=web&maxDuration=5d",
        "/api/traces?service=web&minDuration=5s&maxDuration=1s",
        "/api/traces?service=web&tag=a",
        "/api/traces?service=web&tags=%7B%22a%22:1%7D",
        "/api/traces?service=web&raw=2",
        "/api/traces?traceID=xyz",
        "/api/traces/xyz",
        "/api/traces/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "/api/traces/1f?start=abc",
        "/api/traces/1f",
        "/api/dependencies?endTs=abc",
        "/api/dependencies?lookback=1h",
        "/api/metrics/latencies?service=web",
        "/api/metrics/calls",
        "/api/metrics/errors?service=web&spanKind=worker",
        "/api/metrics/errors?service=web&step=x",
        "/api/nothing",
        "/api/v3/traces/xyz",
        "/api/v3/traces/1f",
        "/api/v3/traces/1f?startTime=today",
        "/api/v3/traces/1f?raw_traces=perhaps",
        "/api/v3/traces",
        "/api/v3/trace-summaries?query.startTimeMin=2025-12-21T06:53:20Z\
         &query.start_time_max=2025-12-21T06:53:20Z",
        "/api/v3/trace-summaries?query.startTimeMin=2025&query.startTimeMax=2026",
        &format!("/api/v3/trace-summaries?query.attributes=x&{WINDOW_V3}"),
        &format!("/api/v3/trace-summaries?query.durationMin=x&{WINDOW_V3}"),
        &format!("/api/v3/trace-summaries?query.searchDepth=x&{WINDOW_V3}"),
        &format!("/api/v3/trace-summaries?query.filter=x&{WINDOW_V3}"),
    ];
    check(&api(), "errors", &paths(&all));
}

#[test]
fn what_cannot_be_archived_is_told_as_jaeger_does() {
    let api = api();
    let archive = |id: &str| {
        let answer = api.request(Method::POST, &format!("/jaeger/api/archive/{id}"));
        assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
        let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        (answer.status.as_u16(), body["errors"][0]["msg"].as_str().unwrap().to_owned())
    };
    assert_eq!(archive("1f"), (404, "trace not found".to_owned()));
    assert_eq!(archive("x").0, 400);
}

#[test]
fn too_many_conditions_are_refused() {
    let api = api();
    let tags: String = (0..65).map(|number| format!("&tag=k{number}:v")).collect();
    assert_eq!(api.get(&format!("/jaeger/api/traces?service=web{tags}")).status, 400);
    let ids = "&traceID=1f".repeat(1_001);
    assert_eq!(api.get(&format!("/jaeger/api/traces?{ids}")).status, 400);
    let services = "&service=a".repeat(33);
    assert_eq!(api.get(&format!("/jaeger/api/metrics/calls?{services}")).status, 400);
}
