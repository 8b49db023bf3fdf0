//! Services, span names, attributes and their values.

use serde_json::{Value, json};

use crate::support::{Api, texts};

#[track_caller]
fn check(api: &Api, path: &str, field: &str, expected: &[&str]) {
    let answer = api.json(path);
    assert_eq!(texts(&answer[field]), expected, "{path}");
    assert_eq!(answer["completeness"], json!({"state": "complete"}));
}

#[test]
fn services_and_span_names_are_listed_by_name() {
    let api = Api::shop();
    let all = ["bank", "batch", "frontend", "redis", "worker"];
    check(&api, "/api/v1/services?since=all", "services", &all);
    let names = ["GET /cart", "GET /checkout", "POST /charge"];
    check(&api, "/api/v1/span-names?since=all&service=frontend", "span_names", &names);
    check(&api, "/api/v1/span-names?since=all&service=bank", "span_names", &["POST /charge"]);
    check(&api, "/api/v1/span-names?since=all&service=none", "span_names", &[]);
    let all = api.json("/api/v1/span-names?since=all");
    assert_eq!(texts(&all["span_names"]).len(), 7);
}

#[test]
fn the_range_leaves_names_out() {
    let api = Api::shop();
    check(&api, "/api/v1/services", "services", &[]);
    check(&api, "/api/v1/services?from=1700000180", "services", &["worker"]);
}

#[test]
fn attributes_come_once_for_each_place() {
    let api = Api::shop();
    let keys =
        |path: &str| -> Vec<Value> { api.json(path)["attributes"].as_array().unwrap().clone() };
    assert_eq!(
        keys("/api/v1/attributes?since=all"),
        [
            json!({"key": "cached", "scope": "span"}),
            json!({"key": "db.ratio", "scope": "span"}),
            json!({"key": "db.rows", "scope": "span"}),
            json!({"key": "host.name", "scope": "resource"}),
            json!({"key": "http.response.status_code", "scope": "span"}),
            json!({"key": "service.name", "scope": "resource"}),
        ]
    );
    assert_eq!(keys("/api/v1/attributes?since=all&scope=resource").len(), 2);
    assert_eq!(keys("/api/v1/attributes?since=all&scope=link").len(), 0);
}

#[test]
fn values_have_a_key_and_may_have_a_prefix() {
    let api = Api::shop();
    let values = "/api/v1/attributes/values?since=all";
    check(&api, &format!("{values}&key=host.name"), "values", &["b1", "w1"]);
    check(&api, &format!("{values}&key=host.name&prefix=w"), "values", &["w1"]);
    check(&api, &format!("{values}&key=host.name&prefix="), "values", &["b1", "w1"]);
    check(&api, &format!("{values}&key=host.name&scope=span"), "values", &[]);
    check(&api, &format!("{values}&key=db.ratio"), "values", &["0.5"]);
    check(&api, &format!("{values}&key=none"), "values", &[]);
}

#[test]
fn a_limit_that_cuts_says_so() {
    let api = Api::shop();
    for (path, field) in [
        ("/api/v1/services?since=all", "services"),
        ("/api/v1/span-names?since=all", "span_names"),
        ("/api/v1/attributes?since=all", "attributes"),
        ("/api/v1/attributes/values?since=all&key=host.name", "values"),
    ] {
        let answer = api.json(&format!("{path}&limit=1"));
        assert_eq!(answer[field].as_array().unwrap().len(), 1, "{path}");
        assert_eq!(answer["completeness"]["state"], "truncated", "{path}");
    }
}
