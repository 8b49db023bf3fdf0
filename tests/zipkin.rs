//! Zipkin's port, as its senders, clients and viewer meet it.

use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;

use expect_test::expect_file;
use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::blocking::Response;
use serde_json::Value;

use crate::support::{Command, Ports, Server, otlp, web};

/// A trace of Zipkin's own test data (openzipkin/zipkin, Apache-2.0): Yelp's, with shared
/// ids.
const YELP: &str = include_str!("zipkin/yelp.json");
const MESSAGING: &str = include_str!("zipkin/messaging.json");
const SKEW: &str = include_str!("zipkin/skew.json");

fn post(server: &Server, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Response {
    let url = format!("http://{}{path}", server.zipkin());
    let mut request = otlp::client().post(url).body(body);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().expect("an answer")
}

fn send(server: &Server, spans: &str) {
    let answer = post(server, "/api/v2/spans", &[], spans.into());
    assert_eq!(answer.status(), 202);
    assert_eq!(answer.text().expect("a body"), "");
}

fn get(server: &Server, path: &str) -> Response {
    otlp::client().get(format!("http://{}{path}", server.zipkin())).send().expect("an answer")
}

fn json(server: &Server, path: &str) -> Value {
    let answer = get(server, path);
    assert_eq!(answer.status(), 200, "{path}");
    answer.json().expect("JSON")
}

/// The spans of one trace, each as text, in order.
fn spans(trace: &Value) -> Vec<String> {
    let spans = trace.as_array().expect("spans");
    let mut texts: Vec<String> = spans.iter().map(Value::to_string).collect();
    texts.sort();
    texts
}

fn trace_id(spans: &Value) -> &str {
    spans[0]["traceId"].as_str().expect("an id")
}

fn end_millis(spans: &Value) -> u64 {
    let times = spans.as_array().expect("spans").iter().filter_map(|one| one["timestamp"].as_u64());
    times.max().expect("a time") / 1000 + 1
}

#[test]
fn what_zipkins_senders_send_comes_back_as_it_was() {
    let server = Server::start();
    for text in [YELP, MESSAGING] {
        send(&server, text);
        let sent: Value = serde_json::from_str(text).expect("JSON");
        let id = trace_id(&sent);
        for path in ["/api/v2/trace/", "/zipkin/api/v2/trace/"] {
            assert_eq!(spans(&json(&server, &format!("{path}{id}"))), spans(&sent));
        }
        let (end, name) = (end_millis(&sent), "localEndpoint");
        let service = sent[0][name]["serviceName"].as_str().expect("a name");
        let query = format!("serviceName={service}&endTs={end}&lookback=86400000");
        let found = json(&server, &format!("/api/v2/traces?{query}"));
        assert_eq!(found.as_array().map(Vec::len), Some(1));
        assert_eq!(spans(&found[0]), spans(&sent));
        let links = json(&server, &format!("/api/v2/dependencies?endTs={end}&lookback=86400000"));
        assert!(!links.as_array().expect("links").is_empty());
    }
    assert!(server.stop().success());
}

/// Checks that the answers to `GET` of these paths are those in `zipkin/golden/<name>.txt`.
#[track_caller]
fn check(server: &Server, name: &str, paths: &[&str]) {
    let mut told = String::new();
    for path in paths {
        let answer = get(server, path);
        let kind = answer.headers().get("content-type").and_then(|kind| kind.to_str().ok());
        let kind = kind.unwrap_or("no content-type").to_owned();
        writeln!(told, "GET {path}\n{} {kind}", answer.status().as_u16()).expect("room");
        let body = answer.text().expect("a body").replace(env!("CARGO_PKG_VERSION"), "VERSION");
        match serde_json::from_str::<Value>(&body) {
            Ok(json) => writeln!(told, "{json:#}\n").expect("room"),
            Err(_) => writeln!(told, "{}\n", body.trim_end()).expect("room"),
        }
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/zipkin/golden");
    expect_file![folder.join(format!("{name}.txt"))].assert_eq(&told);
}

#[test]
fn each_route_answers_as_it_is_written_down() {
    let server = Server::start();
    [MESSAGING, SKEW].into_iter().for_each(|text| send(&server, text));
    check(
        &server,
        "names",
        &[
            "/api/v2/services",
            "/api/v2/spans?serviceName=backend",
            "/api/v2/spans",
            "/api/v2/remoteServices?serviceName=Frontend",
            "/api/v2/autocompleteKeys",
            "/api/v2/autocompleteValues?key=rabbit.queue",
            "/api/v2/autocompleteValues",
        ],
    );
    let id = "5aab74dbb904746bb33447baae403ed6";
    let many = format!("/api/v2/traceMany?traceIds={id},1");
    let lookback = "endTs=1521186012000&lookback=86400000";
    let search = |query: &str| format!("/api/v2/traces?{query}&{lookback}");
    let searches = [
        search("serviceName=backend&spanName=on-message"),
        search("annotationQuery=rabbit.queue%3Dbackend%20and%20rabbit.routing_key&limit=1"),
        search("serviceName=backend&minDuration=372"),
    ];
    let refused = [
        search("limit=0"),
        search("minDuration=2&maxDuration=1"),
        "/api/v2/traces?lookback=week".to_owned(),
        "/api/v2/trace/not-hex".to_owned(),
        "/api/v2/traceMany?traceIds=1".to_owned(),
        "/api/v2/dependencies".to_owned(),
        "/api/v2/nothing".to_owned(),
    ];
    let by_id = [format!("/api/v2/trace/{id}"), "/api/v2/trace/1".to_owned(), many];
    let traces: Vec<&str> = by_id.iter().chain(&searches).map(String::as_str).collect();
    check(&server, "traces", &traces);
    check(&server, "refused", &refused.each_ref().map(String::as_str));
    check(&server, "server", &["/config.json", "/zipkin/config.json", "/health", "/info"]);
    check(&server, "dependencies", &[&format!("/api/v2/dependencies?{lookback}")]);
}

#[test]
fn conditions_may_be_met_by_different_spans_of_the_service() {
    let server = Server::start();
    let now = proto::clock::now_unix_nano() / 1000;
    let span = |id: u8, service: &str, rest: &str| {
        format!(
            r#"{{"traceId":"a","id":"{id}","timestamp":{now},"localEndpoint":{{"serviceName":"{service}"}},{rest}}}"#
        )
    };
    let all = [
        span(1, "Front", r#""name":"GET","duration":900,"tags":{"error":"gone"}"#),
        span(
            2,
            "Front",
            r#""name":"Call","duration":100,"kind":"CLIENT","remoteEndpoint":{"serviceName":"Stock"}"#,
        ),
        span(
            3,
            "back",
            r#""name":"work","duration":5000,"annotations":[{"timestamp":1,"value":"late"}]"#,
        ),
    ];
    send(&server, &format!("[{}]", all.join(",")));
    let found = |query: &str| {
        json(&server, &format!("/api/v2/traces?{query}")).as_array().expect("traces").len()
    };
    for query in [
        "",
        "serviceName=front",
        "serviceName=FRONT&spanName=call&minDuration=900",
        "serviceName=front&spanName=get&annotationQuery=error+and+error%3Dgone",
        "serviceName=front&spanName=get&remoteServiceName=stock",
        "serviceName=front&minDuration=101&maxDuration=900",
        "annotationQuery=late&spanName=call",
    ] {
        assert_eq!(found(query), 1, "{query}");
    }
    for query in [
        "serviceName=other",
        "serviceName=front&minDuration=901",
        "serviceName=front&annotationQuery=late",
        "serviceName=back&annotationQuery=error",
        "serviceName=front&remoteServiceName=other",
        "endTs=1000",
    ] {
        assert_eq!(found(query), 0, "{query}");
    }
    let names = |path: &str| json(&server, path).to_string();
    assert_eq!(names("/api/v2/services"), r#"["back","front"]"#);
    assert_eq!(names("/api/v2/spans?serviceName=front"), r#"["call","get"]"#);
    assert_eq!(names("/api/v2/remoteServices?serviceName=Front"), r#"["stock"]"#);
    assert_eq!(names("/api/v2/autocompleteValues?key=error"), r#"["gone"]"#);
}

#[test]
fn what_came_by_otlp_is_said_in_zipkins_words() {
    let server = Server::start();
    let mut span = otlp::span("GET /Cart");
    span.attributes = vec![otlp::attribute("http.request.method", "GET")];
    let id = otlp::hex(&span.trace_id);
    assert_eq!(
        otlp::send_http(&server, &otlp::request("Shop", vec![span])).expect("sent").status(),
        200
    );
    let found = json(&server, "/api/v2/traces?serviceName=shop&spanName=get+%2Fcart");
    assert_eq!(found[0][0]["traceId"], id.as_str());
    assert_eq!(found[0][0]["kind"], "SERVER");
    assert_eq!(found[0][0]["tags"]["http.request.method"], "GET");
    assert!(web::span_ids(&server, &id).is_some());
}

#[test]
fn compressed_bodies_are_taken_and_bad_ones_refused_in_words() {
    let server = Server::start();
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(YELP.as_bytes()).expect("compressed");
    let body = gzip.finish().expect("compressed");
    let encoding = [("content-encoding", "gzip")];
    assert_eq!(post(&server, "/api/v2/spans", &encoding, body).status(), 202);
    let refused = |path: &str, headers: &[(&str, &str)], body: &[u8]| {
        let answer = post(&server, path, headers, body.to_vec());
        assert_eq!(answer.status(), 400, "{path}");
        answer.text().expect("a text")
    };
    assert!(refused("/api/v2/spans", &encoding, b"abc").contains("gzip"));
    assert!(refused("/api/v2/spans", &[], b"{}").starts_with("Expected a JSON_V2 encoded list"));
    assert!(refused("/api/v1/spans", &[], b"[]").contains("/api/v2/spans"));
    let protobuf = [("content-type", "application/x-protobuf")];
    assert!(refused("/api/v2/spans", &protobuf, &[0x0a, 5, 0x0a]).starts_with("Truncated"));
}

/// Nothing that a client writes into a question is answered with 5xx.
#[test]
fn odd_questions_are_the_clients_mistake() {
    let server = Server::start();
    send(&server, YELP);
    let odd =
        ["", "0", "-1", "99999999999999999999", "%00", "%ff", "a=b=c", "%20and%20", "all", "1e3"];
    for name in [
        "serviceName",
        "spanName",
        "remoteServiceName",
        "annotationQuery",
        "minDuration",
        "maxDuration",
        "endTs",
        "lookback",
        "limit",
        "traceIds",
        "key",
    ] {
        for value in odd {
            for path in [
                "traces",
                "spans",
                "remoteServices",
                "dependencies",
                "traceMany",
                "autocompleteValues",
                "services",
            ] {
                let path = format!("/api/v2/{path}?{name}={value}&serviceName=yelp-main&endTs=1");
                let status = get(&server, &path).status();
                assert!(status == 200 || status == 400, "{path}: {status}");
            }
        }
    }
    for path in ["/api/v2/trace/%ff", "/api/v2/trace/", "/api/v2", "/zipkin/x", "/api/v2/trace/g"] {
        let status = get(&server, path).status();
        assert!(status.is_client_error(), "{path}: {status}");
    }
}

#[test]
fn probes_and_pages_of_other_origins_are_answered() {
    let server = Server::start();
    assert_eq!(json(&server, "/health")["status"], "UP");
    assert_eq!(json(&server, "/zipkin/config.json")["queryLimit"], 10);
    assert!(json(&server, "/info")["zipkin"]["version"].is_string());
    let url = format!("http://{}/api/v2/services", server.zipkin());
    let answer = otlp::client().get(url).header("origin", "http://a").send().expect("an answer");
    assert_eq!(answer.headers()["access-control-allow-origin"], "*");
}

#[test]
fn a_port_that_was_asked_for_must_be_had_and_off_is_none() {
    let server = Server::start();
    let taken = server.zipkin().to_string();
    let folder = tempfile::tempdir().expect("a folder");
    let any = "127.0.0.1:0";
    let folder = folder.path().to_str().expect("UTF-8");
    let output = Command::new([
        "--data-dir",
        folder,
        "--web-listen",
        any,
        "--otlp-grpc-listen",
        any,
        "--otlp-http-listen",
        any,
        "--zipkin-listen",
        &taken,
    ])
    .output();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains(&taken) && said.contains("--zipkin-listen"), "{said}");
    let check = Command::new(["config", "check", "--zipkin-listen", "off"]).output();
    assert!(String::from_utf8_lossy(&check.stdout).contains("zipkin-listen = \"off\""));
}

#[test]
fn acknowledged_spans_survive_a_kill() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::on(folder.path(), Ports::ANY);
    send(&server, YELP);
    server.kill();
    let server = Server::on(folder.path(), Ports::ANY);
    let sent: Value = serde_json::from_str(YELP).expect("JSON");
    let kept = json(&server, &format!("/api/v2/trace/{}", trace_id(&sent)));
    assert_eq!(spans(&kept), spans(&sent));
}
