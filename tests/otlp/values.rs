//! Attributes, events, links, resources and scopes go there and back (rows 65, 66,
//! 71 to 80, 84 to 86, 92, 93).

use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, InstrumentationScope, KeyValue, KeyValueList,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::{Event, Link};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message;
use proto::{Attribute, Value};

use super::hopline::Hopline;
use super::message::{field, ids, number_field, request, request_of, span_in};
use super::stored::{count, new_trace_id, span};
use super::wire::Request;
use crate::support::otlp::{self, attribute};

fn key_value(key: &str, value: Option<Any>) -> KeyValue {
    let value = Some(AnyValue { value });
    KeyValue { key: key.to_owned(), value, ..KeyValue::default() }
}

fn any(value: Any) -> AnyValue {
    AnyValue { value: Some(value) }
}

/// One span with these attributes, there and back.
fn round_trip(hopline: &Hopline, attributes: Vec<KeyValue>, what: &str) -> Vec<Attribute> {
    let id = new_trace_id();
    hopline.accepts(&request(Span { attributes, ..span_in(&id, "values") }), what);
    span(&hopline.server, &id).attributes
}

#[test]
fn rows_72_73_76_every_type_of_value_goes_there_and_back() {
    let hopline = Hopline::start();
    let text = |text: &str| Any::StringValue(text.to_owned());
    let nested = |levels: usize| {
        let mut value = Any::IntValue(7);
        for _ in 0..levels {
            let values = vec![key_value("k", Some(value))];
            value = Any::KvlistValue(KeyValueList { values });
        }
        value
    };
    let nested_stored = |levels: usize| {
        (0..levels).fold(Value::Int(7), |value, _| Value::Map(vec![Attribute::new("k", value)]))
    };
    let mixed = vec![any(text("a")), any(Any::IntValue(1)), AnyValue { value: None }];
    let cases: Vec<(Option<Any>, Value)> = vec![
        (Some(text("plain")), "plain".into()),
        (Some(text("")), "".into()),
        (Some(Any::BoolValue(true)), true.into()),
        (Some(Any::BoolValue(false)), false.into()),
        (Some(Any::IntValue(i64::MIN)), i64::MIN.into()),
        (Some(Any::IntValue(i64::MAX)), i64::MAX.into()),
        (Some(Any::DoubleValue(0.1)), 0.1.into()),
        (Some(Any::DoubleValue(f64::INFINITY)), f64::INFINITY.into()),
        (Some(Any::DoubleValue(f64::NEG_INFINITY)), f64::NEG_INFINITY.into()),
        (Some(Any::DoubleValue(5e-324)), 5e-324.into()),
        (Some(Any::BytesValue(vec![0, 255, 1])), Value::Bytes(vec![0, 255, 1])),
        (Some(Any::BytesValue(Vec::new())), Value::Bytes(Vec::new())),
        (
            Some(Any::ArrayValue(ArrayValue { values: mixed })),
            Value::Array(vec!["a".into(), 1.into(), Value::Empty]),
        ),
        (Some(Any::ArrayValue(ArrayValue::default())), Value::Array(Vec::new())),
        (Some(Any::KvlistValue(KeyValueList::default())), Value::Map(Vec::new())),
        (Some(nested(10)), nested_stored(10)),
        (None, Value::Empty),
    ];
    let sent = cases.iter().map(|(sent, _)| key_value("k", sent.clone())).collect();
    let stored = round_trip(&hopline, sent, "row 72");
    assert_eq!(stored.len(), cases.len());
    for (stored, (_, expect)) in stored.iter().zip(&cases) {
        assert_eq!(&stored.value, expect);
    }

    let special = [f64::NAN, -0.0].map(|value| key_value("k", Some(Any::DoubleValue(value))));
    let stored = round_trip(&hopline, special.to_vec(), "row 72");
    assert!(matches!(stored[0].value, Value::Double(value) if value.is_nan()), "{stored:?}");
    let negative = matches!(stored[1].value, Value::Double(value) if value.is_sign_negative());
    assert!(negative, "{stored:?}");

    let stored = round_trip(&hopline, vec![attribute("", "no key")], "row 73");
    assert_eq!(stored, [Attribute::new("", "no key")]);
}

