//! A trace as columns, and its export.

use std::sync::Arc;

use proto::otlp::Limits;
use proto::{Span, SpanId};
use serde_json::{Value, json};

use crate::support::{Api, SHOP, texts};

const COLUMNS: [&str; 11] = [
    "span_id", "start", "duration", "self", "depth", "subtree", "service", "name", "kind",
    "status", "flags",
];

/// A root, 1,000 services' calls below it, and below each 98 more: 99,001 spans.
fn large() -> Vec<Span> {
    let root = proto::testing::trace("edge GET /all 0..1000 kind=server").remove(0);
    let parents = proto::testing::trace("shop call 0..1 kind=client\nstore serve 0..1 kind=server");
    let mut spans = vec![root.clone()];
    for number in 0..99_000u64 {
        let mut span = parents[usize::try_from(number % 2).unwrap()].clone();
        span.span_id = SpanId::new((number + 1_000_000).to_be_bytes());
        let parent = match number % 99 {
            0 => root.span_id,
            _ => SpanId::new((number / 99 * 99 + 1_000_000).to_be_bytes()),
        };
        span.parent_span_id = Some(parent);
        span.start_time_unix_nano = root.start_time_unix_nano + number * 10_000;
        span.end_time_unix_nano = span.start_time_unix_nano + 9_000;
        spans.push(span);
    }
    spans
}

#[track_caller]
fn check_columns(answer: &Value, rows: usize) {
    for column in COLUMNS {
        assert_eq!(answer["columns"][column].as_array().unwrap().len(), rows, "{column}");
    }
    assert_eq!(answer["columns"].as_object().unwrap().len(), COLUMNS.len());
    assert_eq!(answer["span_count"], rows);
}

#[test]
fn a_trace_comes_as_columns_in_pre_order() {
    let spans = proto::testing::trace(SHOP);
    let answer = Api::shop().json(&format!("/api/v1/traces/{}", spans[0].trace_id));
    check_columns(&answer, 3);
    assert_eq!(answer["trace_id"], spans[0].trace_id.to_string());
    assert_eq!(answer["start_unix_nano"], "1700000000000000000");
    assert_eq!(answer["duration_nano"], 1_100_000_000);
    assert_eq!(answer["error_count"], 1);
    assert_eq!(answer["services"], json!(["frontend", "bank"]));
    assert_eq!(answer["names"], json!(["GET /checkout", "POST /charge"]));
    let ids: Vec<String> = spans[..3].iter().map(|span| span.span_id.to_string()).collect();
    assert_eq!(
        answer["columns"],
        json!({
            "span_id": ids,
            "start": [0, 10_000_000, 100_000_000],
            "duration": [1_100_000_000, 990_000_000, 800_000_000],
            "self": [110_000_000, 190_000_000, 800_000_000],
            "depth": [0, 1, 2],
            "subtree": [3, 2, 1],
            "service": [0, 0, 1],
            "name": [0, 1, 1],
            "kind": [2, 3, 2],
            "status": [0, 0, 2],
            "flags": [4, 4, 1 | 2 | 4 | 64],
        })
    );
    let path = answer["critical_path"].as_array().unwrap();
    assert_eq!(path[0], json!({"row": 0, "start": 0, "end": 10_000_000}));
    assert_eq!(
        answer["self_sections"],
        json!({
            "row": [0, 1, 2, 1, 0],
            "duration": [10_000_000, 90_000_000, 800_000_000, 100_000_000, 100_000_000],
        })
    );
    let explanation = &answer["explanation"];
    assert!(explanation["sentence"].as_str().unwrap().contains("bank"));
    assert_eq!(explanation["hops"].as_array().unwrap().len(), 2);
    assert_eq!(
        explanation["errors"],
        json!([{
            "row": 2,
            "service": "bank",
            "span_name": "POST /charge",
            "kind": "swallowed",
            "message": explanation["errors"][0]["message"],
            "passed_up_through": [],
            "absorbed_by_row": 1,
        }])
    );
    assert_eq!(explanation["retries"], json!([]));
    assert_eq!(explanation["services"][0]["service"], "bank");
    assert_eq!(answer["warnings"], json!([]));
    assert_eq!(answer["completeness"], json!({"state": "complete"}));
}

#[test]
fn what_is_wrong_with_the_spans_is_told() {
    let spans = proto::testing::trace("a lost 0..10 parent=gone\na back 5..1");
    let answer = Api::with(spans.clone()).json(&format!("/api/v1/traces/{}", spans[0].trace_id));
    let kinds: Vec<&Value> =
        answer["warnings"].as_array().unwrap().iter().map(|warning| &warning["kind"]).collect();
    assert!(kinds.contains(&&json!("orphan")), "{kinds:?}");
    assert!(kinds.contains(&&json!("end_before_start")), "{kinds:?}");
}

