//! Small requests that want to be large: an empty span is two bytes on the wire and
//! hundreds as a structure.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message;
use reqwest::blocking::Response;

use crate::support::{Server, memory_peak_bytes, otlp};

const MIB: usize = 1024 * 1024;

/// How much the program may grow, whatever it is sent.
const GROWTH_MAX: u64 = 256 * MIB as u64;

/// A request of 64 MiB: one resource, one scope, and nothing but empty spans
/// (`ScopeSpans.spans` is field 2: `12 00`).
fn empty_spans() -> Vec<u8> {
    // The headers of the two messages around them take a few bytes.
    let spans = [0x12, 0x00].repeat((64 * MIB - 64) / 2);
    wrap(0x0a, wrap(0x12, spans))
}

/// `payload` as a length-delimited field with this tag (protobuf encoding).
fn wrap(tag: u8, payload: Vec<u8>) -> Vec<u8> {
    let mut field = vec![tag];
    prost::encoding::encode_varint(payload.len() as u64, &mut field);
    field.extend(payload);
    field
}

/// Not a success, and nothing that an exporter would try again: the same request
/// is the same tomorrow (OTLP specification, "Failures").
fn check_refused(response: Response) {
    let status = response.status().as_u16();
    if status == 200 {
        let body = response.bytes().expect("a body");
        let answer = ExportTraceServiceResponse::decode(body).expect("a response");
        let partial = answer.partial_success.expect("a partial success");
        assert!(partial.rejected_spans > 1_000_000, "{partial:?}");
        assert!(!partial.error_message.is_empty());
    } else {
        assert!([400, 413].contains(&status), "status {status}");
        assert_eq!(response.headers().get("retry-after"), None);
    }
}

/// Sends something and looks how much the program has grown meanwhile.
fn check_growth(server: &Server, send: impl FnOnce()) {
    let before = memory_peak_bytes(server.pid());
    send();
    let growth = memory_peak_bytes(server.pid()).saturating_sub(before);
    println!("grew by {} MiB", growth / MIB as u64);
    assert!(growth < GROWTH_MAX, "grew by {growth} bytes");
}

#[test]
fn empty_spans_of_64_mib_are_refused_in_little_memory() {
    let server = Server::start();
    let body = empty_spans();
    check_growth(&server, || {
        let answer = otlp::post(&server, "application/x-protobuf", None, body);
        check_refused(answer.expect("an answer"));
    });
    // It still works.
    let answer = otlp::send_http(&server, &otlp::request("shop", otlp::spans(1)));
    assert_eq!(answer.expect("an answer").status(), 200);
}

#[test]
fn empty_spans_of_64_mib_in_64_kib_of_gzip_are_refused_in_little_memory() {
    let server = Server::start();
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&empty_spans()).expect("compressed");
    let body = gzip.finish().expect("compressed");
    assert!(body.len() < 100 * 1024, "{} bytes", body.len());
    check_growth(&server, || {
        let answer = otlp::post(&server, "application/x-protobuf", Some("gzip"), body);
        check_refused(answer.expect("an answer"));
    });
}

#[test]
fn many_such_requests_at_once_stay_within_the_same_memory() {
    let server = Server::start();
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&empty_spans()).expect("compressed");
    let body = gzip.finish().expect("compressed");
    check_growth(&server, || {
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let content_type = "application/x-protobuf";
                    let answer = otlp::post(&server, content_type, Some("gzip"), body.clone());
                    let status = answer.expect("an answer").status();
                    // Too many at once is a reason, too, and one that passes.
                    assert!([200, 400, 413, 429, 503].contains(&status.as_u16()), "{status}");
                });
            }
        });
    });
}
