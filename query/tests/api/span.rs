//! One span in full, with every type of value.

use proto::{Attribute, Event, Link, SpanId, SpanKind, TraceId, Value};
use serde_json::json;

use crate::support::Api;

/// A span with something in every field.
fn full() -> proto::Span {
    let mut span =
        proto::testing::trace("shop GET /all  100..900  kind=client  !broken").pop().unwrap();
    span.trace_id = TraceId::new([0xab; 16]);
    span.span_id = SpanId::new([0xcd; 8]);
    span.parent_span_id = Some(SpanId::new([0xef; 8]));
    span.trace_state = "a=b".to_owned();
    span.flags = 0x301;
    span.attributes = [
        ("string", Value::from("Grüße \u{1F600} \"\\\n")),
        ("bool", true.into()),
        ("int", i64::MIN.into()),
        ("double", 0.1.into()),
        ("nan", f64::NAN.into()),
        ("infinity", f64::INFINITY.into()),
        ("minus infinity", f64::NEG_INFINITY.into()),
        ("bytes", Value::Bytes(vec![0xfb, 0xff, 0x00])),
        ("empty", Value::Empty),
        ("array", Value::Array(vec![1.into(), Value::Array(vec![]), "x".into()])),
        ("map", Value::Map(vec![Attribute::new("k", 2.0), Attribute::new("k", Value::Empty)])),
    ]
    .into_iter()
    .map(|(key, value)| Attribute::new(key, value))
    .collect();
    span.dropped_attributes_count = 1;
    span.dropped_events_count = 2;
    span.dropped_links_count = 3;
    let event = |offset_nano: u64, name: &str| Event {
        time_unix_nano: span.start_time_unix_nano - 5_000 + offset_nano,
        name: name.to_owned(),
        attributes: vec![Attribute::new("e", 1)],
        dropped_attributes_count: 4,
    };
    span.events = vec![event(17_000, "later"), event(0, "earlier"), Event::default()];
    span.links = vec![Link {
        trace_id: TraceId::new([1; 16]),
        span_id: SpanId::new([2; 8]),
        trace_state: "c=d".to_owned(),
        flags: 1,
        attributes: vec![Attribute::new("l", false)],
        dropped_attributes_count: 5,
    }];
    let mut resource = span.resource.as_ref().clone();
    resource.dropped_attributes_count = 6;
    resource.schema_url = "https://opentelemetry.io/schemas/1.37.0".to_owned();
    span.resource = resource.into();
    let mut scope = span.scope.as_ref().clone();
    scope.name = "lib".to_owned();
    scope.version = "2".to_owned();
    scope.attributes = vec![Attribute::new("s", "t")];
    scope.dropped_attributes_count = 7;
    scope.schema_url = "x".to_owned();
    span.scope = scope.into();
    span
}

