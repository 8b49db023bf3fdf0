//! There and back, what is refused and in which words, and noise.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;
use crate::otlp::Limits;
use crate::testing::span_strategy;
use crate::{SpanId, SpanKind, StatusCode, TraceId, Value};

fn read(text: &str) -> Vec<crate::Span> {
    json::decode_spans(text.as_bytes(), &Limits::default()).unwrap().batch.spans()
}

fn written<'a>(spans: impl IntoIterator<Item = &'a crate::Span>) -> String {
    let mut out = String::new();
    json::write_spans(&mut out, spans.into_iter().map(Span::from));
    out
}

fn refusal(text: &str) -> String {
    json::decode_spans(text.as_bytes(), &Limits::default()).unwrap_err().to_string()
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => select(vec!["", "get", "größe 🦀\u{2028}", "nul\0nul", "\"quoted\"\\", "zipkin"])
            .prop_map(str::to_owned),
        1 => any::<String>(),
    ]
}

fn any_endpoint() -> impl Strategy<Value = Endpoint> {
    let ip = (any::<Option<[u8; 4]>>(), any::<Option<[u8; 16]>>());
    (any_text(), ip, any::<u16>()).prop_map(|(service_name, (ipv4, ipv6), port)| {
        let mut endpoint =
            Endpoint { service_name: service_name.to_lowercase(), port, ..Endpoint::default() };
        ipv6.into_iter().for_each(|ip| endpoint.set_ip(ip.into()));
        ipv4.into_iter().for_each(|ip| endpoint.set_ip(ip.into()));
        endpoint
    })
}

/// Any span that Zipkin can say.
fn zipkin_span() -> impl Strategy<Value = Span> {
    let ids = (1..u128::MAX, any::<Option<u64>>(), 1..u64::MAX, any::<bool>());
    let kinds = select(vec![
        None,
        Some(Kind::Client),
        Some(Kind::Server),
        Some(Kind::Producer),
        Some(Kind::Consumer),
    ]);
    // Nanoseconds end in the year 2554.
    let times = (prop_oneof![Just(0), 1..18_000_000_000_000_000u64], 0..1_000_000_000u64);
    let annotation = (1..18_000_000_000_000_000u64, any_text())
        .prop_map(|(timestamp, value)| Annotation { timestamp, value });
    let keys = select(vec!["error", "peer.service", "otel.status_code", "zipkin", "", "http.path"]);
    let tag = (keys.prop_map(str::to_owned), any_text());
    let most = (ids, kinds, any_text(), times, (any_endpoint(), any_endpoint()));
    (most, vec(annotation, 0..4), vec(tag, 0..5), any::<[bool; 2]>()).prop_map(
        |((ids, kind, name, times, ends), annotations, tags, [debug, shared])| {
            let (trace_id, parent_id, id, is_short) = ids;
            let trace_id = if is_short { trace_id % (1 << 64) + 1 } else { trace_id };
            let mut span = Span {
                trace_id: TraceId::new(trace_id.to_be_bytes()),
                parent_id: parent_id.map(|id| SpanId::new(id.to_be_bytes())),
                id: SpanId::new(id.to_be_bytes()),
                kind,
                name: name.to_lowercase(),
                timestamp: times.0,
                duration: times.1,
                local_endpoint: ends.0,
                remote_endpoint: ends.1,
                annotations,
                tags,
                debug,
                shared,
            };
            span.normalise();
            span
        },
    )
}

proptest! {
    #[test]
    fn what_zipkin_says_goes_there_and_back(spans in vec(zipkin_span(), 0..6)) {
        let mut text = String::new();
        json::write_spans(&mut text, spans.clone());
        let model = read(&text);
        let back: Vec<Span> = model.iter().map(Span::from).collect();
        prop_assert_eq!(&back, &spans);
        prop_assert_eq!(written(&model), text);
        // Through OTLP, too.
        let otlp = crate::otlp::json::encode_request(&model);
        let read = crate::otlp::json::decode_request(otlp.as_bytes(), &Limits::default()).unwrap();
        let mut back: Vec<Span> = read.batch.spans().iter().map(Span::from).collect();
        back.sort_by_key(|span| span.id);
        let mut spans = spans;
        spans.sort_by_key(|span| span.id);
        prop_assert_eq!(back, spans);
    }

    #[test]
    fn any_span_of_the_model_is_written_as_one_that_zipkin_reads(
        spans in vec(span_strategy(), 0..6),
    ) {
        let text = written(&spans);
        prop_assert_eq!(written(&read(&text)), text);
    }

    #[test]
    fn changed_bytes_are_read_or_refused(
        spans in vec(zipkin_span(), 1..4),
        changes in vec((any::<Index>(), any::<u8>()), 1..4),
    ) {
        let mut text = String::new();
        json::write_spans(&mut text, spans);
        let mut bytes = text.into_bytes();
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        drop(json::decode_spans(&bytes, &Limits::default()));
        drop(protobuf::decode_spans(&bytes, &Limits::default()));
    }

    #[test]
    fn noise_is_no_panic(bytes: Vec<u8>) {
        drop(json::decode_spans(&bytes, &Limits::default()));
        drop(protobuf::decode_spans(&bytes, &Limits::default()));
    }
}

