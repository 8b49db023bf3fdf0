//! Jaeger's query APIs as Jaeger's clients see them. The answers beside the spans were
//! compared with those of a Jaeger (`scripts/compare-jaeger`); after a change that is meant,
//! `UPDATE_EXPECT=1 cargo test -p hopline-query jaeger` writes them anew.

mod archive;
mod errors;
mod grpc;
mod legacy;
mod metrics;
mod port;
mod random;
mod schema;
mod v3;

use std::fmt::Write;
use std::path::Path;

use expect_test::expect_file;
use proto::Span;
use proto::clock::now_unix_nano;
use proto::otlp::Limits;

use crate::support::Api;

/// Three traces of three services, with everything that OTLP can say.
const SPANS: &str = include_str!("spans.json");

/// What `GET` finds the spans in: `start` and `end` in microseconds.
const WINDOW: &str = "start=1766300000000000&end=1766300010000000";

/// The same for version 3.
const WINDOW_V3: &str = "query.startTimeMin=2025-12-21T06:53:20Z\
                         &query.startTimeMax=2025-12-21T06:54:20.5Z";

const CART: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

fn spans() -> Vec<Span> {
    proto::otlp::json::decode_request(SPANS.as_bytes(), &Limits::default()).unwrap().batch.spans()
}

/// Over the spans as they are.
fn api() -> Api {
    Api::with(spans())
}

/// Over the spans as if they had come some minutes ago.
fn api_of_today() -> Api {
    let mut spans = spans();
    let first = spans.iter().map(|span| span.start_time_unix_nano).min().unwrap();
    let later = now_unix_nano() - 300_000_000_000 - first;
    for span in &mut spans {
        span.start_time_unix_nano += later;
        span.end_time_unix_nano += later;
    }
    Api::with(spans)
}

/// Checks that the answers to `GET` of these paths are those in `golden/<name>.txt`.
#[track_caller]
fn check(api: &Api, name: &str, paths: &[String]) {
    let mut told = String::new();
    for path in paths {
        let answer = api.get(path);
        let kind = answer.header("content-type");
        writeln!(told, "GET {path}\n{} {kind}", answer.status.as_u16()).unwrap();
        match serde_json::from_slice::<serde_json::Value>(&answer.body) {
            Ok(json) => writeln!(told, "{json:#}\n").unwrap(),
            Err(_) => writeln!(told, "{}\n", answer.text().trim_end()).unwrap(),
        }
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR"));
    expect_file![file.join(format!("tests/api/jaeger/golden/{name}.txt"))].assert_eq(&told);
}

fn paths(paths: &[&str]) -> Vec<String> {
    paths.iter().map(|path| format!("/jaeger{path}")).collect()
}
