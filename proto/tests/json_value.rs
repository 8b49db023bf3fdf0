//! OTLP/JSON: how a number, an enum, a value may be written.

use proto::{Attribute, SpanKind, StatusCode, Value};

use crate::json::{malformed, span};

pub(crate) fn value(text: &str) -> Value {
    let mut span = span(&format!(r#""attributes":[{{"key":"k","value":{text}}}]"#));
    assert_eq!((span.attributes.len(), span.attributes[0].key.as_str()), (1, "k"));
    span.attributes.remove(0).value
}

#[test]
fn numbers_may_be_strings_and_have_exponents() {
    for time in
        ["1500000000000000000", "\"1500000000000000000\"", "1.5e18", "\"1.5e18\"", "1.5E+18"]
    {
        let span = span(&format!(r#""startTimeUnixNano":{time}"#));
        assert_eq!(span.start_time_unix_nano, 1_500_000_000_000_000_000, "{time}");
    }
    let max = span(&format!(r#""endTimeUnixNano":"{}","startTimeUnixNano":0"#, u64::MAX));
    assert_eq!((max.end_time_unix_nano, max.start_time_unix_nano), (u64::MAX, 0));
    for time in [
        "-1",
        "\"-1\"",
        "1.5",
        "18446744073709551616",
        "\"18446744073709551616\"",
        "\"\"",
        "\"inf\"",
        "true",
        "[]",
        "{}",
        "1e400",
    ] {
        let error = malformed(&format!(r#""startTimeUnixNano":{time}"#));
        assert!(error.contains("spans[0].startTimeUnixNano"), "{time}: {error}");
    }

    assert_eq!(span(r#""flags":"257","droppedLinksCount":3.0"#).flags, 257);
    malformed(r#""flags":4294967296"#);
    malformed(r#""droppedEventsCount":-1"#);
}

#[test]
fn enums_are_numbers_and_their_names_are_taken() {
    for (text, kind) in [
        ("2", SpanKind::SERVER),
        ("\"2\"", SpanKind::SERVER),
        ("\"SPAN_KIND_SERVER\"", SpanKind::SERVER),
        ("2.0", SpanKind::SERVER),
        ("99", SpanKind(99)),
        ("-2", SpanKind(-2)),
        ("null", SpanKind::UNSPECIFIED),
    ] {
        assert_eq!(span(&format!(r#""kind":{text}"#)).kind, kind);
    }
    malformed(r#""kind":"server""#);
    for (text, code) in [
        ("2", StatusCode::ERROR),
        ("\"STATUS_CODE_ERROR\"", StatusCode::ERROR),
        ("7", StatusCode(7)),
    ] {
        assert_eq!(span(&format!(r#""status":{{"code":{text}}}"#)).status.code, code);
    }
    assert_eq!(span(r#""status":{}"#).status.code, StatusCode::UNSET);
}

#[test]
fn values_of_every_type() {
    assert_eq!(value(r#"{"stringValue":"🦀\u0000\u2028"}"#), "🦀\0\u{2028}".into());
    assert_eq!(value(r#"{"stringValue":""}"#), "".into());
    assert_eq!(value(r#"{"boolValue":false}"#), false.into());
    assert_eq!(value(r#"{"intValue":"9223372036854775807"}"#), i64::MAX.into());
    assert_eq!(value(r#"{"intValue":-9223372036854775808}"#), i64::MIN.into());
    assert_eq!(value(r#"{"intValue":1e3}"#), 1000.into());
    assert_eq!(value(r#"{"doubleValue":1}"#), 1.0.into());
    assert_eq!(value(r#"{"doubleValue":"1.5"}"#), 1.5.into());
    assert_eq!(value(r#"{"doubleValue":"Infinity"}"#), f64::INFINITY.into());
    assert_eq!(value(r#"{"doubleValue":"-Infinity"}"#), f64::NEG_INFINITY.into());
    assert!(matches!(value(r#"{"doubleValue":"NaN"}"#), Value::Double(nan) if nan.is_nan()));
    let zero = value(r#"{"doubleValue":-0.0}"#);
    assert!(matches!(zero, Value::Double(zero) if zero.is_sign_negative()));
    for text in ["++/+", "--_-", "++/+"] {
        let bytes = Value::Bytes(vec![0xfb, 0xef, 0xfe]);
        assert_eq!(value(&format!(r#"{{"bytesValue":"{text}"}}"#)), bytes);
    }
    for text in ["AQ==", "AQ=", "AQ"] {
        assert_eq!(value(&format!(r#"{{"bytesValue":"{text}"}}"#)), Value::Bytes(vec![1]));
    }
    assert_eq!(value(r#"{"arrayValue":{}}"#), Value::Array(vec![]));
    assert_eq!(value(r#"{"arrayValue":{"values":null}}"#), Value::Array(vec![]));
    assert_eq!(value(r#"{"kvlistValue":{}}"#), Value::Map(vec![]));
    let mixed = vec![1.into(), Value::Empty, "x".into(), Value::Array(vec![true.into()])];
    assert_eq!(
        value(
            r#"{"arrayValue":{"values":[{"intValue":1},{},{"stringValue":"x"},
                {"arrayValue":{"values":[{"boolValue":true}]}}]}}"#
        ),
        Value::Array(mixed)
    );
    assert_eq!(
        value(r#"{"kvlistValue":{"values":[{"key":"a"},{"value":{"intValue":2}}]}}"#),
        Value::Map(vec![Attribute::new("a", Value::Empty), Attribute::new("", 2)])
    );
    assert_eq!(value("{}"), Value::Empty);
    assert_eq!(value(r#"{"stringValue":"x","intValue":null}"#), "x".into());
    for text in [
        r#"{"boolValue":"true"}"#,
        r#"{"stringValue":1}"#,
        r#"{"bytesValue":"?"}"#,
        r#"{"intValue":1.5}"#,
        r#"{"doubleValue":"x"}"#,
        r#"{"arrayValue":[]}"#,
        "[]",
        "\"x\"",
    ] {
        malformed(&format!(r#""attributes":[{{"value":{text}}}]"#));
    }
}
