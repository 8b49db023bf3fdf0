//! Jaeger's API, where its clients look for it.

use serde_json::Value;

use crate::support::{Server, otlp};

fn get(address: std::net::SocketAddr, path: &str) -> (u16, String) {
    let response = otlp::client().get(format!("http://{address}{path}")).send().expect("an answer");
    (response.status().as_u16(), response.text().expect("a body"))
}

#[test]
fn it_is_on_its_own_port_and_under_the_web_address() {
    let server = Server::start();
    let spans = include_str!("../query/tests/api/jaeger/spans.json");
    let sent = otlp::client()
        .post(format!("http://{}/v1/traces", server.http()))
        .header("content-type", "application/json")
        .body(spans)
        .send()
        .expect("an answer");
    assert_eq!(sent.status(), 200);
    let (_, own) = get(server.jaeger(), "/api/traces/463ac35c9f6413ad");
    let (_, beside) = get(server.web(), "/jaeger/api/traces/463ac35c9f6413ad");
    assert_eq!(own, beside);
    let trace: Value = serde_json::from_str(&own).expect("JSON");
    assert_eq!(trace["data"][0]["spans"].as_array().expect("spans").len(), 2);
    assert_eq!(get(server.jaeger(), "/api/v1/services").0, 404);
    assert_eq!(get(server.jaeger(), "/").0, 404);
    assert!(server.stop().success());
}

#[test]
fn its_port_can_be_left_out() {
    let server = Server::start_with("serve", &["--jaeger-listen", "off"]);
    assert_eq!(server.jaeger().port(), 0);
    assert_eq!(get(server.web(), "/jaeger/api/services").0, 200);
    assert!(server.stop().success());
}
