//! Questions to the web listener.

use reqwest::blocking::Response;
use serde_json::Value;

use super::{Server, otlp};

/// `GET path`, whatever the answer.
pub(crate) fn get(server: &Server, path: &str) -> reqwest::Result<Response> {
    otlp::client().get(format!("http://{}{path}", server.web())).send()
}

/// `GET path`, which must be answered 200 with JSON.
pub(crate) fn json(server: &Server, path: &str) -> Value {
    let response = get(server, path).expect("an answer");
    let status = response.status();
    let text = response.text().expect("a body");
    assert_eq!(status, 200, "GET {path}: {text}");
    serde_json::from_str(&text).expect("JSON")
}

/// The ids of the spans of one trace; `None` where there is no such trace.
pub(crate) fn span_ids(server: &Server, trace_id: &str) -> Option<Vec<String>> {
    let path = format!("/api/v1/traces/{trace_id}");
    let response = get(server, &path).expect("an answer");
    if response.status() == 404 {
        return None;
    }
    assert_eq!(response.status(), 200, "GET {path}");
    let trace: Value = response.json().expect("JSON");
    let ids = trace["columns"]["span_id"].as_array().expect("the column of ids");
    Some(ids.iter().map(|id| id.as_str().expect("an id").to_owned()).collect())
}

/// Every trace that `query` finds, all pages of it. `query` is the search's
/// parameters but for `limit` and `cursor`.
pub(crate) fn search(server: &Server, query: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = json(server, &format!("/api/v1/search?{query}&limit=1000{cursor}"));
        assert_eq!(page["completeness"]["state"], "complete", "{query}");
        found.extend(page["traces"].as_array().expect("traces").iter().cloned());
        if page["more"] == false {
            return found;
        }
        cursor = format!("&cursor={}", page["next_cursor"].as_str().expect("a cursor"));
    }
}
