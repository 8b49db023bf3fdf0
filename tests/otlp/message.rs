//! Messages to send: protobuf by hand, for what no library would write.

use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;

use crate::support::otlp;

/// A field with bytes: a message, a text, an id.
pub(super) fn field(number: u32, bytes: &[u8]) -> Vec<u8> {
    [varint(u64::from(number << 3 | 2)), varint(bytes.len() as u64), bytes.to_vec()].concat()
}

/// A field with a number.
pub(super) fn number_field(number: u32, value: u64) -> Vec<u8> {
    [varint(u64::from(number << 3)), varint(value)].concat()
}

/// A field with a fixed 64-bit number.
pub(super) fn fixed64_field(number: u32, value: u64) -> Vec<u8> {
    [varint(u64::from(number << 3 | 1)), value.to_le_bytes().to_vec()].concat()
}

/// A field with a fixed 32-bit number.
pub(super) fn fixed32_field(number: u32, value: u32) -> Vec<u8> {
    [varint(u64::from(number << 3 | 5)), value.to_le_bytes().to_vec()].concat()
}

pub(super) fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

/// The fields that every span needs.
pub(super) fn ids(trace_id: &[u8], span_id: &[u8]) -> Vec<u8> {
    [field(1, trace_id), field(2, span_id)].concat()
}

/// A request with these spans, each as the bytes of its fields.
pub(super) fn request_of(spans: &[Vec<u8>]) -> Vec<u8> {
    let spans: Vec<u8> = spans.iter().flat_map(|span| field(2, span)).collect();
    field(1, &field(2, &spans))
}

/// A request with `span` for its only one, from the service `shop`.
pub(super) fn request(span: Span) -> Vec<u8> {
    requests(vec![span])
}

/// A request with these spans, from the service `shop`.
pub(super) fn requests(spans: Vec<Span>) -> Vec<u8> {
    otlp::request("shop", spans).encode_to_vec()
}

/// A span of `trace_id`.
pub(super) fn span_in(trace_id: &[u8], name: &str) -> Span {
    Span { trace_id: trace_id.to_vec(), ..otlp::span(name) }
}

/// A request with one plain span of `trace_id`.
pub(super) fn one(trace_id: &[u8]) -> Vec<u8> {
    request(span_in(trace_id, "work"))
}

/// The same as JSON.
pub(super) fn one_json(trace_id: &[u8]) -> String {
    json_of(&format!(
        r#""traceId":"{}","spanId":"{}","name":"work""#,
        super::stored::hex(trace_id),
        super::stored::hex(&rand::random::<[u8; 8]>()),
    ))
}

/// A JSON request with one span of these fields.
pub(super) fn json_of(fields: &str) -> String {
    format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{{fields}}}]}}]}}]}}"#)
}

/// How many spans a protobuf answer says were rejected, and why; `None` of a full
/// success.
pub(super) fn rejected(answer: &[u8]) -> Option<(i64, String)> {
    let response = ExportTraceServiceResponse::decode(answer).expect("an export response");
    response.partial_success.map(|partial| (partial.rejected_spans, partial.error_message))
}

/// An empty request, as bytes.
pub(super) fn empty() -> Vec<u8> {
    ExportTraceServiceRequest::default().encode_to_vec()
}

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let level = flate2::Compression::fast();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), level);
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

pub(super) fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::bulk::compress(bytes, 1).expect("memory")
}