#[test]
fn a_span_in_the_model_speaks_open_telemetry() {
    let spans = read(r#"[{"traceId":"a1","id":"2"}]"#);
    assert_eq!(spans[0].kind, SpanKind::UNSPECIFIED);
    let text = r#"[{"traceId":"a1","parentId":"2","id":"2","kind":"CLIENT","name":"GET /Cart",
        "timestamp":"1500","duration":20,"localEndpoint":{"serviceName":"Front","ipv4":"1.2.3"},
        "remoteEndpoint":{"serviceName":"DB","ipv6":"::ffff:9.9.9.9","ipv4":"10.0.0.01","port":5432},
        "annotations":[{"timestamp":1501,"value":"ws"},{"timestamp":1501,"value":"ws"}],
        "tags":{"error":"timeout","n":7},"shared":true,"unknown":[{"x":1}]}]"#;
    let spans = read(text);
    let span = &spans[0];
    assert_eq!(span.service_name(), "Front");
    assert_eq!((span.kind, span.parent_span_id), (SpanKind::CLIENT, None));
    assert_eq!((span.start_time_unix_nano, span.end_time_unix_nano), (1_500_000, 1_520_000));
    assert_eq!((span.status.code, span.status.message.as_str()), (StatusCode::ERROR, "timeout"));
    assert_eq!(span.attribute("peer.service"), Some(&Value::from("DB")));
    assert_eq!(span.attribute("network.peer.address"), Some(&Value::from("10.0.0.1")));
    assert_eq!(span.attribute("n"), Some(&Value::from("7")));
    assert_eq!(span.events.len(), 1);
    assert_eq!(
        written(&spans),
        r#"[{"traceId":"00000000000000a1","id":"0000000000000002","kind":"CLIENT","name":"get /cart","timestamp":1500,"duration":20,"localEndpoint":{"serviceName":"front"},"remoteEndpoint":{"serviceName":"db","ipv4":"10.0.0.1","port":5432},"annotations":[{"timestamp":1501,"value":"ws"}],"tags":{"error":"timeout","n":"7"}}]"#
    );
}

#[test]
fn other_spans_are_written_by_the_table() {
    let mut span = crate::testing::trace("front GET 0..10").remove(0);
    span.kind = SpanKind::CLIENT;
    span.status.code = StatusCode::ERROR;
    span.attributes = vec![
        crate::Attribute::new("error", "false"),
        crate::Attribute::new("server.address", "Stock"),
        crate::Attribute::new("n", 7),
    ];
    let zipkin = Span::from(&span);
    assert_eq!(zipkin.remote_endpoint.service_name, "stock");
    assert_eq!(zipkin.tag("error"), Some(""));
    assert_eq!(zipkin.tag("otel.status_code"), Some("ERROR"));
    assert_eq!(zipkin.tag("n"), Some("7"));
    span.kind = SpanKind::INTERNAL;
    let zipkin = Span::from(&span);
    assert!(zipkin.remote_endpoint.is_empty() && zipkin.kind.is_none());
}