#[test]
fn row_71_of_a_key_that_occurs_twice_the_last_wins_and_both_stay() {
    let hopline = Hopline::start();
    let id = new_trace_id();
    let attributes = vec![attribute("k", "first"), attribute("k", "last")];
    hopline.accepts(&request(Span { attributes, ..span_in(&id, "twice") }), "row 71");
    let kept = span(&hopline.server, &id);
    assert_eq!(kept.attributes.len(), 2);
    assert_eq!(kept.attribute("k"), Some(&"last".into()));
}

#[test]
fn rows_74_75_large_spans_are_kept_whole() {
    let hopline = Hopline::start();
    let long = "v".repeat(1024 * 1024);
    let stored = round_trip(&hopline, vec![attribute("long", &long)], "row 74");
    assert_eq!(stored, [Attribute::new("long", long)]);

    let many: Vec<_> =
        (0..10_000).map(|number| attribute(&format!("key {number}"), "value")).collect();
    let stored = round_trip(&hopline, many, "row 75");
    assert_eq!(stored.len(), 10_000);
    assert_eq!(stored[9_999], Attribute::new("key 9999", "value"));
}

#[test]
fn row_77_values_nested_too_deeply_cost_their_span_alone() {
    let hopline = Hopline::start();
    for levels in [200, 100_000] {
        // A list in a list in a list: field 5 of a value, field 1 of a list.
        let mut value = number_field(3, 7);
        // Lengths are written from the inside out, in one pass from the end.
        let mut reversed: Vec<u8> = value.drain(..).rev().collect();
        for _ in 0..levels {
            for number in [1u32, 5] {
                let length = super::message::varint(reversed.len() as u64);
                reversed.extend(length.iter().rev());
                reversed.push((number << 3 | 2) as u8);
            }
        }
        reversed.reverse();
        let deep = field(9, &[field(1, b"k"), field(2, &reversed)].concat());
        let id = new_trace_id();
        let spans = [ids(&id, &[1; 8]), [ids(&id, &[2; 8]), deep].concat()];
        let (refused, message) = hopline.partly_accepts(&request_of(&spans));
        assert_eq!(refused, 1, "{message}");
        assert!(message.contains("nests more than"), "{message}");
        assert_eq!(count(&hopline.server, &id), 1);
    }
}

#[test]
fn rows_79_80_events_and_links_are_kept() {
    let hopline = Hopline::start();
    let id = new_trace_id();
    let sent = span_in(&id, "linked");
    let link = |trace_id: &[u8], span_id: &[u8]| Link {
        trace_id: trace_id.to_vec(),
        span_id: span_id.to_vec(),
        trace_state: "a=1".to_owned(),
        attributes: vec![attribute("why", "retry")],
        dropped_attributes_count: 1,
        flags: 0x301,
    };
    let mut links = vec![link(&id, &sent.span_id), link(&[7; 16], &[7; 8])];
    links.resize(1000, link(&[8; 16], &[8; 8]));
    links.push(link(&[1; 15], &[1; 8]));
    links.push(link(&[1; 16], &[1; 3]));
    let event = Event {
        time_unix_nano: sent.start_time_unix_nano + 1,
        name: "exception".to_owned(),
        attributes: vec![attribute("exception.type", "Timeout")],
        dropped_attributes_count: 3,
    };
    let sent = Span { links, events: vec![event.clone(); 3], dropped_links_count: 5, ..sent };
    hopline.accepts(&request(sent.clone()), "rows 79, 80");

    let kept = span(&hopline.server, &id);
    assert_eq!(kept.links.len(), 1000);
    assert_eq!(kept.dropped_links_count, 7, "the two of a wrong length are dropped");
    assert_eq!(kept.links[0].trace_id.as_bytes(), &id);
    assert_eq!(kept.links[0].span_id.as_bytes().as_slice(), sent.span_id);
    assert_eq!(kept.links[1].trace_state, "a=1");
    assert_eq!((kept.links[1].flags, kept.links[1].dropped_attributes_count), (0x301, 1));
    assert_eq!(kept.links[1].attributes, [Attribute::new("why", "retry")]);
    assert_eq!(kept.events.len(), 3);
    assert_eq!(kept.events[0].name, event.name);
    assert_eq!(kept.events[0].time_unix_nano, event.time_unix_nano);
    assert_eq!(kept.events[0].dropped_attributes_count, 3);
    assert_eq!(kept.events[0].attributes, [Attribute::new("exception.type", "Timeout")]);
}

