//! OTLP/JSON: what senders write, and what is no OTLP/JSON.

use proto::otlp::{DecodeError, Decoded, Limits, Reason, json};
use proto::{Attribute, Span, SpanKind, Value};

use crate::json_value::value;

const IDS: &str = r#""traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"00f067aa0ba902b7""#;

fn decode(body: &str) -> Result<Decoded, DecodeError> {
    json::decode_request(body.as_bytes(), &Limits::default())
}

fn request(span: &str) -> String {
    format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{{span}}}]}}]}}]}}"#)
}

/// The span with valid ids and these `fields`.
pub(crate) fn span(fields: &str) -> Span {
    let decoded = decode(&request(&format!("{IDS},{fields}"))).unwrap();
    assert!(decoded.rejected.is_empty(), "{fields}: {:?}", decoded.rejected);
    decoded.batch.spans().remove(0)
}

/// The error of a request whose span has these `fields`.
pub(crate) fn malformed(fields: &str) -> String {
    match decode(&request(&format!("{IDS},{fields}"))) {
        Err(error @ DecodeError::Malformed { .. }) => error.to_string(),
        other => panic!("{fields}: {other:?}"),
    }
}

fn refused(fields: &str) -> Reason {
    let decoded = decode(&request(fields)).unwrap();
    assert_eq!((decoded.batch.len(), decoded.rejected.spans()), (0, 1), "{fields}");
    decoded.rejected.reasons().next().unwrap().0.clone()
}

/// The example of opentelemetry-proto (`examples/trace.json`), in other words.
#[test]
fn the_example_of_the_specification() {
    let decoded = decode(
        r#"{"resourceSpans": [{
            "resource": {"attributes": [
                {"key": "service.name", "value": {"stringValue": "my.service"}}]},
            "scopeSpans": [{
                "scope": {"name": "my.library", "version": "1.0.0", "attributes": [
                    {"key": "my.scope.attribute", "value": {"stringValue": "some scope attribute"}}]},
                "spans": [{
                    "traceId": "5B8EFFF798038103D269B633813FC60C",
                    "spanId": "EEE19B7EC3C1B174",
                    "parentSpanId": "EEE19B7EC3C1B173",
                    "name": "I'm a server span",
                    "startTimeUnixNano": "1544712660000000000",
                    "endTimeUnixNano": "1544712661000000000",
                    "kind": 2,
                    "attributes": [{"key": "my.span.attr", "value": {"stringValue": "some value"}}]
                }]}]}]}"#,
    )
    .unwrap();
    let [span] = &*decoded.batch.spans() else { panic!("{decoded:?}") };
    assert_eq!(span.trace_id.to_string(), "5b8efff798038103d269b633813fc60c");
    assert_eq!(span.span_id.to_string(), "eee19b7ec3c1b174");
    assert_eq!(span.parent_span_id.unwrap().to_string(), "eee19b7ec3c1b173");
    assert_eq!((span.name.as_str(), span.kind), ("I'm a server span", SpanKind::SERVER));
    assert_eq!(span.start_time_unix_nano, 1_544_712_660_000_000_000);
    assert_eq!(span.duration_nano(), 1_000_000_000);
    assert_eq!(span.attributes, [Attribute::new("my.span.attr", "some value")]);
    assert_eq!(span.service_name(), "my.service");
    assert_eq!((span.scope.name.as_str(), span.scope.version.as_str()), ("my.library", "1.0.0"));
    assert_eq!(span.scope.attributes[0].value, "some scope attribute".into());
}

