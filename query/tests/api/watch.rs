//! Findings as they happen.

use axum::body::Body;
use http::{Method, Request};

use crate::support::{Answer, Api};

/// The revisions and kinds of the events that came.
fn events(answer: &Answer) -> Vec<(String, String)> {
    let text = answer.text();
    let field = |event: &str, name: &str| {
        let line = event.lines().find_map(|line| line.strip_prefix(name));
        line.map(|value| value.trim().to_owned()).unwrap_or_default()
    };
    let events = text.split("\n\n").filter(|event| event.contains("data:"));
    events.map(|event| (field(event, "id:"), field(event, "event:"))).collect()
}

#[test]
fn who_comes_is_told_what_is_open_and_who_comes_back_only_what_is_new() {
    let api = Api::shop();
    let answer = api.get("/api/v1/watch?for=1ms");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["content-type"], "text/event-stream");
    assert_eq!(answer.headers["cache-control"], "no-store");
    let first = events(&answer);
    assert_eq!(first.len(), 1, "{}", answer.text());
    let (revision, kind) = &first[0];
    assert_eq!(kind, "snapshot");

    let again = api.get(&format!("/api/v1/watch?for=1ms&revision={revision}"));
    assert_eq!(events(&again), []);
    let by_header = Request::builder().method(Method::GET).uri("/api/v1/watch?for=1ms&revision=1");
    let by_header = by_header.header("last-event-id", revision).body(Body::empty()).unwrap();
    assert_eq!(events(&api.send(by_header)), []);
    // Of long ago: what was missed is not known.
    assert_eq!(events(&api.get("/api/v1/watch?for=1ms&revision=1")), first);
}

#[test]
fn what_is_no_revision_and_no_time_is_refused() {
    let api = Api::shop();
    for (query, parameter) in [("revision=x", "revision"), ("for=soon", "for"), ("x=1", "x")] {
        let answer = api.get(&format!("/api/v1/watch?{query}"));
        assert_eq!((answer.status.as_u16(), &answer.json()["parameter"]), (400, &parameter.into()));
    }
}
