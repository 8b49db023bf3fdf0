//! Every parameter of a search, what it finds, and what is said of each trace.

use serde_json::json;

use crate::support::{Api, SHOP};

const CHECKOUT: &str = "GET /checkout";
const CART: &str = "GET /cart";
const NIGHTLY: &str = "nightly";
const CONSUME: &str = "consume";

#[test]
fn every_condition_finds_its_traces() {
    let api = Api::shop();
    let checkout = proto::testing::trace(SHOP)[0].trace_id.to_string();
    for (query, found) in [
        ("", vec![CONSUME, NIGHTLY, CART, CHECKOUT]),
        ("service=bank", vec![CHECKOUT]),
        ("service=frontend", vec![CART, CHECKOUT]),
        ("service=ban", vec![]),
        ("span_name=POST%20/charge", vec![CHECKOUT]),
        ("span_name=POST+%2Fcharge", vec![CHECKOUT]),
        ("kind=consumer", vec![CONSUME]),
        ("kind=7", vec![NIGHTLY]),
        ("kind=2", vec![CART, CHECKOUT]),
        ("status=error", vec![NIGHTLY, CHECKOUT]),
        ("status=ok", vec![CART]),
        ("status=unset&service=bank", vec![]),
        ("min_duration=2s", vec![NIGHTLY]),
        ("max_duration=1ms", vec![CONSUME]),
        ("min_duration=800ms&max_duration=800ms", vec![CHECKOUT]),
        ("min_trace_duration=1.1s", vec![NIGHTLY, CHECKOUT]),
        ("max_trace_duration=20ms", vec![CONSUME, CART]),
        ("root_service=batch", vec![NIGHTLY]),
        ("root_name=GET%20/cart", vec![CART]),
        ("event_name=exception", vec![CHECKOUT]),
        ("status_message=two", vec![NIGHTLY]),
        ("attribute=http.response.status_code", vec![CART, CHECKOUT]),
        ("attribute=http.response.status_code%3E=500", vec![CHECKOUT]),
        ("attribute=http.response.status_code%3C500", vec![CART]),
        ("attribute=db.ratio=0.5", vec![CART]),
        ("attribute=db.rows!=4", vec![CART]),
        ("attribute=cached=true", vec![CART]),
        ("attribute=host.name=b1", vec![CHECKOUT]),
        ("attribute=resource:host.name", vec![CONSUME, CHECKOUT]),
        ("attribute=span:host.name", vec![]),
        ("attribute=event:host.name", vec![]),
        ("attribute=db.rows=3&attribute=cached=true", vec![CART]),
        ("attribute=db.rows=3&attribute=cached=false", vec![]),
        // One span must meet all of it: the bank is no client.
        ("service=bank&kind=client", vec![]),
        ("service=bank&status=error&root_service=frontend", vec![CHECKOUT]),
        ("scope_name=x", vec![]),
        ("scope_version=x", vec![]),
        ("link_trace_id=00000000000000000000000000000000", vec![]),
    ] {
        assert_eq!(api.found(query), found, "{query}");
    }
    assert_eq!(api.found(&format!("link_trace_id={checkout}")), [NIGHTLY]);
    assert_eq!(api.found(&format!("link_trace_id={}", checkout.to_uppercase())), [NIGHTLY]);
}

#[test]
fn scopes_and_links_are_found() {
    let mut spans = proto::testing::trace("a root 0..1");
    let mut scope = proto::Scope { name: "lib".to_owned(), ..proto::Scope::default() };
    scope.version = "1.2".to_owned();
    scope.attributes.push(proto::Attribute::new("lang", "rust"));
    spans[0].scope = scope.into();
    let mut link = proto::Link { span_id: proto::SpanId::new([7; 8]), ..proto::Link::default() };
    link.attributes.push(proto::Attribute::new("why", "follows"));
    spans[0].links.push(link);
    let api = Api::with(spans);
    for query in [
        "scope_name=lib",
        "scope_version=1.2",
        "attribute=scope:lang=rust",
        "attribute=link:why=follows",
        "attribute=any:why",
        "link_span_id=0707070707070707",
    ] {
        assert_eq!(api.found(query), ["root"], "{query}");
    }
}

#[test]
fn every_order_is_exact() {
    let api = Api::shop();
    for (order, found) in [
        ("newest", [CONSUME, NIGHTLY, CART, CHECKOUT]),
        ("oldest", [CHECKOUT, CART, NIGHTLY, CONSUME]),
        ("most_spans", [NIGHTLY, CHECKOUT, CART, CONSUME]),
        ("slowest", [NIGHTLY, CHECKOUT, CART, CONSUME]),
        ("most_errors", [NIGHTLY, CHECKOUT, CONSUME, CART]),
    ] {
        assert_eq!(api.found(&format!("order={order}")), found, "{order}");
    }
}

#[test]
fn the_range_is_where_traces_start() {
    let api = Api::shop();
    let epoch = proto::testing::EPOCH_UNIX_NANO / 1_000_000_000;
    for (range, found) in [
        (format!("from={}", epoch + 60), vec![CONSUME, NIGHTLY, CART]),
        (format!("to={}", epoch + 60), vec![CHECKOUT]),
        (format!("from={}&to={}000", epoch + 1, epoch + 61), vec![CART]),
        ("from=2023-11-14T22:14:20Z&to=2023-11-14T23:14:21%2B01:00".to_owned(), vec![CART]),
        ("from=2023-11-14T22:14:20Z&to=2023-11-14T23:14:21+01:00".to_owned(), vec![CART]),
        ("since=1h".to_owned(), vec![]),
        ("since=100000d".to_owned(), vec![CONSUME, NIGHTLY, CART, CHECKOUT]),
        (String::new(), vec![]),
    ] {
        let answer = api.json(&format!("/api/v1/search?{range}"));
        let traces = answer["traces"].as_array().unwrap().iter();
        let names: Vec<&str> = traces.map(|trace| trace["root_name"].as_str().unwrap()).collect();
        assert_eq!(names, found, "{range}");
    }
}