#[test]
fn an_id_may_be_written_in_capitals() {
    let id = proto::testing::trace(SHOP)[0].trace_id.to_string();
    let answer = Api::shop().json(&format!("/api/v1/traces/{}", id.to_uppercase()));
    assert_eq!(answer["trace_id"], id);
}

#[test]
fn a_hundred_thousand_spans_come_whole() {
    let spans = large();
    let rows = spans.len();
    let id = spans[0].trace_id;
    let api = Api::with(spans);
    let answer = api.get(&format!("/api/v1/traces/{id}"));
    assert_eq!(answer.status, 200);
    // 60 bytes a row and the hops: a browser takes it at once.
    assert!(answer.body.len() < 8_500_000, "{} bytes", answer.body.len());
    let answer = answer.json();
    check_columns(&answer, rows);
    assert_eq!(answer["columns"]["subtree"][0], rows);
    assert_eq!(answer["completeness"], json!({"state": "complete"}));
    let found = api.json("/api/v1/search?since=all");
    assert_eq!(found["traces"][0]["span_count"], rows);
    assert_eq!(found["traces"][0]["verdict"], json!(null));
}

#[test]
fn a_trace_beyond_the_limit_is_cut_and_says_so() {
    let config = query::Config { spans_max: 2, ..query::Config::default() };
    let spans = proto::testing::trace(SHOP);
    let api = Api::configured(spans.clone(), config);
    let path = format!("/api/v1/traces/{}", spans[0].trace_id);
    let answer = api.json(&path);
    check_columns(&answer, 2);
    let cut = json!({"state": "truncated", "limit": "spans_max 2"});
    assert_eq!(answer["completeness"], cut);
    let export = api.get(&format!("{path}/otlp"));
    assert_eq!(export.header("hopline-completeness"), "truncated");
    let span = api.get(&format!("{path}/spans/{}", spans[2].span_id));
    assert_eq!(span.status, 404);
    let error = span.json()["error"].as_str().unwrap().to_owned();
    assert!(error.contains("spans_max 2"), "{error}");
}

#[test]
fn a_trace_beyond_its_memory_is_cut_and_says_so() {
    let spans = proto::testing::trace(SHOP);
    let path = format!("/api/v1/traces/{}", spans[0].trace_id);
    let api = |large_max| {
        let trace_bytes = query::TraceBytes { common_max: 1, large_max };
        let config = query::Config { trace_bytes, ..query::Config::default() };
        Api::configured(spans.clone(), config)
    };
    // What is more than any question may take is read in its turn.
    let whole = api(1 << 20);
    for _ in 0..2 {
        let answer = whole.json(&path);
        check_columns(&answer, 3);
        assert_eq!(answer["completeness"], json!({"state": "complete"}));
    }
    let list = whole.json("/api/v1/search?since=all");
    assert!(list["traces"].as_array().unwrap().iter().all(|found| !found["verdict"].is_null()));

    let cut = api(1).json(&path);
    check_columns(&cut, 1);
    assert_eq!(cut["completeness"]["state"], "truncated");
    let limit = cut["completeness"]["limit"].as_str().unwrap().to_owned();
    assert!(limit.contains("of memory for the spans of one trace: the first 1"), "{limit}");
}

#[test]
fn the_export_is_what_was_stored() {
    let spans = proto::testing::trace(SHOP);
    let trace: Vec<Span> =
        spans.iter().filter(|span| span.trace_id == spans[0].trace_id).cloned().collect();
    let export = Api::shop().get(&format!("/api/v1/traces/{}/otlp", spans[0].trace_id));
    assert_eq!(export.status, 200);
    assert_eq!(export.header("content-type"), "application/json");
    assert!(!export.headers.contains_key("hopline-completeness"));
    let decoded = proto::otlp::json::decode_request(&export.body, &Limits::default()).unwrap();
    assert_eq!(decoded.batch.spans(), trace);
}

#[test]
fn a_span_that_arrives_is_seen_at_once() {
    use storage::SpanWriter;

    let spans = proto::testing::trace("a one 0..1\na two 1..2");
    let path = format!("/api/v1/traces/{}", spans[0].trace_id);
    let store = Arc::new(storage::MemoryStore::default());
    let api = Api::over(store.clone(), query::Config::default(), storage::Health::Accepting);
    assert_eq!(api.get(&path).status, 404);
    for (span, name) in spans.into_iter().zip(["one", "two"]) {
        store.write(&[Arc::new(proto::Batch::of(&[span]))]).unwrap();
        assert!(texts(&api.json(&path)["names"]).contains(&name));
    }
}