#[test]
fn a_span_comes_whole() {
    let span = full();
    let path = format!("/api/v1/traces/{}/spans/{}", span.trace_id, span.span_id);
    let answer = Api::with(vec![span]).json(&path);
    let string = |text: &str| json!({"type": "string", "value": text});
    assert_eq!(
        answer,
        json!({
            "trace_id": "abababababababababababababababab",
            "span_id": "cdcdcdcdcdcdcdcd",
            "parent_span_id": "efefefefefefefef",
            "trace_state": "a=b",
            "flags": 0x301,
            "name": "GET /all",
            "kind": "client",
            "service": "shop",
            "start_unix_nano": "1700000000100000000",
            "end_unix_nano": "1700000000900000000",
            "duration_nano": 800_000_000,
            "status": {"code": "error", "message": "broken"},
            "attributes": [
                {"key": "string", "value": string("Grüße \u{1F600} \"\\\n")},
                {"key": "bool", "value": {"type": "bool", "value": true}},
                {"key": "int", "value": {"type": "int", "value": "-9223372036854775808"}},
                {"key": "double", "value": {"type": "double", "value": 0.1}},
                {"key": "nan", "value": {"type": "double", "value": "NaN"}},
                {"key": "infinity", "value": {"type": "double", "value": "Infinity"}},
                {"key": "minus infinity", "value": {"type": "double", "value": "-Infinity"}},
                {"key": "bytes", "value": {"type": "bytes", "value": "+/8A"}},
                {"key": "empty", "value": {"type": "empty"}},
                {"key": "array", "value": {"type": "array", "value": [
                    {"type": "int", "value": "1"},
                    {"type": "array", "value": []},
                    string("x"),
                ]}},
                {"key": "map", "value": {"type": "map", "value": [
                    {"key": "k", "value": {"type": "double", "value": 2.0}},
                    {"key": "k", "value": {"type": "empty"}},
                ]}},
            ],
            "dropped_attributes_count": 1,
            "events": [
                {
                    "time_unix_nano": "1700000000100012000",
                    "offset_nano": 12_000,
                    "name": "later",
                    "attributes": [{"key": "e", "value": {"type": "int", "value": "1"}}],
                    "dropped_attributes_count": 4,
                },
                {
                    "time_unix_nano": "1700000000099995000",
                    "offset_nano": -5_000,
                    "name": "earlier",
                    "attributes": [{"key": "e", "value": {"type": "int", "value": "1"}}],
                    "dropped_attributes_count": 4,
                },
                {
                    "time_unix_nano": "0",
                    "offset_nano": 0,
                    "name": "",
                    "attributes": [],
                    "dropped_attributes_count": 0,
                },
            ],
            "dropped_events_count": 2,
            "links": [{
                "trace_id": "01010101010101010101010101010101",
                "span_id": "0202020202020202",
                "trace_state": "c=d",
                "flags": 1,
                "attributes": [{"key": "l", "value": {"type": "bool", "value": false}}],
                "dropped_attributes_count": 5,
            }],
            "dropped_links_count": 3,
            "resource": {
                "attributes": [{"key": "service.name", "value": string("shop")}],
                "dropped_attributes_count": 6,
                "schema_url": "https://opentelemetry.io/schemas/1.37.0",
            },
            "scope": {
                "name": "lib",
                "version": "2",
                "attributes": [{"key": "s", "value": string("t")}],
                "dropped_attributes_count": 7,
                "schema_url": "x",
            },
            "same_id": 1,
        })
    );
}

#[test]
fn spans_that_share_an_id_are_told_apart_by_kind() {
    let spans =
        proto::testing::trace("a call 0..10  kind=client  id=x\n  b serve 2..8  kind=server  id=x");
    let (trace, span) = (spans[0].trace_id, spans[0].span_id);
    let api = Api::with(spans);
    let path = format!("/api/v1/traces/{trace}/spans/{span}");
    for (query, name) in
        [("", "call"), ("?kind=client", "call"), ("?kind=server", "serve"), ("?kind=2", "serve")]
    {
        let answer = api.json(&format!("{path}{query}"));
        assert_eq!(answer["name"], name, "{query}");
        assert_eq!(answer["same_id"], 2, "{query}");
    }
    let missing = api.get(&format!("{path}?kind=producer"));
    assert_eq!(missing.status, 404);
    assert_eq!(
        missing.json()["error"],
        format!("no span {span} of kind producer in trace {trace}")
    );
}

#[test]
fn numbers_that_otlp_does_not_name_are_kept() {
    let mut span = full();
    span.kind = SpanKind(9);
    span.status.code = proto::StatusCode(7);
    span.parent_span_id = None;
    span.end_time_unix_nano = 5;
    let path = format!("/api/v1/traces/{}", span.trace_id);
    let api = Api::with(vec![span]);
    let answer = api.json(&format!("{path}/spans/cdcdcdcdcdcdcdcd?kind=9"));
    assert_eq!(answer["kind"], "unknown(9)");
    assert_eq!(answer["status"]["code"], "unknown(7)");
    assert_eq!(answer["parent_span_id"], json!(null));
    assert_eq!(answer["end_unix_nano"], "5");
    assert_eq!(answer["duration_nano"], 0);
    let columns = &api.json(&path)["columns"];
    assert_eq!(columns["kind"], json!([9]));
    assert_eq!(columns["status"], json!([0]));
}
