//! The receiver's behaviours that are decided by the bytes alone, in protobuf.

use proto::otlp::response::Status;
use proto::otlp::{DecodeError, Decoded, Limits, Reason, protobuf};
use proto::testing::trace;
use proto::{Attribute, Span, SpanKind, StatusCode, Value};

use crate::wire::field;

fn decode(body: &[u8]) -> Result<Decoded, DecodeError> {
    protobuf::decode_request(body, &Limits::default())
}

/// A request with one span of these bytes.
fn request(span: &[u8]) -> Vec<u8> {
    field(1, &field(2, &field(2, span)))
}

fn ids() -> Vec<u8> {
    [field(1, &[1; 16]), field(2, &[2; 8])].concat()
}

/// The span with valid ids and these further bytes.
fn span(fields: &[u8]) -> Span {
    let decoded = decode(&request(&[&ids(), fields].concat())).unwrap();
    assert!(decoded.rejected.is_empty(), "{:?}", decoded.rejected);
    decoded.batch.spans().remove(0)
}

fn refused(span: &[u8]) -> Reason {
    let decoded = decode(&request(span)).unwrap();
    assert_eq!((decoded.batch.len(), decoded.rejected.spans()), (0, 1));
    decoded.rejected.reasons().next().unwrap().0.clone()
}

