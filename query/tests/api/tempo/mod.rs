//! Tempo's query API as Grafana's data source and other clients see it. The answers beside
//! the tests are read through against recorded answers of a Tempo 3.1; after a change that
//! is meant, `UPDATE_EXPECT=1 cargo test -p hopline-query tempo` writes them anew.

mod by_id;
mod errors;
mod grpc;
mod metrics;
mod port;
mod random;
mod search;
mod tags;

use std::fmt::Write;
use std::path::Path;

use expect_test::expect_file;
use proto::Span;
use proto::otlp::Limits;

use crate::support::Api;

/// Three traces of three services, with everything that OTLP can say.
const SPANS: &str = include_str!("../jaeger/spans.json");

/// What the spans are found in, in seconds.
const WINDOW: &str = "start=1766299900&end=1766300100";

const CART: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

fn spans() -> Vec<Span> {
    proto::otlp::json::decode_request(SPANS.as_bytes(), &Limits::default()).unwrap().batch.spans()
}

fn api() -> Api {
    Api::with(spans())
}

/// `text`, as an address has it.
fn escaped(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// Checks that the answers to `GET` of these paths are those in `golden/<name>.txt`.
#[track_caller]
fn check(api: &Api, name: &str, paths: &[String]) {
    let mut told = String::new();
    for path in paths {
        let answer = api.get(&format!("/tempo{path}"));
        let kind = answer.header("content-type");
        let shown = percent_encoding::percent_decode_str(path).decode_utf8().unwrap();
        writeln!(told, "GET {shown}\n{} {kind}", answer.status.as_u16()).unwrap();
        match serde_json::from_slice::<serde_json::Value>(&answer.body) {
            Ok(json) => writeln!(told, "{json:#}\n").unwrap(),
            Err(_) => writeln!(told, "{}\n", answer.text().trim_end()).unwrap(),
        }
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR"));
    expect_file![file.join(format!("tests/api/tempo/golden/{name}.txt"))].assert_eq(&told);
}

/// The path of a search by a query.
fn search(query: &str) -> String {
    format!("/api/search?q={}&{WINDOW}", escaped(query))
}