#[test]
fn the_last_hour_is_the_default_and_has_no_end() {
    let mut spans = proto::testing::trace("a now 0..1  trace=1\nb soon 0..1  trace=2");
    for (span, seconds_ahead) in spans.iter_mut().zip([0, 600]) {
        let start = proto::clock::now_unix_nano() + seconds_ahead * 1_000_000_000;
        span.start_time_unix_nano = start;
        span.end_time_unix_nano = start + 1_000_000;
    }
    let api = Api::with(spans);
    for query in ["", "since=15m"] {
        let answer = api.json(&format!("/api/v1/search?{query}"));
        assert_eq!(answer["traces"].as_array().unwrap().len(), 2, "{query}");
    }
}

#[test]
fn a_found_trace_says_everything_about_itself() {
    let api = Api::shop();
    let spans = proto::testing::trace(SHOP);
    let mut answer = api.json("/api/v1/search?since=all&service=bank");
    let hop = answer["traces"][0]["verdict"]["failing_hop"].take();
    assert!(answer["took_ms"].as_u64().is_some());
    assert_eq!(
        answer["traces"][0],
        json!({
            "trace_id": spans[0].trace_id.to_string(),
            "start_unix_nano": "1700000000000000000",
            "duration_nano": 1_100_000_000u64,
            "span_count": 3,
            "error_count": 1,
            "root_service": "frontend",
            "root_name": "GET /checkout",
            "services": [
                {"name": "bank", "spans": 1, "errors": 1},
                {"name": "frontend", "spans": 2, "errors": 0},
            ],
            "matched_count": 1,
            "matched": [spans[2].span_id.to_string()],
            "verdict": {
                "sentence": answer["traces"][0]["verdict"]["sentence"],
                "slowest_hop": answer["traces"][0]["verdict"]["slowest_hop"],
                "failing_hop": null,
            },
        })
    );
    assert_eq!(answer["more"], false);
    assert_eq!(answer["next_cursor"], json!(null));
    assert_eq!(answer["completeness"], json!({"state": "complete"}));
    assert_eq!(
        hop,
        json!({
            "caller": "frontend",
            "callee": "bank",
            "span_name": "POST /charge",
            "client_span_id": spans[1].span_id.to_string(),
            "server_span_id": spans[2].span_id.to_string(),
            "row": 1,
            "start_offset_nano": 10_000_000,
            "duration_nano": 990_000_000,
            "gap_nano": 190_000_000,
            "callee_self_nano": 800_000_000,
            "critical_nano": 990_000_000,
            "share": 0.9,
            "error": true,
            "where": "callee",
        })
    );
}

#[test]
fn the_verdict_is_the_explanation_and_follows_a_trace_that_grows() {
    use storage::SpanWriter;

    use crate::support::store;

    let spans = proto::testing::trace(SHOP);
    let path = format!("/api/v1/traces/{}", spans[0].trace_id);
    let store = std::sync::Arc::new(store(spans[..2].to_vec()));
    let api = Api::over(store.clone(), query::Config::default(), storage::Health::Accepting);
    let mut sentences = Vec::new();
    for new in [vec![], vec![], vec![spans[2].clone()]] {
        store.write(&[std::sync::Arc::new(proto::Batch::of(&new))]).unwrap();
        let verdict = api.json("/api/v1/search?since=all")["traces"][0]["verdict"].clone();
        let explanation = &api.json(&path)["explanation"];
        for part in ["sentence", "slowest_hop", "failing_hop"] {
            assert_eq!(verdict[part], explanation[part]);
        }
        sentences.push(verdict["sentence"].clone());
    }
    assert_eq!(sentences[0], sentences[1]);
    assert_ne!(sentences[1], sentences[2]);
    let figures = api.get("/metrics").text();
    assert!(figures.contains("hopline_query_known_verdicts_total 1"), "{figures}");
    assert!(figures.contains("hopline_query_new_verdicts_total 2"), "{figures}");
}

#[test]
fn a_trace_too_large_to_judge_has_no_verdict() {
    let config = query::Config { verdict_spans_max: 2, ..query::Config::default() };
    let api = Api::configured(proto::testing::trace(SHOP), config);
    let answer = api.json("/api/v1/search?since=all");
    let verdicts = answer["traces"].as_array().unwrap().iter();
    let has_one: Vec<bool> = verdicts.map(|trace| !trace["verdict"].is_null()).collect();
    assert_eq!(has_one, [true, false, true, false]);
    assert_eq!(answer["completeness"], json!({"state": "complete"}));
}

#[test]
fn a_list_without_time_for_verdicts_says_so() {
    let config =
        query::Config { verdict_duration_max: std::time::Duration::ZERO, ..Default::default() };
    let api = Api::configured(proto::testing::trace(SHOP), config);
    let answer = api.json("/api/v1/search?since=all");
    let traces = answer["traces"].as_array().unwrap();
    assert_eq!(traces.len(), 4);
    assert!(traces.iter().all(|trace| trace["verdict"].is_null()));
    let missing = json!(["the verdicts on 4 traces: out of time"]);
    assert_eq!(answer["completeness"], json!({"state": "partial", "missing": missing}));
}
