//! Tempo's API, where its clients look for it.

use serde_json::Value;

use crate::support::{Ports, Server, otlp};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

fn get(address: std::net::SocketAddr, path: &str) -> (u16, String) {
    let response = otlp::client().get(format!("http://{address}{path}")).send().expect("an answer");
    (response.status().as_u16(), response.text().expect("a body"))
}

/// Sends the spans at these places of Jaeger's test data, one request each.
fn send(server: &Server, keep: impl Fn(usize) -> bool) {
    let spans = include_str!("../query/tests/api/jaeger/spans.json");
    let request: Value = serde_json::from_str(spans).expect("JSON");
    let mut place = 0;
    for resource in request["resourceSpans"].as_array().expect("resources") {
        for scope in resource["scopeSpans"].as_array().expect("scopes") {
            for span in scope["spans"].as_array().expect("spans") {
                place += 1;
                if !keep(place) {
                    continue;
                }
                let mut scope = scope.clone();
                scope["spans"] = Value::Array(vec![span.clone()]);
                let mut resource = resource.clone();
                resource["scopeSpans"] = Value::Array(vec![scope]);
                let body = serde_json::json!({ "resourceSpans": [resource] });
                let url = format!("http://{}/v1/traces", server.http());
                let sent = otlp::client().post(url).json(&body).send().expect("an answer");
                assert_eq!(sent.status(), 200);
            }
        }
    }
}

#[test]
fn span_metrics_are_there_where_they_are_asked_for() {
    let names = [
        "# TYPE traces_service_graph_request counter",
        "# TYPE traces_service_graph_request_failed counter",
        "# TYPE traces_service_graph_request_server_seconds histogram",
        "# TYPE traces_spanmetrics_calls counter",
        "# TYPE traces_spanmetrics_latency histogram",
    ];
    let figures = |arguments: &[&str]| {
        let server = Server::start_with("serve", arguments);
        let (status, text) = get(server.web(), "/metrics");
        assert_eq!(status, 200, "{text}");
        assert!(server.stop().success());
        text
    };
    let text = figures(&["--span-metrics", "on"]);
    assert!(names.iter().all(|name| text.lines().any(|line| line == *name)), "{text}");
    let text = figures(&[]);
    assert!(!text.contains("traces_"), "{text}");
}

#[test]
fn it_is_on_its_own_port_and_under_the_web_address() {
    let server = Server::start();
    send(&server, |_| true);
    assert_eq!(get(server.tempo(), "/api/echo"), (200, "echo".to_owned()));
    assert_eq!(get(server.tempo(), "/ready"), (200, "ready".to_owned()));
    for path in [
        format!("/api/v2/traces/{TRACE}"),
        "/api/search?q=%7B%20status%20%3D%20error%20%7D&limit=5".to_owned(),
        "/api/v2/search/tags".to_owned(),
        "/api/v2/search/tag/resource.service.name/values".to_owned(),
        "/api/metrics/query_range?q=%7B%7D%7Crate()&start=1766299900&end=1766300100".to_owned(),
    ] {
        let own = get(server.tempo(), &path);
        assert_eq!(own.0, 200, "{path}: {}", own.1);
        assert_eq!(own, get(server.web(), &format!("/tempo{path}")), "{path}");
    }
    assert_eq!(get(server.tempo(), "/api/v1/services").0, 404);
    assert!(server.stop().success());
}

#[test]
fn its_port_can_be_left_out() {
    let server = Server::start_with("serve", &["--tempo-listen", "off"]);
    assert_eq!(server.tempo().port(), 0);
    assert_eq!(get(server.web(), "/tempo/api/echo").0, 200);
    assert!(server.stop().success());
}

/// What came before a restart and what came after it is one trace, to every question.
#[test]
fn a_trace_that_came_in_pieces_is_whole() {
    let questions = |server: &Server| -> Vec<String> {
        let paths = [
            // A call whose two sides came at different times.
            "/api/search?q=%7B%20name%20%3D%20%60get%20cart%60%20%7D%20%3E%20%7B%20name%20%3D%20\
             %60GetCart%60%20%7D%20%7C%20select(nestedSetLeft)",
            "/api/search?q=%7B%20rootName%20%3D%20%60GET%20%2Fcart%60%20%7D&spss=100",
            "/api/metrics/query?q=%7B%7D%7Ccount_over_time()by(name)&start=1766299900&end=1766300100",
        ];
        let answers = paths.into_iter().map(|path| get(server.tempo(), path));
        answers.map(|(status, text)| (assert_eq!(status, 200, "{text}"), text).1).collect()
    };
    let whole = Server::start();
    send(&whole, |_| true);
    let expected = questions(&whole);
    assert!(expected[0].contains(TRACE), "{}", expected[0]);

    let folder = tempfile::tempdir().expect("a folder");
    let first = Server::on(folder.path(), Ports::ANY);
    send(&first, |place| place % 2 == 0);
    assert!(first.stop().success());
    let second = Server::on(folder.path(), Ports::ANY);
    send(&second, |place| place % 2 == 1);
    // Some again.
    send(&second, |place| place % 3 == 0);
    assert_eq!(questions(&second), expected);
}
