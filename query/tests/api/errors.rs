//! Everything that goes wrong has one shape, a code, and a sentence to act on.

use http::Method;

use crate::support::{Api, SHOP, check_error as check};

#[test]
fn a_wrong_parameter_is_named_with_what_would_be_right() {
    let api = Api::shop();
    let takes_time = "this question takes from, to, since and limit";
    let no_time = "is no time; write RFC 3339 as 2026-11-23T10:00:00Z, or a Unix time in s, ms, us \
                   or ns";
    let no_duration = "is no duration; write a number and one of ns, us, ms, s, m, h, d, as 250ms \
                       or 1.5s";
    for (query, parameter, sentence) in [
        ("services?sinc=1h", "sinc", format!("unknown parameter 'sinc': {takes_time}")),
        ("services?%C3%A4=1", "ä", format!("unknown parameter 'ä': {takes_time}")),
        ("services?=1", "", format!("unknown parameter '': {takes_time}")),
        ("services?a%00b", "a\\0b", format!("unknown parameter 'a\\0b': {takes_time}")),
        ("status?a=1", "a", "unknown parameter 'a': this question takes none".to_owned()),
        ("openapi.json?a", "a", "unknown parameter 'a': this question takes none".to_owned()),
        ("services?since=%FF", "since", "since: not percent-encoded UTF-8".to_owned()),
        ("services?since", "since", "since: empty; give a value or leave it out".to_owned()),
        ("services?since=1h&since=2h", "since", "since: given more than once".to_owned()),
        ("services?since=5", "since", format!("since: '5' {no_duration}; or all for everything")),
        (
            "services?since=1h&from=1",
            "since",
            "since: cannot be combined with from or to; use one or the other".to_owned(),
        ),
        ("services?from=yesterday", "from", format!("from: 'yesterday' {no_time}")),
        ("services?to=-1", "to", format!("to: '-1' {no_time}")),
        (
            "services?from=20&to=20",
            "to",
            "to: the range ends before it begins; to must lie after from".to_owned(),
        ),
        ("services?limit=0", "limit", "limit: '0' is no whole number from 1 to 10000".to_owned()),
        (
            "attributes?scope=process",
            "scope",
            "unknown scope 'process': use any, span, resource, scope, event or link".to_owned(),
        ),
        ("attributes/values", "key", "key: missing; this question needs it".to_owned()),
        (
            "search?limit=1001",
            "limit",
            "limit: '1001' is no whole number from 1 to 1000".to_owned(),
        ),
        ("search?limit=ten", "limit", "limit: 'ten' is no whole number from 1 to 1000".to_owned()),
        (
            "search?order=fastest",
            "order",
            "unknown order 'fastest': use newest, oldest, slowest, most_spans or most_errors"
                .to_owned(),
        ),
        (
            "search?status=failed",
            "status",
            "unknown status 'failed': use error, ok or unset".to_owned(),
        ),
        (
            "search?kind=remote",
            "kind",
            "unknown kind 'remote': use internal, server, client, producer, consumer, \
             unspecified, or a number"
                .to_owned(),
        ),
        ("search?min_duration=9", "min_duration", format!("min_duration: '9' {no_duration}")),
        ("search?max_duration=x", "max_duration", format!("max_duration: 'x' {no_duration}")),
        (
            "search?min_trace_duration=1y",
            "min_trace_duration",
            format!("min_trace_duration: '1y' {no_duration}"),
        ),
        (
            "search?min_trace_duration=2s&max_trace_duration=1s",
            "max_trace_duration",
            "max_trace_duration: shorter than min_trace_duration, so that nothing can be found"
                .to_owned(),
        ),
        (
            "search?attribute=%3Db",
            "attribute",
            "attribute: '=b' names no attribute; write key=value, key!=value, key>=100, key<=100, \
             key>100, key<100, or key alone"
                .to_owned(),
        ),
        (
            "search?attribute=a%3Eb",
            "attribute",
            "attribute: 'a>b' compares with 'b', which is no number".to_owned(),
        ),
        (
            "search?link_trace_id=12",
            "link_trace_id",
            "link_trace_id: trace id must be 32 hexadecimal digits, got 12".to_owned(),
        ),
        (
            "search?link_span_id=x",
            "link_span_id",
            "link_span_id: span id must be 16 hexadecimal digits, got x".to_owned(),
        ),
        (
            "search?cursor=abc",
            "cursor",
            "cursor: none of this server; use next_cursor of the page before as it stands"
                .to_owned(),
        ),
        (
            "traces/xyz",
            "trace_id",
            "trace_id: trace id must be 32 hexadecimal digits, got xyz".to_owned(),
        ),
        (
            "traces/0af7651916cd43dd8448eb211c80319c/spans/1",
            "span_id",
            "span_id: span id must be 16 hexadecimal digits, got 1".to_owned(),
        ),
        (
            "traces/0af7651916cd43dd8448eb211c80319c?page=1",
            "page",
            "unknown parameter 'page': this question takes none".to_owned(),
        ),
    ] {
        let answer = api.get(&format!("/api/v1/{query}"));
        check(&answer, 400, "invalid_parameter", Some(parameter), &sentence);
    }
    let attributes = "attribute=a&".repeat(33);
    let answer = api.get(&format!("/api/v1/search?{attributes}"));
    let sentence = "attribute: given more than 32 times";
    check(&answer, 400, "invalid_parameter", Some("attribute"), sentence);
}

#[test]
fn what_is_not_there_is_404() {
    let api = Api::shop();
    let id = "0af7651916cd43dd8448eb211c80319c";
    let no_trace = format!("no trace {id}: it was never received, or is no longer kept");
    for suffix in ["", "/otlp", "/spans/b7ad6b7169203331"] {
        let answer = api.get(&format!("/api/v1/traces/{id}{suffix}"));
        check(&answer, 404, "not_found", None, &no_trace);
    }
    let stored = proto::testing::trace(SHOP)[0].trace_id;
    let answer = api.get(&format!("/api/v1/traces/{stored}/spans/b7ad6b7169203331"));
    let sentence = format!("no span b7ad6b7169203331 in trace {stored}");
    check(&answer, 404, "not_found", None, &sentence);
    for path in ["/api", "/api/", "/api/v1", "/api/v2/services", "/api/v1/services/", "/api/v1/x"] {
        let sentence = format!("no such path '{path}': /api/v1/openapi.json lists them");
        check(&api.get(path), 404, "not_found", None, &sentence);
        check(&api.request(Method::POST, path), 404, "not_found", None, &sentence);
    }
    let answer = api.get("/api/v1/traces/%FF");
    check(&answer, 404, "not_found", None, "no such path: it is not UTF-8");
}

#[test]
fn only_questions_are_answered() {
    let api = Api::shop();
    for path in ["/api/v1/services", "/api/v1/search", "/api/v1/traces/x/spans/y"] {
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
            let answer = api.request(method.clone(), path);
            let sentence = format!("{method} is not possible here: use GET");
            check(&answer, 405, "method_not_allowed", None, &sentence);
            assert_eq!(answer.header("allow"), "GET, HEAD, OPTIONS");
        }
        let options = api.request(Method::OPTIONS, path);
        assert_eq!(options.status, 204);
        assert_eq!(options.header("allow"), "GET, HEAD, OPTIONS");
        assert!(options.body.is_empty());
    }
    let head = api.request(Method::HEAD, "/api/v1/services");
    assert_eq!(head.status, 200);
    assert_eq!(head.header("content-type"), "application/json");
    assert!(head.body.is_empty());
}