#[test]
fn ids_are_hex_in_either_case() {
    let upper = request(&format!(
        "{},\"name\":\"x\"",
        IDS.to_uppercase().replace("TRACEID", "traceId").replace("SPANID", "spanId")
    ));
    assert_eq!(decode(&upper).unwrap().batch.spans()[0].trace_id, span("\"name\":\"x\"").trace_id);

    let good = "0af7651916cd43dd8448eb211c80319c";
    for (trace_id, reason) in [
        ("", Reason::TraceIdMissing),
        ("00000000000000000000000000000000", Reason::TraceIdMissing),
        ("0af7651916cd43dd8448eb211c8031", Reason::TraceIdLength(15)),
        ("0af7651916cd43dd8448eb211c80319", Reason::TraceIdText),
        ("0x0af7651916cd43dd8448eb211c8031", Reason::TraceIdText),
        ("CvdlGRbNQ92ESOshHIAxnA==", Reason::TraceIdText),
    ] {
        let fields = format!(r#""traceId":"{trace_id}","spanId":"00f067aa0ba902b7""#);
        assert_eq!(refused(&fields), reason);
    }
    for (span_id, reason) in [
        (r#""""#, Reason::SpanIdMissing),
        ("null", Reason::SpanIdMissing),
        (r#""0000000000000000""#, Reason::SpanIdMissing),
        (r#""5b8e""#, Reason::SpanIdLength(2)),
        (r#""00f067aa0ba902bg""#, Reason::SpanIdText),
    ] {
        assert_eq!(refused(&format!(r#""traceId":"{good}","spanId":{span_id}"#)), reason);
    }
    assert_eq!(refused(r#""name":"x""#), Reason::TraceIdMissing);
    assert_eq!(
        refused(&format!(r#"{IDS},"parentSpanId":"f067aa0ba902b7""#)),
        Reason::ParentIdLength(7)
    );
    assert_eq!(refused(&format!(r#"{IDS},"parentSpanId":"?""#)), Reason::ParentIdText);
    for parent in [r#""""#, "null", r#""0000000000000000""#] {
        assert_eq!(span(&format!(r#""parentSpanId":{parent}"#)).parent_span_id, None);
    }
    malformed(r#""traceId":7"#);
}

#[test]
fn a_bad_span_does_not_harm_its_neighbours() {
    let body = format!(
        r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[
            {{{IDS},"name":"a"}}, {{"name":"b","events":[{{"name":"e"}}]}}, null,
            {{{IDS},"name":"c"}}]}}]}}]}}"#
    );
    let decoded = decode(&body).unwrap();
    let names: Vec<_> = decoded.batch.spans().into_iter().map(|span| span.name).collect();
    assert_eq!((names, decoded.rejected.spans()), (vec!["a".to_owned(), "c".to_owned()], 2));
}

#[test]
fn null_is_absent_everywhere() {
    let keys = [
        "traceState",
        "parentSpanId",
        "flags",
        "name",
        "kind",
        "startTimeUnixNano",
        "endTimeUnixNano",
        "attributes",
        "droppedAttributesCount",
        "events",
        "droppedEventsCount",
        "links",
        "droppedLinksCount",
        "status",
    ];
    let nulls: Vec<_> = keys.iter().map(|key| format!(r#""{key}":null"#)).collect();
    assert_eq!(span(&nulls.join(",")), span(r#""name":"""#));

    for key in [
        "stringValue",
        "boolValue",
        "intValue",
        "doubleValue",
        "arrayValue",
        "kvlistValue",
        "bytesValue",
    ] {
        assert_eq!(value(&format!(r#"{{"{key}":null}}"#)), Value::Empty);
    }
    let inside = r#"
        "attributes":[{"key":null,"value":null}], "status":{"code":null,"message":null},
        "events":[{"timeUnixNano":null,"name":null,"attributes":null,"droppedAttributesCount":null}],
        "links":[{"traceId":null,"spanId":null,"traceState":null,"attributes":null,"flags":null,
            "droppedAttributesCount":null}]"#;
    let span = span(inside);
    assert_eq!(span.attributes, [Attribute::default()]);
    assert_eq!((span.events.len(), span.links.len()), (1, 1));

    for body in [
        r#"{"resourceSpans":null}"#,
        r#"{"resourceSpans":[null]}"#,
        r#"{"resourceSpans":[{"resource":null,"scopeSpans":null,"schemaUrl":null}]}"#,
        r#"{"resourceSpans":[{"resource":{"attributes":null},"scopeSpans":[{"scope":null,"spans":null}]}]}"#,
    ] {
        assert!(decode(body).unwrap().batch.is_empty());
    }
}

#[test]
fn unknown_and_snake_case_keys_are_ignored_everywhere() {
    const U: &str = r#""unknown":{"a":[1,{"b":null}]},"start_time_unix_nano":5"#;
    let body = format!(
        r#"{{{U},"resourceSpans":[{{{U},"resource":{{{U},"entityRefs":[{{"type":"x"}}],
            "attributes":[{{{U},"key":"service.name","keyStrindex":3,
                "value":{{{U},"stringValueStrindex":1,"stringValue":"s"}}}}]}},
            "scopeSpans":[{{{U},"scope":{{{U}}},"spans":[{{{U},{IDS},"trace_state":"no",
                "status":{{{U}}},"events":[{{{U}}}],"links":[{{{U}}}],
                "attributes":[{{"key":"a","value":{{"arrayValue":{{{U},"values":[{{{U}}}]}}}}}}]
            }}]}}]}}]}}"#
    );
    let decoded = decode(&body).unwrap();
    let span = &decoded.batch.spans()[0];
    assert_eq!((span.start_time_unix_nano, span.trace_state.as_str()), (0, ""));
    assert_eq!(span.service_name(), "s");
    assert_eq!((span.events.len(), span.links.len()), (1, 1));
    assert_eq!(span.attribute("a"), Some(&Value::Array(vec![Value::Empty])));
}

#[test]
fn keys_come_in_any_order_and_twice() {
    let body = format!(
        r#"{{"resourceSpans":[{{
            "scopeSpans":[{{"spans":[{{{IDS},"name":"a"}}],"schemaUrl":"s","scope":{{"name":"lib"}}}}],
            "schemaUrl":"r","resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"x"}}}}]}},
            "resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"y"}}}}]}},
            "scopeSpans":[{{"spans":[{{{IDS},"name":"b","name":"c"}}]}}]
        }}]}}"#
    );
    let decoded = decode(&body).unwrap();
    let [first, second] = &*decoded.batch.spans() else { panic!("{decoded:?}") };
    assert_eq!((first.name.as_str(), second.name.as_str()), ("a", "c"));
    assert_eq!((first.scope.name.as_str(), first.scope.schema_url.as_str()), ("lib", "s"));
    assert_eq!((second.scope.name.as_str(), second.resource.schema_url.as_str()), ("", "r"));
    assert_eq!(first.resource.attributes.len(), 2);
    assert_eq!(first.service_name(), "y");
    assert!(std::sync::Arc::ptr_eq(&first.resource, &second.resource));
}

#[test]
fn a_body_that_is_no_single_object_is_malformed() {
    for body in [
        "",
        " ",
        "[]",
        "null",
        "1",
        "\"x\"",
        "{",
        "{}x",
        "{}{}",
        "{}\n{}",
        "\u{feff}{}",
        "{\"a\":}",
        "{'a':1}",
        r#"{"resourceSpans":{}}"#,
        r#"{"resourceSpans":[1]}"#,
        r#"{"resourceSpans":[{"schemaUrl":"\ud800"}]}"#,
    ] {
        let result = decode(body);
        assert!(matches!(result, Err(DecodeError::Malformed { .. })), "{body}: {result:?}");
    }
    let invalid_utf8 =
        json::decode_request(b"{\"resourceSpans\":[{\"schemaUrl\":\"\xff\"}]}", &Limits::default());
    assert!(matches!(invalid_utf8, Err(DecodeError::Malformed { .. })), "{invalid_utf8:?}");
    for body in ["{}", " {} \n", r#"{"resourceLogs":[]}"#] {
        assert_eq!(decode(body).unwrap(), Decoded::default());
    }
}

#[test]
fn errors_name_the_place_and_stay_short() {
    let error = malformed(
        r#""attributes":[{"key":"a"},{"value":{"arrayValue":{"values":[{"intValue":[]}]}}}]"#,
    );
    assert!(
        error.ends_with(
            "(in resourceSpans[0].scopeSpans[0].spans[0].attributes[1].value.arrayValue.values[0].intValue)"
        ),
        "{error}"
    );
    assert!(error.starts_with("malformed request: invalid type: sequence"), "{error}");
    assert!(error.contains("line 1 column"), "{error}");
    let long = "x".repeat(1 << 20);
    for field in ["kind", "attributes", "status", "startTimeUnixNano"] {
        assert!(malformed(&format!(r#""{field}":"{long}""#)).len() < 5000);
    }
}

#[test]
fn links_with_broken_ids_are_dropped_and_counted() {
    let body = format!(
        r#"{IDS},"droppedLinksCount":1,"links":[{{"traceId":"abcd"}},{{}},
            {{"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"zz"}}]"#
    );
    let decoded = decode(&request(&body)).unwrap();
    let span = &decoded.batch.spans()[0];
    assert_eq!((span.links.len(), span.dropped_links_count, decoded.links_dropped), (1, 3, 2));
}

#[test]
fn depth_is_a_reason_to_refuse_not_an_error() {
    let nested = |levels: usize| {
        let open = r#"{"kvlistValue":{"values":[{"key":"k","value":"#.repeat(levels);
        let close = "}]}}".repeat(levels);
        format!(r#""attributes":[{{"key":"k","value":{open}{{"intValue":1}}{close}}}]"#)
    };
    span(&nested(24));
    for levels in [25, 200, 5000] {
        let fields = format!("{IDS},{}", nested(levels));
        assert_eq!(refused(&fields), Reason::ValueDepth(24), "{levels}");
    }
    let spans = format!(r#""spans":[{{{IDS}}},{{{IDS}}}]"#);
    for body in [
        format!(
            r#"{{"resourceSpans":[{{"resource":{{{}}},"scopeSpans":[{{{spans}}}]}}]}}"#,
            nested(25)
        ),
        format!(
            r#"{{"resourceSpans":[{{"scopeSpans":[{{{spans},"scope":{{{}}}}}]}}]}}"#,
            nested(25)
        ),
    ] {
        let decoded = decode(&body).unwrap();
        assert_eq!((decoded.batch.len(), decoded.rejected.spans()), (0, 2));
    }
}
