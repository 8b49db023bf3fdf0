//! OTLP/JSON: proto3's mapping, OTLP's exceptions, and senders' habits (rows 51, 94
//! to 110 of the checklist).

use proto::{Attribute, Value};

use super::hopline::Hopline;
use super::message::json_of;
use super::stored::{count, hex, new_trace_id, span};
use super::wire::{Answer, Request};

fn post(hopline: &Hopline, body: impl Into<Vec<u8>>) -> Answer {
    Request::json(body).send(hopline.server.http())
}

/// A span of these fields beside its ids, there and back.
fn round_trip(hopline: &Hopline, fields: &str) -> proto::Span {
    let id = new_trace_id();
    let ids = format!(r#""traceId":"{}","spanId":"00f067aa0ba902b7""#, hex(&id));
    let comma = if fields.is_empty() { "" } else { "," };
    let answer = post(hopline, json_of(&format!("{ids}{comma}{fields}")));
    assert_eq!((answer.status, answer.text().as_str()), (200, "{}"), "{fields}");
    span(&hopline.server, &id)
}

/// Attributes written as JSON, there and back.
fn values(hopline: &Hopline, values: &[&str]) -> Vec<Value> {
    let attributes: Vec<_> =
        values.iter().map(|value| format!(r#"{{"key":"k","value":{value}}}"#)).collect();
    let fields = format!(r#""attributes":[{}]"#, attributes.join(","));
    round_trip(hopline, &fields).attributes.into_iter().map(|found| found.value).collect()
}

#[test]
fn row_94_ids_are_hexadecimal_in_either_case() {
    let hopline = Hopline::start();
    let id = new_trace_id();
    let (lower, upper) = (hex(&id), hex(&id).to_uppercase());
    let mixed = format!("{}{}", &lower[..16], &upper[16..]);
    for (number, trace) in [lower, upper, mixed].iter().enumerate() {
        let fields = format!(r#""traceId":"{trace}","spanId":"AbCdEf000000000{number}""#);
        assert_eq!(post(&hopline, json_of(&fields)).status, 200);
    }
    assert_eq!(count(&hopline.server, &id), 3);
}

#[test]
fn row_95_other_texts_are_no_ids() {
    let hopline = Hopline::start();
    let id = "5b8efff798038103d269b633813fc60c";
    for (trace, span) in [
        ("W47/95gDgQPSabYzgT/GDA==", "7uGbfsPBsXY="),
        (&format!("0x{id}"), "00f067aa0ba902b7"),
        (&id[1..], "00f067aa0ba902b7"),
        (id, "0x00f067aa0ba902b7"),
        (id, "00f067aa0ba902b"),
        (id, "zzf067aa0ba902b7"),
    ] {
        let answer = post(&hopline, json_of(&format!(r#""traceId":"{trace}","spanId":"{span}""#)));
        assert_eq!(answer.status, 200, "{trace} {span}: {answer:?}");
        let partial = &answer.json()["partialSuccess"];
        assert_eq!(partial["rejectedSpans"], "1", "{trace} {span}: a 64-bit number is a string");
        let message = partial["errorMessage"].as_str().expect("a reason");
        assert!(message.contains("id must"), "{message}");
    }
}

#[test]
fn rows_96_97_times_are_64_bit_numbers_in_any_spelling() {
    let hopline = Hopline::start();
    for spelling in ["\"1500000000000000000\"", "1500000000000000000", "1.5e18", "\"1.5e18\""] {
        let kept = round_trip(&hopline, &format!(r#""startTimeUnixNano":{spelling}"#));
        assert_eq!(kept.start_time_unix_nano, 1_500_000_000_000_000_000, "{spelling}");
    }
    let kept = round_trip(&hopline, r#""endTimeUnixNano":"18446744073709551615""#);
    assert_eq!(kept.end_time_unix_nano, u64::MAX);
    for wrong in ["-1", "\"-1\"", "1.5", "18446744073709551616", "\"x\"", "[1]", "true"] {
        let answer = post(&hopline, json_of(&format!(r#""startTimeUnixNano":{wrong}"#)));
        assert_eq!(answer.status, 400, "{wrong}: {answer:?}");
        assert_eq!(answer.json()["code"], 3, "{wrong}");
    }
}

#[test]
fn row_98_kinds_are_numbers_and_names() {
    let hopline = Hopline::start();
    for (spelling, kind) in
        [("2", 2), ("\"2\"", 2), ("\"SPAN_KIND_SERVER\"", 2), ("99", 99), ("null", 0)]
    {
        assert_eq!(round_trip(&hopline, &format!(r#""kind":{spelling}"#)).kind.0, kind);
    }
    let kept = round_trip(&hopline, r#""status":{"code":"STATUS_CODE_ERROR","message":"m"}"#);
    assert_eq!((kept.status.code.0, kept.status.message.as_str()), (2, "m"));
}

#[test]
fn row_99_null_is_absent() {
    let hopline = Hopline::start();
    let kept = round_trip(
        &hopline,
        r#""name":null,"parentSpanId":null,"traceState":null,"flags":null,"kind":null,
           "startTimeUnixNano":null,"endTimeUnixNano":null,"attributes":null,"events":null,
           "links":null,"status":null,"droppedAttributesCount":null"#,
    );
    assert_eq!((kept.name.as_str(), kept.start_time_unix_nano), ("", 0));
    for body in [
        r#"{"resourceSpans":null}"#,
        r#"{"resourceSpans":[{"resource":null,"scopeSpans":null,"schemaUrl":null}]}"#,
        r#"{"resourceSpans":[{"scopeSpans":[{"scope":null,"spans":null}]}]}"#,
    ] {
        assert_eq!(post(&hopline, body).status, 200, "{body}");
    }
}

#[test]
fn rows_100_101_unknown_keys_are_passed_over_and_snake_case_is_unknown() {
    let hopline = Hopline::start();
    let id = new_trace_id();
    let odd = r#""new":{"a":[1,{"b":null}]}"#;
    let body = format!(
        r#"{{"resourceSpans":[{{"resource":{{"attributes":[{{"key":"k","value":{{"stringValue":"v",{odd}}},{odd}}}],{odd}}},
            "scopeSpans":[{{"scope":{{"name":"s",{odd}}},"spans":[{{"traceId":"{}","spanId":"00f067aa0ba902b7",
            "span_id":7,"start_time_unix_nano":"5","name":"n","status":{{{odd}}},"events":[{{{odd}}}],"links":[{{{odd}}}],{odd}}}],{odd}}}],{odd}}}],{odd}}}"#,
        hex(&id)
    );
    let answer = post(&hopline, body);
    assert_eq!((answer.status, answer.text().as_str()), (200, "{}"));
    let kept = span(&hopline.server, &id);
    assert_eq!((kept.name.as_str(), kept.start_time_unix_nano), ("n", 0));
    assert_eq!(kept.resource.attributes, [Attribute::new("k", "v")]);
    assert_eq!(
        post(&hopline, r#"{"resource_spans":[{"scope_spans":[{"spans":[{}]}]}]}"#).body,
        b"{}"
    );
}

#[test]
fn rows_102_to_105_values_in_every_spelling() {
    let hopline = Hopline::start();
    let bytes = Value::Bytes(vec![0xfb, 0xff, 0xfe, 0x01]);
    let cases: Vec<(&str, Value)> = vec![
        (r#"{"arrayValue":{}}"#, Value::Array(Vec::new())),
        (r#"{"kvlistValue":{}}"#, Value::Map(Vec::new())),
        (r#"{"kvlistValue":{"values":[{}]}}"#, Value::Map(vec![Attribute::new("", Value::Empty)])),
        (r#"{"intValue":"9223372036854775807"}"#, i64::MAX.into()),
        (r#"{"intValue":9223372036854775807}"#, i64::MAX.into()),
        (r#"{"intValue":"-9223372036854775808"}"#, i64::MIN.into()),
        (r#"{"intValue":0}"#, 0.into()),
        (r#"{"doubleValue":1}"#, 1.0.into()),
        (r#"{"doubleValue":"1.5"}"#, 1.5.into()),
        (r#"{"doubleValue":"Infinity"}"#, f64::INFINITY.into()),
        (r#"{"doubleValue":"-Infinity"}"#, f64::NEG_INFINITY.into()),
        (r#"{"bytesValue":"+//+AQ=="}"#, bytes.clone()),
        (r#"{"bytesValue":"-__-AQ=="}"#, bytes.clone()),
        (r#"{"bytesValue":"+//+AQ"}"#, bytes),
        (r#"{"bytesValue":""}"#, Value::Bytes(Vec::new())),
        (r#"{"stringValue":""}"#, "".into()),
        (r#"{"boolValue":false}"#, false.into()),
        ("{}", Value::Empty),
        ("null", Value::Empty),
    ];
    let written: Vec<_> = cases.iter().map(|(written, _)| *written).collect();
    let stored = values(&hopline, &written);
    assert_eq!(stored.len(), cases.len());
    for ((written, expect), stored) in cases.iter().zip(&stored) {
        assert_eq!(stored, expect, "{written}");
    }
    let nan = values(&hopline, &[r#"{"doubleValue":"NaN"}"#]);
    assert!(matches!(nan[0], Value::Double(value) if value.is_nan()), "{nan:?}");
    for wrong in [r#"{"intValue":"1.5"}"#, r#"{"bytesValue":"*"}"#, r#"{"boolValue":"yes"}"#] {
        let body = json_of(&format!(r#""attributes":[{{"key":"k","value":{wrong}}}]"#));
        assert_eq!(post(&hopline, body).status, 400, "{wrong}");
    }
}

#[test]
fn rows_51_106_107_109_what_is_no_request_is_malformed() {
    let hopline = Hopline::start();
    let deep = "[".repeat(10_000);
    for (row, body) in [
        (51, ""),
        (51, "  "),
        (106, "[]"),
        (106, "\"x\""),
        (106, "null"),
        (106, "7"),
        (106, "{} x"),
        (106, "{}\n{}"),
        (106, "{"),
        (106, "{\"resourceSpans\":{}}"),
        (107, "\u{feff}{}"),
        (109, deep.as_str()),
        (109, &format!("{{\"unknown\":{deep}")),
        (109, &format!("{{\"resourceSpans\":{deep}")),
    ] {
        let answer = post(&hopline, body);
        let shown = &body[..body.len().min(40)];
        assert_eq!(answer.status, 400, "row {row}, {shown}: {answer:?}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
        let status = answer.json();
        assert_eq!(status["code"], 3, "row {row}, {shown}");
        assert!(status["message"].as_str().is_some_and(|text| !text.is_empty()));
        let detail = &status["details"][0]["@type"];
        assert_eq!(detail, "type.googleapis.com/google.rpc.BadRequest", "row {row}, {shown}");
    }
    let spaced = post(&hopline, " \r\n\t{ } \n");
    assert_eq!(spaced.status, 200, "white space around a document is part of JSON");
}

/// The shape of the specification's own example: every common field once.
#[test]
fn row_108_a_whole_request() {
    let hopline = Hopline::start();
    let id = new_trace_id();
    let body = serde_json::json!({"resourceSpans": [{
        "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]},
        "scopeSpans": [{
            "scope": {
                "name": "shop.library",
                "version": "1.0.0",
                "attributes": [{"key": "team", "value": {"stringValue": "checkout"}}],
            },
            "spans": [{
                "traceId": hex(&id).to_uppercase(),
                "spanId": "EEE19B7EC3C1B174",
                "parentSpanId": "EEE19B7EC3C1B173",
                "name": "I'm a server span",
                "startTimeUnixNano": "1544712660000000000",
                "endTimeUnixNano": "1544712661000000000",
                "kind": 2,
                "flags": 257,
                "attributes": [{"key": "http.route", "value": {"stringValue": "/cart"}}],
                "events": [{"timeUnixNano": "1544712660500000000", "name": "retry"}],
                "links": [{"traceId": "07".repeat(16), "spanId": "07".repeat(8)}],
                "status": {"code": 2, "message": "out of stock"},
            }],
        }],
    }]});
    assert_eq!(post(&hopline, body.to_string()).body, b"{}");
    let kept = span(&hopline.server, &id);
    assert_eq!(kept.span_id.to_string(), "eee19b7ec3c1b174");
    assert_eq!(kept.parent_span_id.map(|id| id.to_string()).as_deref(), Some("eee19b7ec3c1b173"));
    assert_eq!((kept.name.as_str(), kept.kind.0, kept.flags), ("I'm a server span", 2, 257));
    assert_eq!(kept.start_time_unix_nano, 1_544_712_660_000_000_000);
    assert_eq!(kept.end_time_unix_nano, 1_544_712_661_000_000_000);
    assert_eq!(kept.attributes, [Attribute::new("http.route", "/cart")]);
    assert_eq!((kept.events[0].name.as_str(), kept.links.len()), ("retry", 1));
    assert_eq!((kept.status.code.0, kept.status.message.as_str()), (2, "out of stock"));
    assert_eq!(kept.service_name(), "shop");
    assert_eq!((kept.scope.name.as_str(), kept.scope.version.as_str()), ("shop.library", "1.0.0"));
    assert_eq!(kept.scope.attributes, [Attribute::new("team", "checkout")]);
}

#[test]
fn row_110_a_key_that_occurs_twice_has_its_last_value() {
    let hopline = Hopline::start();
    let kept = round_trip(&hopline, r#""name":"first","name":"last""#);
    assert_eq!(kept.name, "last");
}
