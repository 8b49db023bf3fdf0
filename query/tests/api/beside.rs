//! What is beside the questions: status, probes, figures, headers, compression.

use std::io::Read;
use std::sync::Arc;

use axum::body::Body;
use http::{Method, Request};
use query::Config;
use serde_json::json;
use storage::Health;

use crate::support::{Api, SHOP, VIEWER, store};

fn refusing() -> Api {
    let reason = "the disk is full".to_owned();
    Api::over(Arc::new(store(Vec::new())), Config::default(), Health::Refusing { reason })
}

#[test]
fn the_status_says_what_is_kept() {
    assert_eq!(
        Api::shop().json("/api/v1/status"),
        json!({
            "version": env!("CARGO_PKG_VERSION"),
            "accepting": true,
            "refusing_reason": null,
            "hot_spans": 9,
            "segments": 0,
            "sealed_spans": 0,
            "disk_bytes": 0,
            "oldest_unix_nano": "1700000000000000000",
            "otlp_grpc_address": "127.0.0.1:14317",
            "otlp_http_address": "127.0.0.1:14318",
        })
    );
    let refusing = refusing().json("/api/v1/status");
    assert_eq!(refusing["accepting"], false);
    assert_eq!(refusing["refusing_reason"], "the disk is full");
    assert_eq!(refusing["oldest_unix_nano"], "0");
}

#[test]
fn it_is_ready_while_it_takes_spans_and_alive_anyway() {
    for (api, status, text) in
        [(Api::shop(), 200, "ready\n"), (refusing(), 503, "not ready: the disk is full\n")]
    {
        let ready = api.get("/readyz");
        assert_eq!(ready.status, status);
        assert_eq!(ready.text(), text);
        assert_eq!(api.get("/healthz").status, 200);
        assert_eq!(api.request(Method::HEAD, "/healthz").status, 200);
    }
}

#[test]
fn every_request_is_counted() {
    let api = Api::shop();
    api.get("/api/v1/services");
    api.get("/api/v1/services?x=1");
    api.get("/api/v1/nothing");
    api.get("/anything");
    let figures = api.get("/metrics");
    let content_type = figures.header("content-type");
    assert_eq!(content_type, "application/openmetrics-text; version=1.0.0; charset=utf-8");
    let text = figures.text();
    for line in [
        r#"hopline_query_requests_total{route="/api/v1/services",status="2xx"} 1"#,
        r#"hopline_query_requests_total{route="/api/v1/services",status="4xx"} 1"#,
        r#"hopline_query_requests_total{route="unknown",status="4xx"} 1"#,
        r#"hopline_query_requests_total{route="ui",status="2xx"} 1"#,
        r#"hopline_query_request_duration_seconds_count{route="/api/v1/services"} 2"#,
        "hopline_query_waiting_questions 0",
        "hopline_storage_hot_spans 9",
        "hopline_storage_disk_bytes 0",
        "hopline_storage_oldest_timestamp_seconds 1700000000",
        "# EOF",
    ] {
        assert!(text.contains(line), "{line} in\n{text}");
    }
}

#[test]
fn answers_are_neither_kept_nor_guessed_at() {
    let api = Api::shop();
    for path in ["/api/v1/services", "/api/v1/x", "/api/v1/search?x", "/healthz", "/metrics"] {
        let answer = api.get(path);
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
    }
}

#[test]
fn every_other_path_is_the_viewer() {
    let api = Api::shop();
    for path in ["/", "/trace/0af7651916cd43dd8448eb211c80319c", "/apis", "/x?y=z"] {
        let answer = api.get(path);
        assert_eq!(answer.text(), VIEWER, "{path}");
        assert!(!answer.headers.contains_key("cache-control"), "{path}");
    }
}

#[test]
fn answers_are_compressed_for_those_who_ask() {
    let api = Api::shop();
    let trace = format!("/api/v1/traces/{}", proto::testing::trace(SHOP)[0].trace_id);
    for path in [trace.as_str(), "/"] {
        let plain = api.get(path);
        assert!(!plain.headers.contains_key("content-encoding"));
        let request = Request::builder().uri(path).header("accept-encoding", "gzip, br");
        let answer = api.send(request.body(Body::empty()).unwrap());
        assert_eq!(answer.header("content-encoding"), "gzip");
        assert_eq!(answer.header("vary"), "accept-encoding");
        let mut text = Vec::new();
        flate2::read::GzDecoder::new(answer.body.as_slice()).read_to_end(&mut text).unwrap();
        assert_eq!(text, plain.body);
        assert!(answer.body.len() < plain.body.len());
    }
}