/// The words of Zipkin 3.5.1 begin like this.
#[test]
fn what_is_wrong_is_said_in_zipkins_words() {
    for (text, words) in [
        ("{}", "Expected a JSON_V2 encoded list"),
        (r#"[{"traceId":"1"}]"#, "Missing : id reading List<Span> from json"),
        (r#"[{"id":"1"}]"#, "Missing : traceId reading List<Span> from json"),
        (r#"[{"traceId":null,"id":"1"}]"#, "Expected a string but was NULL"),
        (r#"[{"traceId":"1","id":"g"}]"#, "g should be lower-hex encoded with no prefix"),
        (r#"[{"traceId":"ABC","id":"1"}]"#, "ABC should be lower-hex encoded with no prefix"),
        (r#"[{"traceId":"000","id":"1"}]"#, "traceId is all zeros reading"),
        (r#"[{"traceId":"","id":"1"}]"#, "traceId is empty reading"),
        (r#"[{"traceId":"123456789012345678901234567890123"}]"#, "traceId.length > 32 reading"),
        (r#"[{"traceId":"1","id":"12345678901234567"}]"#, "id.length > 16 reading"),
        (r#"[{"traceId":"1","id":"2","kind":"FOO"}]"#, "No enum constant zipkin2.Span.Kind.FOO"),
        (r#"[{"traceId":"1","id":"2","tags":{"foo":true}}]"#, "Expected a string but was BOOLEAN"),
        (r#"[{"traceId":"1","id":"2","tags":{"foo":null}}]"#, "No value at $.tags.foo"),
        (r#"[{"traceId":"1","id":"2","tags":[]}]"#, "Malformed"),
        (
            r#"[{"traceId":"1","id":"2","annotations":[{"timestamp":1}]}]"#,
            "Incomplete annotation at",
        ),
        (r#"[{"traceId":"1","id":"2","localEndpoint":{"port":65536}}]"#, "invalid port 65536"),
        (r#"[{"traceId":"1","id":"2""#, "End of input at line 1 column 24 path $[0]"),
        (r#"[{"traceId":"1","id":"2","timestamp":"x"}]"#, "For input string: \"x\""),
        (r#"[{"traceId":"1","id":"2","timestamp":1.5}]"#, "Expected a long but was 1.5"),
        (r#"[{"traceId":"1","id":"2","shared":"true"}]"#, "Expected a boolean but was STRING"),
        (
            r#"[{"traceId":"1","id":"2","binaryAnnotations":[]}]"#,
            "Expected a JSON_V2 encoded list, but received: JSON_V1",
        ),
        ("[1]", "Malformed"),
        ("[null]", "Malformed"),
        ("[]x", "Malformed"),
    ] {
        let refusal = refusal(text);
        assert!(refusal.starts_with(words), "{text}: {refusal}");
    }
    let refusal = refusal(r#"[{"traceId":"1","id":"2","shared":"true"}]"#);
    assert!(refusal.ends_with(" path $[0].shared reading List<Span> from json"), "{refusal}");
    let truncated = protobuf::decode_spans(&[0x0a, 5, 0x0a], &Limits::default()).unwrap_err();
    assert!(truncated.to_string().starts_with("Truncated: "), "{truncated}");
}

#[test]
fn what_is_absent_null_or_below_zero_is_absent() {
    for text in [
        r#"[{"traceId":"1","id":"2"}]"#,
        r#"[{"traceId":"1","id":"2","timestamp":-1,"duration":"-12","parentId":"000","name":null,
            "localEndpoint":{},"remoteEndpoint":null,"annotations":null,"tags":null}]"#,
        r#" [{"traceId":"00000000000000000000000000000001","id":"02","localEndpoint":{"port":-1}}]"#,
    ] {
        assert_eq!(
            written(&read(text)),
            r#"[{"traceId":"0000000000000001","id":"0000000000000002"}]"#
        );
    }
    assert!(read("").is_empty() && read(" [ ] ").is_empty());
}

#[test]
fn protobuf_says_the_same() {
    let mut bytes = vec![0x0a, 0];
    for (tag, payload) in [
        (0x0a, &[0, 0, 0, 0, 0, 0, 0, 0xa1][..]),
        (0x12, &[0, 0, 0, 0, 0, 0, 0, 3]),
        (0x1a, &[0, 0, 0, 0, 0, 0, 0, 2]),
        (0x2a, b"Get"),
        (0x42, b"\x0a\x01a\x12\x04\x0a\x00\x00\x01\x20\x50"),
        (0x52, b"\x09\x05\x00\x00\x00\x00\x00\x00\x00\x12\x02ws"),
        (0x5a, b"\x0a\x01k\x12\x01v"),
    ] {
        bytes.push(tag);
        bytes.push(payload.len() as u8);
        bytes.extend(payload);
    }
    // Kind server, timestamp 4, duration 9, debug, shared, an unknown field.
    bytes.extend([0x20, 2, 0x31, 4, 0, 0, 0, 0, 0, 0, 0, 0x38, 9, 0x60, 1, 0x68, 1, 0x78, 1]);
    bytes[1] = (bytes.len() - 2) as u8;
    let decoded = protobuf::decode_spans(&bytes, &Limits::default()).unwrap();
    assert_eq!(
        written(&decoded.batch.spans()),
        r#"[{"traceId":"00000000000000a1","parentId":"0000000000000003","id":"0000000000000002","kind":"SERVER","name":"get","timestamp":4,"duration":9,"localEndpoint":{"serviceName":"a","ipv4":"10.0.0.1","port":80},"annotations":[{"timestamp":5,"value":"ws"}],"tags":{"k":"v"},"debug":true,"shared":true}]"#
    );
}

#[test]
fn limits_hold() {
    let spans = r#"{"traceId":"1","id":"2","tags":{"a":"b"}},"#.repeat(1000);
    let text = format!("[{}]", spans.trim_end_matches(','));
    for limits in [
        Limits { request_bytes_max: 1000, ..Limits::default() },
        Limits { spans_max: 999, ..Limits::default() },
        Limits { decoded_bytes_max: 100_000, ..Limits::default() },
    ] {
        let refused = json::decode_spans(text.as_bytes(), &limits).unwrap_err();
        assert!(matches!(refused, DecodeError::TooLarge { .. }), "{refused}");
    }
    let decoded = json::decode_spans(text.as_bytes(), &Limits::default()).unwrap();
    assert!(decoded.decoded_bytes >= decoded.batch.memory_bytes(), "{}", decoded.decoded_bytes);
}
