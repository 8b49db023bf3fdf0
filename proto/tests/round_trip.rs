//! Every form goes there and back, and prost agrees.

use proptest::collection::vec;
use proptest::prelude::*;
use proto::otlp::{Decoded, Limits, json, protobuf};
use proto::testing::span_strategy;
use proto::{Attribute, Event, Link, Span, Value};

use crate::oracle;

fn decode(body: &[u8]) -> Vec<Span> {
    let decoded = protobuf::decode_request(body, &Limits::default()).unwrap();
    assert!(decoded.rejected.is_empty(), "{:?}", decoded.rejected);
    assert!(heap_bytes(&decoded) <= decoded.decoded_bytes, "accounted too little");
    decoded.batch.spans()
}

fn decode_json(body: &str) -> Vec<Span> {
    let decoded = json::decode_request(body.as_bytes(), &Limits::default()).unwrap();
    assert!(decoded.rejected.is_empty(), "{:?}", decoded.rejected);
    assert!(heap_bytes(&decoded) <= decoded.decoded_bytes, "accounted too little");
    decoded.batch.spans()
}

/// Spans in an order of their own: writing groups them.
fn sorted(spans: &[Span]) -> Vec<String> {
    // The debug form tells -0 from 0, as `==` does not.
    let mut lines: Vec<_> = spans.iter().map(|span| format!("{span:?}")).collect();
    lines.sort();
    lines
}

proptest! {
    #[test]
    fn what_prost_writes_is_read_as_it_was(spans in vec(span_strategy(), 0..6)) {
        let read = decode(&oracle::encode(&spans));
        prop_assert_eq!(format!("{read:#?}"), format!("{spans:#?}"));
    }

    #[test]
    fn what_is_written_prost_reads_as_it_was(spans in vec(span_strategy(), 0..6)) {
        let body = protobuf::encode_request(&spans);
        let read = oracle::decode(&body).unwrap();
        prop_assert_eq!(format!("{:#?}", decode(&body)), format!("{read:#?}"));
        prop_assert_eq!(sorted(&read), sorted(&spans));
    }

    #[test]
    fn json_says_the_same_as_protobuf(spans in vec(span_strategy(), 0..6)) {
        let read = decode_json(&json::encode_request(&spans));
        let expected = decode(&protobuf::encode_request(&spans));
        prop_assert_eq!(format!("{read:#?}"), format!("{expected:#?}"));
    }
}

#[test]
fn spans_of_one_sender_share_it_and_are_grouped() {
    let text = "
        a x  0..1
        b y  0..1
        a z  0..1
    ";
    let mut spans = proto::testing::trace(text);
    // Equal in content, not in pointer.
    spans[2].resource = std::sync::Arc::new((*spans[2].resource).clone());
    let read = decode(&protobuf::encode_request(&spans));
    let names: Vec<_> = read.iter().map(|span| span.name.as_str()).collect();
    assert_eq!(names, ["x", "z", "y"]);
    assert!(std::sync::Arc::ptr_eq(&read[0].resource, &read[1].resource));
    assert!(std::sync::Arc::ptr_eq(&read[0].scope, &read[1].scope));
}

/// The memory that the spans of `decoded` take, or its batch, whichever is more;
/// allocators' overhead aside.
fn heap_bytes(decoded: &Decoded) -> usize {
    let spans = decoded.batch.spans();
    let inside = spans.iter().map(|span| {
        let events = span.events.iter();
        let links = span.links.iter();
        span.name.len()
            + span.trace_state.len()
            + span.status.message.len()
            + attribute_bytes(&span.attributes)
            + span.events.len() * size_of::<Event>()
            + events.map(|e| e.name.len() + attribute_bytes(&e.attributes)).sum::<usize>()
            + span.links.len() * size_of::<Link>()
            + links.map(|l| l.trace_state.len() + attribute_bytes(&l.attributes)).sum::<usize>()
    });
    let model = spans.len() * size_of::<Span>() + inside.sum::<usize>();
    model.max(decoded.batch.memory_bytes() - size_of::<proto::Batch>())
}

fn attribute_bytes(attributes: &[Attribute]) -> usize {
    let inside = attributes.iter().map(|a| a.key.len() + value_bytes(&a.value));
    size_of_val(attributes) + inside.sum::<usize>()
}

fn value_bytes(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        Value::Array(values) => {
            let inside = values.iter().map(value_bytes);
            values.len() * size_of::<Value>() + inside.sum::<usize>()
        }
        Value::Map(entries) => attribute_bytes(entries),
        _ => 0,
    }
}
