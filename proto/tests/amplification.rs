//! Small bodies that would be large spans: refused before they are allocated.

use proto::Batch;
use proto::otlp::{DecodeError, Decoded, Limits, json, protobuf};

use crate::wire::{field, wrap};

const MIB: usize = 1 << 20;

/// Just below 64 MiB of `item`.
fn flood(item: &[u8]) -> Vec<u8> {
    item.repeat((64 * MIB - 256) / item.len())
}

/// A quarter of that, which is far too much already.
fn small_flood(item: &[u8]) -> Vec<u8> {
    item.repeat(16 * MIB / item.len())
}

fn decode(body: &[u8]) -> Result<Decoded, DecodeError> {
    protobuf::decode_request(body, &Limits::default())
}

fn with_ids(rest: &[u8]) -> Vec<u8> {
    [&field(1, &[1; 16])[..], &field(2, &[2; 8]), rest].concat()
}

#[test]
fn empty_spans_are_too_many() {
    let body = wrap(flood(&[0x12, 0]), &[2, 1]);
    let expected = DecodeError::TooLarge { limit: "spans_max", max: 500_000 };
    assert_eq!(decode(&body), Err(expected));
}

#[test]
fn as_many_empty_spans_as_are_allowed_take_no_memory() {
    let body = wrap([0x12, 0].repeat(500_000), &[2, 1]);
    let decoded = decode(&body).unwrap();
    assert_eq!((decoded.rejected.spans(), decoded.decoded_bytes), (500_000, 0));
    assert_eq!(decoded.batch.memory_bytes(), size_of::<Batch>());
}

#[test]
fn empty_envelopes_take_no_memory() {
    let resource_spans = flood(&[0x0a, 0]);
    let scope_spans = wrap(flood(&[0x12, 0]), &[1]);
    for body in [resource_spans, scope_spans] {
        let decoded = decode(&body).unwrap();
        assert_eq!(decoded.batch.memory_bytes(), size_of::<Batch>());
        assert_eq!(decoded.decoded_bytes, 0);
    }
}

#[test]
fn empty_items_in_a_span_are_over_the_budget() {
    let too_large = |body: &[u8], name: &str| {
        let expected = DecodeError::TooLarge { limit: "decoded_bytes_max", max: 192 * MIB };
        assert_eq!(decode(body), Err(expected), "{name}");
    };
    for (name, number) in [("attributes", 9), ("events", 11), ("links", 13)] {
        let span = with_ids(&small_flood(&[number << 3 | 2, 0]));
        too_large(&wrap(span, &[2, 2, 1]), name);
    }
    for (name, number) in [("array values", 5), ("map entries", 6)] {
        let value = wrap(small_flood(&[0x0a, 0]), &[number, 2, 9]);
        too_large(&wrap(with_ids(&value), &[2, 2, 1]), name);
    }
    let attributes_of_resource = wrap(small_flood(&[0x0a, 0]), &[1, 1]);
    too_large(&attributes_of_resource, "resource attributes");
    let smallest_spans = small_flood(&field(2, &with_ids(&[])));
    let expected = DecodeError::TooLarge { limit: "spans_max", max: 500_000 };
    assert_eq!(decode(&wrap(smallest_spans, &[2, 1])), Err(expected));
}

#[test]
fn a_refused_span_gives_its_memory_back() {
    let deep = (0..30).fold(vec![], |value, _| wrap(value, &[1, 5]));
    let attributes = [wrap(deep, &[2, 9]), field(9, &field(1, &[b'k'; 4000]))].concat();
    let good = field(2, &with_ids(&[]));
    let bad = field(2, &with_ids(&attributes));
    let body = wrap([&bad.repeat(1000)[..], &good].concat(), &[2, 1]);
    let decoded = decode(&body).unwrap();
    assert_eq!((decoded.batch.len(), decoded.rejected.spans()), (1, 1000));
    assert!(decoded.decoded_bytes < 20_000, "{}", decoded.decoded_bytes);
}

#[test]
fn sixty_four_mib_of_common_spans_fit() {
    let texts =
        ["http.request.method", "http.route", "server.address", "url.scheme", "thread.name"];
    let attribute = |key: &str| {
        field(9, &[field(1, key.as_bytes()), wrap(b"checkout-7f".to_vec(), &[1, 2])].concat())
    };
    let attributes: Vec<u8> = texts.iter().chain(&texts).flat_map(|key| attribute(key)).collect();
    let span = field(2, &with_ids(&[&field(5, b"GET /checkout")[..], &attributes].concat()));
    let decoded = decode(&wrap(flood(&span), &[2, 1])).unwrap();
    assert!(decoded.batch.len() > 100_000);
    assert!(decoded.decoded_bytes > 64 * MIB);
}

#[test]
fn a_body_over_the_limit_is_not_looked_at() {
    let limits = Limits { request_bytes_max: 3, ..Limits::default() };
    let expected = Err(DecodeError::TooLarge { limit: "request_bytes_max", max: 3 });
    assert_eq!(protobuf::decode_request(b"????", &limits), expected);
    assert_eq!(json::decode_request(b"????", &limits), expected);
}

fn json_flood(before: &str, item: &str, after: &str) -> Vec<u8> {
    let items = vec![item; (24 * MIB) / (item.len() + 1)].join(",");
    format!("{before}{items}{after}").into_bytes()
}

#[test]
fn json_floods_are_refused_too() {
    const SPAN: &str = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0102030405060708","#;
    let limits = Limits::default();
    for (before, limit) in [
        (r#"{"resourceSpans":[{"scopeSpans":[{"spans":["#.to_owned(), "spans_max"),
        (format!(r#"{SPAN}"attributes":["#), "decoded_bytes_max"),
        (format!(r#"{SPAN}"events":["#), "decoded_bytes_max"),
        (format!(r#"{SPAN}"links":["#), "decoded_bytes_max"),
        (
            format!(r#"{SPAN}"attributes":[{{"value":{{"arrayValue":{{"values":["#),
            "decoded_bytes_max",
        ),
    ] {
        let error = json::decode_request(&json_flood(&before, "{}", ""), &limits).unwrap_err();
        assert!(error.to_string().contains(limit), "{before}: {error}");
    }
    let empty = json_flood(r#"{"resourceSpans":["#, "{}", "]}");
    assert_eq!(json::decode_request(&empty, &limits).unwrap().decoded_bytes, 0);
}

#[test]
fn ten_thousand_levels_of_json_overflow_nothing() {
    let deep = "[".repeat(10_000);
    for before in ["", r#"{"resourceSpans":"#, r#"{"unknown":"#] {
        let body = format!("{before}{deep}");
        json::decode_request(body.as_bytes(), &Limits::default()).unwrap_err();
    }
    let closed = format!(r#"{{"unknown":{deep}{}}}"#, "]".repeat(10_000));
    assert!(json::decode_request(closed.as_bytes(), &Limits::default()).unwrap().batch.is_empty());
}
