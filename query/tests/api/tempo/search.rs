//! `/api/search`

use serde_json::{Value, json};

use super::{CART, WINDOW, api, check, escaped, search};
use crate::support::{Api, SHOP};

const FRONT: &str = "8c1f2ab3d4e5f60718293a4b5c6d7e8f";
const NIGHTLY: &str = "0000000000000000463ac35c9f6413ad";

/// The ids of the traces that a path finds.
#[track_caller]
fn found(api: &Api, path: &str) -> Vec<String> {
    let answer = api.json(&format!("/tempo{path}"));
    let traces = answer["traces"].as_array().unwrap().iter();
    traces.map(|trace| trace["traceID"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_search_shows_what_the_query_looked_at() {
    let all = [
        search("{ status = error } >> { } | select(resource.service.name, name)"),
        search("{ } | by(resource.service.name) | count() > 2"),
        search("{ span.http.response.status_code >= 500 && duration > 1ms }"),
        search("{ event:name = `exception` } | avg(duration) > 1us"),
        search("{ false }"),
        format!("/api/search?{WINDOW}"),
        format!("/api/search?{WINDOW}&tags={}", escaped("service.name=web name=render")),
        format!("/api/search?{WINDOW}&minDuration=400ms"),
    ];
    check(&api(), "search", &all);
}

#[test]
fn traces_come_newest_first_and_not_more_than_asked_for() {
    let api = api();
    assert_eq!(found(&api, &search("{}")), [FRONT, NIGHTLY, CART]);
    assert_eq!(found(&api, &format!("{}&limit=1", search("{}"))), [FRONT]);
    assert_eq!(found(&api, "/api/search?q=%7B%7D"), [FRONT, NIGHTLY, CART], "all of time");
    assert_eq!(found(&api, "/api/search?q=%7B%7D&start=1&end=2"), [""; 0]);
}

/// A trace that began before the time and goes on in it is found; its spans are not cut.
#[test]
fn a_trace_is_in_the_time_with_any_part_of_it() {
    let api = Api::with(proto::testing::trace(SHOP));
    // `nightly` takes 5 s, from 120 s on.
    let path = format!("/api/search?q={}&start=1700000122&end=1700000123&spss=9", escaped("{}"));
    let answer = api.json(&format!("/tempo{path}"));
    let traces = answer["traces"].as_array().unwrap();
    assert_eq!(traces.len(), 1);
    assert_eq!(traces[0]["rootTraceName"], "nightly");
    assert_eq!(traces[0]["spanSets"][0]["matched"], 3);
}

#[test]
fn the_spans_of_a_set_are_cut_and_counted() {
    let api = api();
    let spans = |spss: &str| {
        let answer = api.json(&format!("/tempo{}{spss}", search("{ trace:id != `` }")));
        let mut traces = answer["traces"].as_array().unwrap().iter();
        let cart = traces.find(|trace| trace["traceID"] == CART).unwrap().clone();
        assert_eq!(cart["spanSets"][0]["matched"], 8);
        assert_eq!(cart["spanSet"], cart["spanSets"][0]);
        cart["spanSets"][0]["spans"].as_array().unwrap().len()
    };
    assert_eq!([spans(""), spans("&spss=1"), spans("&spss=100"), spans("&spss=0")], [3, 1, 8, 8]);
}

#[test]
fn each_tag_may_be_on_another_span() {
    let api = api();
    let by_tags = |tags: &str| found(&api, &format!("/api/search?{WINDOW}&tags={}", escaped(tags)));
    for (tags, expected) in [
        ("service.name=web", vec![FRONT, CART]),
        ("service.name=mail service.name.x=y", vec![]),
        ("http.response.status_code=500", vec![CART]),
        ("root.service.name=web root.name=\"GET /cart\"", vec![CART]),
        ("name=render peer.service=cart", vec![CART]),
        ("status.code=error", vec![CART]),
        ("status.code=broken", vec![]),
        ("error=true", vec![CART]),
        ("yes=true half=0.5 two=2", vec![CART]),
    ] {
        assert_eq!(by_tags(tags), expected, "{tags}");
    }
    // As the first data sources asked.
    assert_eq!(found(&api, "/api/search?service.name=web&limit=5"), [FRONT, CART]);
    let long = format!("/api/search?{WINDOW}&maxDuration=99ms&tags=service.name%3Dweb");
    assert_eq!(found(&api, &long), [FRONT, CART]);
}

/// The data source reads these strictly: what is here is known to it.
#[test]
fn an_answer_has_no_other_fields() {
    #[track_caller]
    fn only(value: &Value, known: &[&str]) {
        for key in value.as_object().unwrap().keys() {
            assert!(known.contains(&key.as_str()), "{key}");
        }
    }
    let query = "{ } | by(status) | select(span.text, resource.host.name)";
    let answer = api().json(&format!("/tempo{}&spss=100", search(query)));
    only(&answer, &["traces", "metrics"]);
    only(&answer["metrics"], &["inspectedTraces", "completedJobs", "totalJobs"]);
    for trace in answer["traces"].as_array().unwrap() {
        let known = [
            "traceID",
            "rootServiceName",
            "rootTraceName",
            "startTimeUnixNano",
            "durationMs",
            "spanSet",
            "spanSets",
            "serviceStats",
        ];
        only(trace, &known);
        assert!(trace["startTimeUnixNano"].is_string() && trace["durationMs"].is_u64());
        for stats in trace["serviceStats"].as_object().unwrap().values() {
            only(stats, &["spanCount", "errorCount"]);
        }
        for set in trace["spanSets"].as_array().unwrap() {
            only(set, &["spans", "matched", "attributes"]);
            assert_eq!(set["attributes"][0]["key"], "by(status)");
            for span in set["spans"].as_array().unwrap() {
                let known = ["spanID", "name", "startTimeUnixNano", "durationNanos", "attributes"];
                only(span, &known);
            }
        }
    }
}

/// The order in which spans come changes nothing, nor does what comes twice.
#[test]
fn arrival_changes_no_answer() {
    use proto::Batch;
    use query::Config;
    use std::sync::Arc;
    use storage::{Health, MemoryStore, SpanWriter};

    let queries = [
        "{ name = `GET /cart` } >> { status = error } | select(nestedSetLeft, status)",
        "{ rootName = `GET /cart` && span:childCount = 0 }",
        "{ resource.service.name = `web` } > { resource.service.name = `cart` } | count() > 0",
    ];
    let answers = |api: &Api| -> Vec<Value> {
        queries.iter().map(|query| api.json(&format!("/tempo{}", search(query)))).collect()
    };
    let expected = answers(&api());
    assert_ne!(expected[0]["traces"], json!([]));
    let store = MemoryStore::default();
    for span in super::spans().into_iter().rev().chain(super::spans()) {
        store.write(&[Arc::new(Batch::of(&[span]))]).unwrap();
    }
    let api = Api::over(Arc::new(store), Config::default(), Health::Accepting);
    assert_eq!(answers(&api), expected);
}