fn malformed(span: &[u8]) -> String {
    match decode(&request(span)) {
        Err(error @ DecodeError::Malformed { .. }) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

fn there_and_back(span: &Span) -> Span {
    let decoded = decode(&protobuf::encode_request(std::slice::from_ref(span))).unwrap();
    assert_eq!(decoded.batch.len(), 1, "{:?}", decoded.rejected);
    decoded.batch.spans().remove(0)
}

#[test]
fn rows_49_and_50_empty_requests_and_envelopes() {
    assert_eq!(decode(&[]).unwrap(), Decoded::default());
    for body in [field(1, &[]), field(1, &field(2, &[])), field(1, &field(1, &[]))] {
        assert_eq!(decode(&body).unwrap(), Decoded::default());
    }
}

#[test]
fn row_54_one_bad_span_of_a_hundred() {
    let good = field(2, &ids());
    let bad = field(2, &[field(1, &[1; 15]), field(2, &[2; 8])].concat());
    let body = [good.repeat(50), bad, good.repeat(49)].concat();
    let decoded = decode(&field(1, &field(2, &body))).unwrap();
    assert_eq!((decoded.batch.len(), decoded.rejected.spans()), (99, 1));
    let message = decoded.rejected.error_message();
    assert_eq!(message, "refused 1 spans: trace id must have 16 bytes, has 15 (1)");
}

#[test]
fn rows_55_to_59_ids() {
    let trace_id = field(1, &[1; 16]);
    let span_id = field(2, &[2; 8]);
    for (span, reason) in [
        (vec![], Reason::TraceIdMissing),
        (span_id.clone(), Reason::TraceIdMissing),
        ([field(1, &[0; 16]), span_id.clone()].concat(), Reason::TraceIdMissing),
        ([field(1, &[1; 17]), span_id].concat(), Reason::TraceIdLength(17)),
        (trace_id.clone(), Reason::SpanIdMissing),
        ([trace_id.clone(), field(2, &[0; 8])].concat(), Reason::SpanIdMissing),
        ([trace_id, field(2, &[2; 7])].concat(), Reason::SpanIdLength(7)),
        ([ids(), field(4, &[3; 7])].concat(), Reason::ParentIdLength(7)),
    ] {
        assert_eq!(refused(&span), reason);
    }
    assert_eq!(span(&field(4, &[0; 8])).parent_span_id, None);
    assert_eq!(span(&[]).parent_span_id, None);
}

/// Logs have the same field numbers, but a time where a span has its trace id.
#[test]
fn row_58_logs_on_the_path_of_traces() {
    let record = [&[0x09, 1, 2, 3, 4, 5, 6, 7, 8][..], &[0x10, 9]].concat();
    assert_eq!(
        malformed(&record),
        "malformed request: expected wire type length-delimited, found fixed64, at byte \
         6; is this OTLP traces? (in resource_spans[0].scope_spans[0].spans[0].trace_id)"
    );
}

#[test]
fn rows_60_to_70_odd_spans_are_kept_as_they_are() {
    let own_parent = span(&field(4, &[2; 8]));
    assert_eq!(own_parent.parent_span_id, Some(own_parent.span_id));
    assert_eq!(span(&[]).kind, SpanKind::UNSPECIFIED);
    assert_eq!(span(&[0x30, 99]).kind, SpanKind(99));
    assert_eq!(span(&[0x7a, 2, 0x18, 7]).status.code, StatusCode(7));
    assert_eq!(span(&[]).name, "");
    assert_eq!(span(&[]).service_name(), "unknown_service");

    let mut odd = trace("a b 0..1").remove(0);
    for (start, end) in [(5, 3), (0, 0), (1, u64::MAX), (u64::MAX, u64::MAX), (0, 7)] {
        odd.start_time_unix_nano = start;
        odd.end_time_unix_nano = end;
        assert_eq!(there_and_back(&odd), odd);
    }
}

#[test]
fn rows_71_to_75_attributes() {
    let mut span = trace("a b 0..1 k=1 k=2").remove(0);
    assert_eq!(there_and_back(&span), span);
    assert_eq!(span.attribute("k"), Some(&Value::Int(2)));

    span.attributes = [
        "text".into(),
        true.into(),
        i64::MIN.into(),
        i64::MAX.into(),
        (-0.0).into(),
        f64::NAN.into(),
        f64::INFINITY.into(),
        Value::Bytes(vec![0, 255]),
        Value::Empty,
        Value::Array(vec![1.into(), "x".into(), Value::Empty, Value::Array(vec![])]),
        Value::Map(vec![Attribute::new("", Value::Map(vec![]))]),
        "x".repeat(1 << 20).into(),
    ]
    .into_iter()
    .map(|value| Attribute { key: String::new(), value })
    .collect();
    assert_eq!(format!("{:?}", there_and_back(&span)), format!("{span:?}"));

    span.attributes = (0..10_000).map(|n| Attribute::new(format!("k{n}"), n)).collect();
    assert_eq!(there_and_back(&span), span);
}

#[test]
fn rows_76_and_77_nesting() {
    let nested = |levels| (0..levels).fold(Value::Int(1), |value, _| Value::Array(vec![value]));
    let mut span = trace("a b 0..1").remove(0);
    for (levels, is_kept) in [(10, true), (24, true), (25, false), (200, false)] {
        span.attributes = vec![Attribute::new("k", nested(levels))];
        let decoded = decode(&protobuf::encode_request(&[span.clone(), span.clone()])).unwrap();
        assert_eq!(decoded.batch.len(), if is_kept { 2 } else { 0 });
        assert_eq!(decoded.rejected.spans(), if is_kept { 0 } else { 2 });
    }
    // In a resource or scope, its spans go.
    let deep = Attribute::new("k", nested(25));
    let mut in_resource = trace("a b 0..1").remove(0);
    std::sync::Arc::make_mut(&mut in_resource.resource).attributes.push(deep.clone());
    let mut in_scope = trace("a b 0..1").remove(0);
    std::sync::Arc::make_mut(&mut in_scope.scope).attributes.push(deep);
    let good = trace("a b 0..1").remove(0);
    let decoded = decode(&protobuf::encode_request(&[in_resource, in_scope, good])).unwrap();
    assert_eq!((decoded.batch.len(), decoded.rejected.spans()), (1, 2));
    // Far deeper than any stack.
    let mut deep = vec![];
    for _ in 0..20_000 {
        deep = field(5, &field(1, &deep));
    }
    let attribute = field(9, &field(2, &deep));
    assert_eq!(refused(&[ids(), attribute].concat()), Reason::ValueDepth(24));
}

#[test]
fn row_78_profile_only_fields_are_ignored() {
    let attribute = [field(1, b"k"), vec![0x18, 5], field(2, &[0x40, 7])].concat();
    assert_eq!(span(&field(9, &attribute)).attributes, [Attribute::new("k", Value::Empty)]);
}

#[test]
fn rows_79_and_80_links() {
    let to_self = [field(1, &[1; 16]), field(2, &[2; 8])].concat();
    let broken = field(1, &[1; 3]);
    let links = [field(13, &to_self).repeat(1000), field(13, &broken), field(13, &[])].concat();
    let body = request(&[ids(), links, vec![0x70, 4]].concat());
    let decoded = decode(&body).unwrap();
    let span = &decoded.batch.spans()[0];
    assert_eq!(span.links.len(), 1001);
    assert_eq!((span.dropped_links_count, decoded.links_dropped), (5, 1));
    assert_eq!((span.links[0].trace_id, span.links[0].span_id), (span.trace_id, span.span_id));
}

#[test]
fn rows_82_to_86_flags_trace_state_schema_scope_entities() {
    for flags in [0x1, 0x101, 0x301, u32::MAX] {
        let mut span = trace("a b 0..1").remove(0);
        span.flags = flags;
        span.trace_state = "a=1,b=2, garbage \u{0}".to_owned();
        assert_eq!(there_and_back(&span), span);
    }
    let resource = [field(3, &field(2, b"service")), field(1, &field(1, b"k"))].concat();
    let body = [field(1, &resource), field(2, &field(2, &ids())), field(3, b"url")].concat();
    let decoded = decode(&field(1, &body)).unwrap();
    assert_eq!(decoded.batch.spans()[0].resource.attributes.len(), 1);
    assert_eq!(decoded.batch.spans()[0].resource.schema_url, "url");
}

#[test]
fn rows_87_and_88_unknown_fields() {
    let unknown = [
        &[0xb8, 0x3e, 1][..],
        &[0xb9, 0x3e, 1, 2, 3, 4, 5, 6, 7, 8],
        &[0xba, 0x3e, 2, 1, 2],
        &[0xbb, 0x3e, 0x08, 1, 0x13, 0x14, 0xbc, 0x3e],
        &[0xbd, 0x3e, 1, 2, 3, 4],
    ]
    .concat();
    let with = |fields: &[u8]| [&unknown[..], fields, &unknown].concat();
    let attribute = with(&field(2, &with(&field(5, &with(&field(1, &with(&[0x18, 3])))))));
    let inside = [
        with(&ids()),
        field(9, &attribute),
        field(11, &unknown),
        field(13, &unknown),
        field(15, &unknown),
    ]
    .concat();
    let scope_spans = [with(&field(1, &unknown)), field(2, &inside)].concat();
    let body = with(&field(1, &with(&[field(1, &unknown), field(2, &scope_spans)].concat())));
    let decoded = decode(&body).unwrap();
    let span = &decoded.batch.spans()[0];
    assert_eq!(span.attributes, [Attribute::new("", Value::Array(vec![3.into()]))]);
    assert_eq!((span.events.len(), span.links.len()), (1, 1));
}

#[test]
fn row_89_repeated_and_out_of_order_fields() {
    let odd = span(
        &[
            field(5, b"first"),
            vec![0x30, 1, 0x30, 0x83, 0x80, 0x00],
            field(15, &field(2, b"message")),
            field(15, &[0x18, 2]),
            field(5, b"last"),
            // One attribute in pieces: its value's arrays are joined.
            field(
                9,
                &[
                    field(2, &field(5, &field(1, &[0x18, 1]))),
                    field(1, b"k"),
                    field(2, &field(5, &field(1, &[0x18, 2]))),
                ]
                .concat(),
            ),
        ]
        .concat(),
    );
    assert_eq!((odd.name.as_str(), odd.kind), ("last", SpanKind::CLIENT));
    assert_eq!((odd.status.code, odd.status.message.as_str()), (StatusCode::ERROR, "message"));
    assert_eq!(odd.attribute("k"), Some(&Value::Array(vec![1.into(), 2.into()])));

    let scope_spans =
        [field(2, &ids()), field(1, &field(1, b"lib")), field(1, &field(2, b"1"))].concat();
    let service = field(1, &[field(1, b"service.name"), field(2, &field(1, b"s"))].concat());
    let more = field(1, &field(1, b"more"));
    let body =
        [field(2, &scope_spans), field(1, &service), field(3, b"url"), field(1, &more)].concat();
    let decoded = decode(&field(1, &body)).unwrap();
    let span = &decoded.batch.spans()[0];
    assert_eq!(span.service_name(), "s");
    assert_eq!((span.resource.attributes.len(), span.resource.schema_url.as_str()), (2, "url"));
    assert_eq!((span.scope.name.as_str(), span.scope.version.as_str()), ("lib", "1"));
}

#[test]
fn row_89_a_start_behind_events_and_a_second_start() {
    let start = |nano: u64| [&[0x39][..], &nano.to_le_bytes()].concat();
    let event = |nano: u64, name: &[u8]| {
        field(11, &[&[0x09][..], &nano.to_le_bytes(), &field(2, name)].concat())
    };
    for fields in [
        [event(150, b"a"), start(100), event(90, b"b")].concat(),
        [start(7), event(150, b"a"), event(90, b"b"), start(100)].concat(),
        [start(100), event(150, b"a"), start(100), event(90, b"b")].concat(),
    ] {
        let odd = span(&fields);
        assert_eq!(odd.start_time_unix_nano, 100);
        let events: Vec<_> =
            odd.events.iter().map(|event| (event.time_unix_nano, event.name.as_str())).collect();
        assert_eq!(events, [(150, "a"), (90, "b")]);
    }
}

#[test]
fn row_89_a_value_in_pieces_has_the_last_member() {
    let value = |pieces: &[&[u8]]| {
        let pieces: Vec<u8> = pieces.iter().flat_map(|piece| field(2, piece)).collect();
        let odd = span(&field(9, &[field(1, b"k"), pieces].concat()));
        odd.attribute("k").unwrap().clone()
    };
    let text = field(1, b"text");
    let list = field(5, &field(1, &[0x18, 1]));
    assert_eq!(value(&[&[0x18, 1], &text]), Value::from("text"));
    assert_eq!(value(&[&text, &[0x18, 1]]), Value::from(1));
    assert_eq!(value(&[&list, &text, &list]), Value::Array(vec![1.into()]));
    assert_eq!(value(&[&text, &[], &[]]), Value::from("text"));
    assert_eq!(value(&[&[&text[..], &[0x10, 1]].concat()]), Value::from(true));
    let not_utf8 = field(1, b"\xff");
    let message = field(2, &[&not_utf8[..], &text].concat());
    let error = malformed(&[ids(), field(9, &message)].concat());
    assert!(error.ends_with("attributes[0].value.string_value)"), "{error}");
}

#[test]
fn rows_92_and_93_text() {
    let mut odd = trace("a b 0..1").remove(0);
    odd.name = "🦀 שלום nul\0 \u{2028}".to_owned();
    assert_eq!(there_and_back(&odd), odd);
    let error = malformed(&[ids(), field(5, b"ab\xffc")].concat());
    assert!(error.contains("text is no UTF-8, at byte 38"), "{error}");
    assert!(error.ends_with("(in resource_spans[0].scope_spans[0].spans[0].name)"), "{error}");
}

#[test]
fn row_111_malformed_requests_name_field_and_byte() {
    let error = decode(&[0x0a, 5, 1]).unwrap_err();
    let status = Status::from(&error);
    assert_eq!((status.code, status.field_violations.len()), (3, 1));
    assert_eq!(status.message, "malformed request: the bytes end inside a field, at byte 2");
    let in_event = malformed(&[ids(), field(11, &[]), field(11, &[0x08, 1])].concat());
    assert!(in_event.ends_with("spans[0].events[1].time_unix_nano)"), "{in_event}");
}
