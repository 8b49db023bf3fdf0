//! The exporters under test, and how each is run.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::rust;
use crate::support::Ports;

/// (trace id, span id) of every span whose export the exporter called a success.
pub(super) type Confirmed = Vec<(String, String)>;

/// One exporter of one SDK.
#[derive(Debug)]
pub(super) struct Sender {
    /// The service that it says it is.
    pub(super) service: &'static str,
    sdk: Sdk,
    protocol: &'static str,
    /// Whether it tries again when a connection is refused or breaks under a request.
    /// Three do not, by their own code: Go's HTTP exporter retries answers, and of
    /// errors only those that Go calls temporary (otlptracehttp 1.47.0, `client.go`);
    /// Node's gRPC exporter retries nothing (otlp-grpc-exporter-base 0.223.1,
    /// `grpc-exporter-transport.js`); Rust's gRPC exporter retries a refused
    /// connection, but one that breaks while it waits for the answer is `UNKNOWN` to
    /// tonic, and that it takes for final (opentelemetry-otlp 0.33.1,
    /// `retry_classification.rs`). What they give up on they report as lost, and
    /// nobody else could have kept it.
    pub(super) retries_broken_connections: bool,
}

#[derive(Debug, Clone, Copy)]
enum Sdk {
    Python,
    Node,
    Go,
    Rust,
}

/// A client of Zipkin.
#[derive(Debug, Clone, Copy)]
pub(super) enum Zipkin {
    /// `py_zipkin`, with one of its encodings.
    Python(&'static str),
    /// `zipkin` of zipkin-js.
    Node,
    /// Brave.
    Java,
}

/// All of them.
pub(super) static ALL: [Sender; 9] = [
    sender("python-grpc", Sdk::Python, "grpc"),
    sender("python-http", Sdk::Python, "protobuf"),
    gives_up(sender("node-grpc", Sdk::Node, "grpc")),
    sender("node-http", Sdk::Node, "protobuf"),
    sender("node-json", Sdk::Node, "json"),
    sender("go-grpc", Sdk::Go, "grpc"),
    gives_up(sender("go-http", Sdk::Go, "protobuf")),
    gives_up(sender("rust-grpc", Sdk::Rust, "grpc")),
    sender("rust-http", Sdk::Rust, "protobuf"),
];

const fn sender(service: &'static str, sdk: Sdk, protocol: &'static str) -> Sender {
    Sender { service, sdk, protocol, retries_broken_connections: true }
}

const fn gives_up(sender: Sender) -> Sender {
    Sender { retries_broken_connections: false, ..sender }
}

impl Sender {
    /// Sends so many spans, each a trace of its own, and waits until the last is
    /// exported or given up.
    pub(super) fn send(&self, ports: Ports, spans: usize, per_second: usize) -> Confirmed {
        let port = if self.protocol == "grpc" { ports.grpc } else { ports.http };
        let endpoint = format!("http://127.0.0.1:{port}");
        // Python counts the exporter's timeout in seconds, the others in milliseconds.
        let (mut command, timeout) = match self.sdk {
            Sdk::Python => {
                let mut command = Command::new(installed("python/bin/python"));
                command.arg(source("python/send.py"));
                (command, "90")
            }
            Sdk::Node => {
                let mut command = Command::new("node");
                command.arg(installed("node/send.js"));
                (command, "90000")
            }
            Sdk::Go => (Command::new(installed("go/send")), "90000"),
            Sdk::Rust => {
                return rust::send(self.protocol, &endpoint, self.service, spans, per_second);
            }
        };
        let output = command
            .args([self.protocol, &endpoint, self.service])
            .args([spans.to_string(), per_second.to_string()])
            .envs(patience(timeout))
            .stdin(Stdio::null())
            .output()
            .expect("the sender starts");
        let complaints = String::from_utf8_lossy(&output.stderr);
        if self.retries_broken_connections {
            assert!(output.status.success(), "{}: {complaints}", self.service);
        }
        let lines = String::from_utf8(output.stdout).expect("UTF-8");
        let pair = |line: &str| {
            let (trace, span) = line.split_once(' ').expect("TRACE_ID SPAN_ID");
            (trace.to_owned(), span.to_owned())
        };
        lines.lines().map(pair).collect()
    }
}

/// Logs an error within a span with the exporters of OpenTelemetry Python; the ids of the
/// span.
pub(super) fn log(protocol: &str, endpoint: &str, service: &str) -> (String, String) {
    let output = Command::new(installed("python/bin/python"))
        .arg(source("python/logs.py"))
        .args([protocol, endpoint, service])
        .stdin(Stdio::null())
        .output()
        .expect("the sender starts");
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaints}");
    let line = String::from_utf8(output.stdout).expect("UTF-8");
    let (trace, span) = line.trim().split_once(' ').expect("TRACE_ID SPAN_ID");
    (trace.to_owned(), span.to_owned())
}

/// Reports one request through two services with a client of Zipkin; the trace id.
pub(super) fn zipkin(client: Zipkin, address: SocketAddr) -> String {
    let mut command = match client {
        Zipkin::Python(encoding) => {
            let mut command = Command::new(installed("python/bin/python"));
            command.arg(source("python/zipkin.py")).arg(encoding);
            command
        }
        Zipkin::Node => {
            let mut command = Command::new("node");
            command.arg(installed("node/zipkin.js"));
            command
        }
        Zipkin::Java => {
            let mut command = Command::new("java");
            command.arg("-cp").arg(installed("java").join("*")).arg("Brave");
            command
        }
    };
    let address = [address.ip().to_string(), address.port().to_string()];
    let output = command.args(address).stdin(Stdio::null()).output().expect("the sender starts");
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && complaints.is_empty(), "{complaints}");
    String::from_utf8(output.stdout).expect("UTF-8").trim().to_owned()
}

/// The SDKs' own settings that decide how much they can hold, and for how long,
/// while nobody takes it.
pub(super) fn patience(timeout: &str) -> [(&'static str, &str); 5] {
    [
        ("OTEL_BSP_MAX_QUEUE_SIZE", "65536"),
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "128"),
        ("OTEL_BSP_SCHEDULE_DELAY", "200"),
        ("OTEL_BSP_EXPORT_TIMEOUT", "120000"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", timeout),
    ]
}

/// A file that `make sdk` installed.
pub(super) fn installed(path: &str) -> PathBuf {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/sdk").join(path);
    assert!(file.exists(), "{} is not there: run `make sdk`", file.display());
    file
}

fn source(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sdk").join(path)
}
