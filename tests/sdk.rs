//! Unmodified exporters lose nothing: those of Python, Node, Go and Rust, and
//! `telemetrygen` as a load that we did not write. With the program killed again and
//! again, too: then it is the SDKs' own retries that bring the spans. And clients of Zipkin.
//!
//! `make sdk` installs them, pinned, into `target/sdk`.

mod rust;
mod sender;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use sender::{Confirmed, Sender, Zipkin};
use serde_json::json;

use crate::support::{Ports, Server, web};

/// How long the program lives between two kills.
const LIFE: Duration = Duration::from_secs(3);
/// How often it is killed.
const KILLS: usize = 5;
/// How many spans each exporter sends, and how fast: longer than the kills last.
const SPANS: usize = 900;
const SPANS_PER_SECOND: usize = 50;

#[test]
fn exporters_lose_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let ports = Ports::fixed();
    let server = Server::on(folder.path(), ports);
    for (sender, confirmed) in send(ports, 200, 200, |_| {}) {
        assert_eq!(confirmed.len(), 200, "{} gave up on spans", sender.service);
        check(&server, sender, &confirmed);
    }
    assert!(server.stop().success());
}

#[test]
fn exporters_lose_nothing_while_the_program_is_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let ports = Ports::fixed();
    let mut server = Some(Server::on(folder.path(), ports));
    let all = send(ports, SPANS, SPANS_PER_SECOND, |finished| {
        for _ in 0..KILLS {
            if finished.recv_timeout(LIFE) == Err(mpsc::RecvTimeoutError::Timeout) {
                kill_and_restart(&mut server, folder.path(), ports);
            }
        }
    });
    let server = server.expect("a server");
    for (sender, confirmed) in all {
        if sender.retries_broken_connections {
            assert_eq!(confirmed.len(), SPANS, "{} gave up on spans", sender.service);
        }
        check(&server, sender, &confirmed);
    }
}

#[test]
fn logs_of_an_sdk_are_events_of_its_spans() {
    let server = Server::start();
    for (protocol, address) in [("grpc", server.grpc()), ("protobuf", server.http())] {
        let (trace, span) = sender::log(protocol, &format!("http://{address}"), "logger");
        let found = web::json(&server, &format!("/api/v1/traces/{trace}/spans/{span}"));
        let events = found["events"].as_array().expect("events");
        assert_eq!(events.len(), 1, "{protocol}: {found}");
        let attributes = events[0]["attributes"].as_array().expect("attributes");
        for (key, text) in
            [("log.severity", "ERROR"), ("log.message", "card of order o-17 was refused")]
        {
            let is_it = |one: &&serde_json::Value| one["key"] == key;
            let attribute = attributes.iter().find(is_it).expect(key);
            assert_eq!(attribute["value"]["value"], text, "{protocol}: {found}");
        }
    }
}

#[test]
fn what_clients_of_zipkin_report_is_one_request_through_two_services() {
    let server = Server::start();
    for (client, language) in [
        (Zipkin::Python("V2_JSON"), "py"),
        (Zipkin::Python("V2_PROTO3"), "py"),
        (Zipkin::Node, "js"),
        (Zipkin::Java, "java"),
    ] {
        let id = sender::zipkin(client, server.zipkin());
        let trace = web::json(&server, &format!("/api/v1/traces/{id:0>32}"));
        let (shop, card) = (format!("{language}-shop"), format!("{language}-card"));
        assert_eq!(trace["services"], json!([shop, card]), "{client:?}: {trace}");
        let columns = &trace["columns"];
        assert_eq!(columns["service"], json!([0, 0, 1]), "{client:?}: {trace}");
        // OTLP's numbers of server and client.
        assert_eq!(columns["kind"], json!([2, 3, 2]), "{client:?}: {trace}");
        // The two sides of the call share its id.
        let ids = &columns["span_id"];
        assert!(ids[0] != ids[1] && ids[1] == ids[2], "{client:?}: {trace}");
        let found = web::search(&server, &format!("since=all&service={card}&status=error"));
        assert!(found.iter().any(|one| one["trace_id"] == format!("{id:0>32}")), "{client:?}");
    }
}

#[test]
fn telemetrygen_loses_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let ports = Ports::fixed();
    let server = Server::on(folder.path(), ports);
    for (service, address, flags) in [
        ("telemetrygen-grpc", server.grpc(), &[][..]),
        ("telemetrygen-http", server.http(), &["--otlp-http"][..]),
    ] {
        let generated = telemetrygen(service, &address.to_string(), flags);
        check_telemetrygen(&server, service, generated);
    }
}