/// A request with one span of a resource with these attributes.
fn from_resource(trace_id: &[u8], attributes: Vec<KeyValue>) -> Vec<u8> {
    let mut request = otlp::request("", vec![span_in(trace_id, "work")]);
    request.resource_spans[0].resource =
        Some(Resource { attributes, dropped_attributes_count: 4, ..Resource::default() });
    request.encode_to_vec()
}

#[test]
fn rows_65_66_every_span_has_a_service() {
    let hopline = Hopline::start();
    for (row, attributes, service) in [
        (65, vec![], "unknown_service"),
        (65, vec![attribute("host.name", "a")], "unknown_service"),
        (65, vec![attribute("service.name", "")], "unknown_service"),
        (66, vec![key_value("service.name", Some(Any::IntValue(42)))], "42"),
        (66, vec![key_value("service.name", Some(Any::BoolValue(true)))], "true"),
    ] {
        let id = new_trace_id();
        hopline.accepts(&from_resource(&id, attributes), &format!("row {row}"));
        assert_eq!(span(&hopline.server, &id).service_name(), service, "row {row}");
    }
}

#[test]
fn rows_84_to_86_resource_and_scope_are_kept() {
    let hopline = Hopline::start();
    let id = new_trace_id();
    let scope = InstrumentationScope {
        name: "my.library".to_owned(),
        version: "1.2.3".to_owned(),
        attributes: vec![attribute("scope.key", "v")],
        dropped_attributes_count: 6,
    };
    let scope_spans = ScopeSpans {
        scope: Some(scope),
        spans: vec![span_in(&id, "work")],
        schema_url: "https://opentelemetry.io/schemas/1.44.0".to_owned(),
    };
    let mut request = otlp::request("shop", Vec::new());
    request.resource_spans = vec![ResourceSpans {
        scope_spans: vec![scope_spans],
        schema_url: "https://opentelemetry.io/schemas/1.43.0".to_owned(),
        ..request.resource_spans.remove(0)
    }];
    hopline.accepts(&request.encode_to_vec(), "rows 84, 85");
    let kept = span(&hopline.server, &id);
    assert_eq!(kept.resource.schema_url, "https://opentelemetry.io/schemas/1.43.0");
    assert_eq!(kept.scope.schema_url, "https://opentelemetry.io/schemas/1.44.0");
    assert_eq!((kept.scope.name.as_str(), kept.scope.version.as_str()), ("my.library", "1.2.3"));
    assert_eq!(kept.scope.attributes, [Attribute::new("scope.key", "v")]);
    assert_eq!(kept.scope.dropped_attributes_count, 6);
    assert_eq!(kept.service_name(), "shop");

    let id = new_trace_id();
    hopline.accepts(&from_resource(&id, vec![attribute("host.name", "a")]), "resource");
    let resource = &span(&hopline.server, &id).resource;
    assert_eq!(resource.attributes, [Attribute::new("host.name", "a")]);
    assert_eq!(resource.dropped_attributes_count, 4);

    let entity = br#"{"resourceSpans":[{"resource":{"entityRefs":[{"type":"service"}]}}]}"#;
    let answer = Request::json(*entity).send(hopline.server.http());
    assert_eq!(answer.status, 200, "row 86: {answer:?}");
}

#[test]
fn row_92_any_text_goes_there_and_back() {
    let hopline = Hopline::start();
    for text in ["🦀 Größe", "\u{202e}right to left", "a\0b", "line\u{2028}break", "\u{10ffff}"]
    {
        let id = new_trace_id();
        let attributes = vec![attribute(text, text)];
        let sent = Span { name: text.to_owned(), attributes, ..span_in(&id, text) };
        hopline.accepts(&request(sent), "row 92");
        let kept = span(&hopline.server, &id);
        assert_eq!(kept.name, text);
        assert_eq!(kept.attributes, [Attribute::new(text, text)]);
    }
}

#[test]
fn row_93_text_that_is_not_utf_8_is_malformed() {
    let hopline = Hopline::start();
    let id = new_trace_id();
    let body = request_of(&[[ids(&id, &[1; 8]), field(5, b"caf\xe9")].concat()]);
    let answer = Request::protobuf(body).send(hopline.server.http());
    assert_eq!(answer.status, 400, "{answer:?}");
    assert_eq!(count(&hopline.server, &id), 0);
}
