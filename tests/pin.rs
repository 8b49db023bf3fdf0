//! A pinned trace is found in every dialect after a kill and retention, until it is unpinned.

use std::path::Path;
use std::process::Output;
use std::time::Duration;

use reqwest::{Method, StatusCode};
use storage::{Config, Store};

use crate::support::otlp::{self, hex};
use crate::support::{Command, Ports, Server, web};

/// How every dialect answers for a trace by its id.
fn by_id(server: &Server, id: &str) -> [StatusCode; 5] {
    let answers = [
        (server.web(), format!("/api/v1/traces/{id}")),
        (server.jaeger(), format!("/api/traces/{id}")),
        (server.jaeger(), format!("/api/v3/traces/{id}")),
        (server.tempo(), format!("/api/traces/{id}")),
        (server.zipkin(), format!("/api/v2/trace/{id}")),
    ];
    answers.map(|(address, path)| {
        let answer = otlp::client().get(format!("http://{address}{path}")).send();
        answer.expect("an answer").status()
    })
}

fn change(method: Method, server: &Server, path: &str) -> StatusCode {
    let url = format!("http://{}{path}", server.web());
    otlp::client().request(method, url).send().expect("an answer").status()
}

/// Seals what a store has and lets two weeks pass, with a retention of one.
fn let_two_weeks_pass(data_dir: &Path) {
    const WEEK: Duration = Duration::from_secs(7 * 24 * 3_600);
    let config = Config { retention_age: Some(WEEK), ..Config::new(data_dir) };
    let store = Store::open(config).expect("the store opens");
    store.seal_now().expect("it seals");
    let later = proto::clock::now_unix_nano() + 2 * WEEK.as_nanos() as u64;
    store.maintain(later).expect("it retires");
    store.close().expect("it closes");
}

fn run(arguments: &[&str]) -> Output {
    let output = Command::new(arguments).output();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    output
}

#[test]
fn a_pinned_trace_outlives_kills_retention_and_a_restore_in_every_dialect() {
    let folder = tempfile::tempdir().expect("a folder");
    let data_dir = folder.path().join("data");
    let server = Server::on(&data_dir, Ports::ANY);
    let spans = otlp::spans(3);
    let ids: Vec<String> = spans.iter().map(|span| hex(&span.trace_id)).collect();
    let sent = otlp::send_http(&server, &otlp::request("shop", spans)).expect("an answer");
    assert_eq!(sent.status(), 200);
    let (pinned, archived, other) = (&ids[0], &ids[1], &ids[2]);
    let pin = format!("/api/v1/traces/{pinned}/pin");
    assert_eq!(change(Method::PUT, &server, &pin), 200);
    let archive = format!("/jaeger/api/archive/{archived}");
    assert_eq!(change(Method::POST, &server, &archive), 200);
    server.kill();

    let_two_weeks_pass(&data_dir);
    let server = Server::on(&data_dir, Ports::ANY);
    for id in [pinned, archived] {
        assert_eq!(by_id(&server, id), [StatusCode::OK; 5]);
        let trace = web::json(&server, &format!("/api/v1/traces/{id}"));
        assert!(trace["pinned_unix_nano"].is_string(), "{trace}");
    }
    assert_eq!(by_id(&server, other), [StatusCode::NOT_FOUND; 5]);
    assert_eq!(web::json(&server, "/api/v1/pins")["pins"].as_array().map(Vec::len), Some(2));

    let backup = folder.path().join("backup").display().to_string();
    let data = data_dir.display().to_string();
    run(&["backup", "create", &backup, "--data-dir", &data]);
    run(&["backup", "verify", &backup]);
    let archived_pin = format!("/api/v1/traces/{archived}/pin");
    assert_eq!(change(Method::DELETE, &server, &archived_pin), 204);
    assert_eq!(by_id(&server, archived), [StatusCode::NOT_FOUND; 5]);
    assert_eq!(by_id(&server, pinned), [StatusCode::OK; 5]);
    server.kill();
    let checked = run(&["fsck", "--data-dir", &data]);
    let said = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(said.contains("is sound") && said.contains("1 pinned traces"), "{said}");

    let restored = folder.path().join("restored");
    run(&["restore", &backup, "--data-dir", &restored.display().to_string()]);
    let server = Server::on(&restored, Ports::ANY);
    for id in [pinned, archived] {
        assert_eq!(by_id(&server, id), [StatusCode::OK; 5]);
    }
}
