//! `/api/metrics/query_range` and `/api/metrics/query`

use serde_json::{Value, json};

use super::{api, check, escaped};
use crate::support::Api;

/// Four spans a second apart, of two services.
const STEADY: &str = "\
shop a 0..1000 trace=one size=10
shop b 1000..1500 trace=two size=20 !broken
bank c 2000..2010 trace=three size=40
shop d 3000..3100 trace=four
";

/// Where [`STEADY`] begins, in seconds.
const BEGIN: u64 = 1_700_000_000;

fn range(query: &str, more: &str) -> String {
    let (start, end) = (BEGIN - 1, BEGIN + 4);
    format!("/api/metrics/query_range?q={}&start={start}&end={end}&{more}", escaped(query))
}

fn instant(query: &str) -> String {
    let (start, end) = (BEGIN - 1, BEGIN + 4);
    format!("/api/metrics/query?q={}&start={start}&end={end}", escaped(query))
}

#[test]
fn series_are_told_as_the_data_source_reads_them() {
    let all = [
        range("{} | rate() by(resource.service.name)", "step=5s&exemplars=1"),
        range("{} | count_over_time()", "step=2"),
        range("{ status = error } | count_over_time() with (exemplars=false)", "step=5s"),
        range("{} | sum_over_time(span.size) with (exemplars=false)", "step=5s"),
        range("{} | quantile_over_time(duration, 0.5, 1) with (exemplars=0)", "step=5s"),
        range("{} | histogram_over_time(duration) with (exemplars=false)", "step=5s"),
        range("{ name = `nothing` } | rate()", "step=5s"),
        range("{ name = `nothing` } | max_over_time(duration)", "step=5s"),
        range("({} | rate()) / ({ status = error } | rate()) with (exemplars=false)", "step=5s"),
        range("{} | rate() by(name) | topk(1) with (exemplars=false)", "step=10s"),
        instant("{} | count_over_time() by(span.size)"),
        instant("{} | max_over_time(duration)"),
        instant("{ name = `nothing` } | count_over_time()"),
    ];
    check(&Api::with(proto::testing::trace(STEADY)), "metrics", &all);
}

#[test]
fn a_time_is_said_in_several_ways() {
    let api = Api::with(proto::testing::trace(STEADY));
    let expected = api.json(&format!("/tempo{}", range("{} | rate()", "step=1s")));
    let query = escaped("{} | rate()");
    for time in [
        "start=1699999999000000000&end=1700000004000000000&step=1s",
        "start=1699999999.0&end=1700000004.0&step=1000ms",
        "start=2023-11-14T22:13:19Z&end=2023-11-14T22:13:24Z&step=1",
        "end=1700000004&since=5s&step=1.0",
    ] {
        let answer = api.json(&format!("/tempo/api/metrics/query_range?query={query}&{time}"));
        assert_eq!(answer, expected, "{time}");
    }
}

#[test]
fn exemplars_are_there_unless_a_hint_says_so() {
    let api = Api::with(proto::testing::trace(STEADY));
    let count = |query: &str, more: &str| {
        let answer = api.json(&format!("/tempo{}", range(query, more)));
        let series = answer["series"].as_array().unwrap();
        series.iter().map(|one| one["exemplars"].as_array().map_or(0, Vec::len)).sum::<usize>()
    };
    assert_eq!(count("{} | rate()", "step=1s"), 4);
    assert_eq!(count("{} | rate()", "step=1s&exemplars=0"), 4);
    assert_eq!(count("{} | rate()", "step=1s&exemplars=2"), 2);
    assert_eq!(count("{} | rate() with (exemplars=false)", "step=1s&exemplars=2"), 0);
    assert_eq!(count("{} | rate() with (exemplars=1)", "step=1s"), 1);
}

#[test]
fn too_many_series_are_partial() {
    let api = Api::with(proto::testing::trace(STEADY));
    let path = range("{} | count_over_time() by(name)", "step=5s&maxSeries=2");
    let answer = api.json(&format!("/tempo{path}"));
    assert_eq!(answer["series"].as_array().unwrap().len(), 2);
    assert_eq!(answer["status"], "PARTIAL");
    assert!(answer["message"].as_str().unwrap().contains("more than 2"), "{answer}");
}

/// What Traces Drilldown asks.
#[test]
fn a_comparison_tells_the_selection_from_the_rest() {
    let query = "{} | compare({ status = error }, 10)";
    let path = "/tempo/api/metrics/query_range?start=1766299900&end=1766300100&step=200s";
    let answer = api().json(&format!("{path}&q={}", escaped(query)));
    let series = answer["series"].as_array().unwrap();
    let has = |kind: &str, key: &str, value: Value| {
        let label = |key: &str, value: &Value| json!({ "key": key, "value": value });
        let meta = label("__meta_type", &json!({ "stringValue": kind }));
        series.iter().any(|one| {
            let labels = one["labels"].as_array().unwrap();
            labels.contains(&meta) && labels.contains(&label(key, &value))
        })
    };
    assert!(has("selection", "resource.service.name", json!({ "stringValue": "web" })));
    assert!(has("selection", "span.http.response.status_code", json!({ "intValue": "500" })));
    assert!(has("baseline", "resource.service.name", json!({ "stringValue": "mail" })));
}