#[test]
fn telemetrygen_loses_nothing_while_the_program_is_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let ports = Ports::fixed();
    let mut server = Some(Server::on(folder.path(), ports));
    let (finish, finished) = mpsc::channel();
    let service = "telemetrygen-killed";
    let address = format!("127.0.0.1:{}", ports.grpc);
    // By gRPC only: Go's HTTP exporter does not retry a broken connection.
    let generating = thread::spawn(move || {
        let generated = telemetrygen(service, &address, &[]);
        finish.send(()).expect("somebody waits");
        generated
    });
    while finished.recv_timeout(LIFE) == Err(mpsc::RecvTimeoutError::Timeout) {
        kill_and_restart(&mut server, folder.path(), ports);
    }
    let generated = generating.join().expect("telemetrygen");
    check_telemetrygen(&server.expect("a server"), service, generated);
}

fn kill_and_restart(server: &mut Option<Server>, folder: &Path, ports: Ports) {
    server.take().expect("a server").kill();
    *server = Some(Server::on(folder, ports));
}

/// Lets every exporter send so many spans at once, calls `meanwhile`, and answers
/// what each exporter called a success. The channel closes when all are done.
fn send(
    ports: Ports,
    spans: usize,
    per_second: usize,
    meanwhile: impl FnOnce(&mpsc::Receiver<()>),
) -> Vec<(&'static Sender, Confirmed)> {
    let (finish, finished) = mpsc::channel();
    let running: Vec<_> = sender::ALL
        .iter()
        .map(|sender| {
            let finish = finish.clone();
            let thread = thread::spawn(move || {
                let confirmed = sender.send(ports, spans, per_second);
                drop(finish);
                confirmed
            });
            (sender, thread)
        })
        .collect();
    drop(finish);
    meanwhile(&finished);
    running.into_iter().map(|(sender, thread)| (sender, thread.join().expect("a sender"))).collect()
}

/// Everything confirmed is there, by id and by search, and nothing is there twice.
fn check(server: &Server, sender: &Sender, confirmed: &Confirmed) {
    let service = sender.service;
    assert!(!confirmed.is_empty(), "{service} got nothing through");
    let mut found = BTreeSet::new();
    for trace in web::search(server, &format!("since=all&service={service}")) {
        let id = trace["trace_id"].as_str().expect("an id").to_owned();
        assert_eq!(trace["span_count"], 1, "{service}: {id}");
        assert!(found.insert(id.clone()), "{service}: {id} is listed twice");
    }
    for (trace, span) in confirmed {
        assert!(found.contains(trace), "{service}: search does not find {trace}");
        assert_eq!(web::span_ids(server, trace), Some(vec![span.clone()]), "{service}: {trace}");
    }
    println!("{service}: {} confirmed, {} kept", confirmed.len(), found.len());
}

/// Runs `telemetrygen` at 1,000 spans per second for 5 s and answers how many traces
/// it says it made. Each has two spans.
fn telemetrygen(service: &str, address: &str, flags: &[&str]) -> u64 {
    let seconds = std::env::var("TELEMETRYGEN_SECONDS").unwrap_or_else(|_| "5".to_owned());
    let output = Command::new(sender::installed("go/telemetrygen"))
        .args(["traces", "--otlp-insecure", "--rate", "1000", "--timeout", "90s"])
        .args(["--duration", &format!("{seconds}s")])
        .args(["--service", service, "--otlp-endpoint", address])
        .args(flags)
        .envs(sender::patience("120000"))
        .stdin(Stdio::null())
        .output()
        .expect("telemetrygen");
    let log = String::from_utf8_lossy(&output.stderr) + String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{log}");
    let line = log.lines().find(|line| line.contains("traces generated")).expect("a count");
    let count = line.rsplit(':').next().expect("a number").trim_matches([' ', '}']);
    count.parse().expect("a number")
}

fn check_telemetrygen(server: &Server, service: &str, generated: u64) {
    let found = web::search(server, &format!("since=all&service={service}"));
    let spans: u64 = found.iter().map(|trace| trace["span_count"].as_u64().expect("a count")).sum();
    assert!(generated > 100, "{service} made only {generated} traces");
    assert_eq!((found.len() as u64, spans), (generated, 2 * generated), "{service}");
    println!("{service}: {generated} traces made and kept");
}
