//! Log records: read in both forms, as prost's generated code writes them.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as AnyKind;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::resource::v1::Resource as WireResource;
use prost::Message;
use proto::log_record::{MESSAGE, SEVERITY, SEVERITY_TEXT};
use proto::otlp::response::ExportResponse;
use proto::otlp::{DecodeError, Decoded, Limits, json, protobuf};
use proto::{Attribute, Span, SpanKind, Value};

use crate::wire::{field, wrap};

fn text(value: &str) -> AnyValue {
    AnyValue { value: Some(AnyKind::StringValue(value.to_owned())) }
}

fn key_value(key: &str, value: &str) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(text(value)), ..KeyValue::default() }
}

fn record() -> LogRecord {
    LogRecord {
        time_unix_nano: 1_700_000_000_000_000_007,
        observed_time_unix_nano: 1_700_000_000_000_000_009,
        severity_number: 17,
        severity_text: "SEVERE".to_owned(),
        body: Some(text("card 4711 was refused")),
        attributes: vec![key_value("order.id", "o-17")],
        dropped_attributes_count: 2,
        flags: 1,
        trace_id: vec![1; 16],
        span_id: vec![2; 8],
        event_name: "payment.refused".to_owned(),
    }
}

fn request(log_records: Vec<LogRecord>) -> Vec<u8> {
    let resource = WireResource {
        attributes: vec![key_value("service.name", "payment")],
        ..WireResource::default()
    };
    let scope = InstrumentationScope { name: "logger".to_owned(), ..Default::default() };
    let scope_logs = ScopeLogs { scope: Some(scope), log_records, ..ScopeLogs::default() };
    let resource_logs = ResourceLogs {
        resource: Some(resource),
        scope_logs: vec![scope_logs],
        ..ResourceLogs::default()
    };
    ExportLogsServiceRequest { resource_logs: vec![resource_logs] }.encode_to_vec()
}

fn decode(log_records: Vec<LogRecord>) -> Decoded {
    protobuf::decode_logs_request(&request(log_records), &Limits::default()).unwrap()
}

fn only(decoded: &Decoded) -> Span {
    assert!(decoded.rejected.is_empty(), "{:?}", decoded.rejected);
    let mut spans = decoded.batch.spans();
    assert_eq!(spans.len(), 1);
    spans.remove(0)
}

#[test]
fn a_log_record_is_carried_by_a_span_of_its_own_kind() {
    let span = only(&decode(vec![record()]));
    assert_eq!(span.kind, SpanKind::LOG_RECORD);
    assert_eq!(span.trace_id.as_bytes(), &[1; 16]);
    assert_eq!(span.parent_span_id.unwrap().as_bytes(), &[2; 8]);
    assert_eq!(span.service_name(), "payment");
    assert_eq!(span.scope.name, "logger");
    assert_eq!(span.start_time_unix_nano, 1_700_000_000_000_000_007);
    let [event] = &*span.events else { panic!("{:?}", span.events) };
    assert_eq!(event.time_unix_nano, span.start_time_unix_nano);
    assert_eq!((&*event.name, event.dropped_attributes_count), ("payment.refused", 2));
    let expected = [
        Attribute::new(SEVERITY, "ERROR"),
        Attribute::new(SEVERITY_TEXT, "SEVERE"),
        Attribute::new(MESSAGE, "card 4711 was refused"),
        Attribute::new("order.id", "o-17"),
    ];
    assert_eq!(event.attributes, expected);
}

#[test]
fn what_a_record_does_not_say_is_left_out() {
    let bare = LogRecord {
        observed_time_unix_nano: 5,
        trace_id: vec![1; 16],
        span_id: vec![2; 8],
        ..LogRecord::default()
    };
    let span = only(&decode(vec![bare]));
    assert_eq!((span.start_time_unix_nano, &*span.events[0].name), (5, "log"));
    assert_eq!(span.events[0].attributes, []);
}

#[test]
fn json_says_the_same_as_protobuf() {
    let body = r#"{"resourceLogs": [{
        "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "payment"}}]},
        "scopeLogs": [{"scope": {"name": "logger"}, "logRecords": [{
            "timeUnixNano": "1700000000000000007", "observedTimeUnixNano": "1700000000000000009",
            "severityNumber": 17, "severityText": "SEVERE",
            "body": {"stringValue": "card 4711 was refused"},
            "attributes": [{"key": "order.id", "value": {"stringValue": "o-17"}}],
            "droppedAttributesCount": 2, "flags": 1, "eventName": "payment.refused",
            "traceId": "01010101010101010101010101010101", "spanId": "0202020202020202"
        }]}]
    }]}"#;
    let decoded = json::decode_logs_request(body.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(only(&decoded), only(&decode(vec![record()])));
    let named = body.replace("17, \"severityText\"", "\"SEVERITY_NUMBER_ERROR\", \"severityText\"");
    let decoded = json::decode_logs_request(named.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(only(&decoded), only(&decode(vec![record()])));
}

#[test]
fn the_same_record_is_the_same_and_each_other_is_another() {
    let id = |record: LogRecord| only(&decode(vec![record])).span_id;
    assert_eq!(id(record()), id(record()));
    let others = [
        LogRecord { time_unix_nano: 1, ..record() },
        LogRecord { body: Some(text("card 4712 was refused")), ..record() },
        LogRecord { severity_number: 9, ..record() },
        LogRecord { span_id: vec![3; 8], ..record() },
        LogRecord { trace_id: vec![3; 16], ..record() },
        LogRecord { attributes: Vec::new(), ..record() },
    ];
    for other in others {
        assert_ne!(id(other.clone()), id(record()), "{other:?}");
    }
}

#[test]
fn records_of_no_span_are_refused_with_a_reason_the_rest_is_kept() {
    let none = LogRecord { trace_id: Vec::new(), span_id: Vec::new(), ..record() };
    let zeros = LogRecord { trace_id: vec![0; 16], span_id: vec![0; 8], ..record() };
    let half = LogRecord { span_id: Vec::new(), ..record() };
    let long = LogRecord { span_id: vec![1; 9], ..record() };
    let decoded = decode(vec![none, zeros, record(), half, long]);
    assert_eq!(decoded.batch.len(), 1);
    let response = ExportResponse::from(&decoded.rejected);
    assert_eq!(response.rejected, 4);
    assert_eq!(
        response.error_message,
        "refused 4 log records: no trace id and span id: only log records that belong to a span \
         are kept, as its events (3); span id must have 8 bytes, has 9 (1)"
    );
    assert!(response.to_json().contains(r#""rejectedLogRecords":"4""#), "{}", response.to_json());
    let body = br#"{"resourceLogs": [{"scopeLogs": [{"logRecords": [{"traceId": ""}, {}]}]}]}"#;
    let decoded = json::decode_logs_request(body, &Limits::default()).unwrap();
    assert_eq!((decoded.batch.len(), decoded.rejected.spans()), (0, 2));
}

#[test]
fn errors_name_the_place() {
    let ids = [field(9, &[1; 16]), field(10, &[2; 8])].concat();
    let body = wrap([ids, field(5, &[0xff])].concat(), &[2, 2, 1]);
    let error = protobuf::decode_logs_request(&body, &Limits::default()).unwrap_err();
    let DecodeError::Malformed { field, .. } = &error else { panic!("{error:?}") };
    assert_eq!(field, "resource_logs[0].scope_logs[0].log_records[0].body");
}

#[test]
fn no_span_gets_the_kind_of_log_records() {
    let span = Span {
        kind: SpanKind::LOG_RECORD,
        ..proto::testing::trace("frontend GET / 0..10").remove(0)
    };
    let body = protobuf::encode_request(std::slice::from_ref(&span));
    let decoded = protobuf::decode_request(&body, &Limits::default()).unwrap();
    assert_eq!(decoded.batch.spans()[0].kind, SpanKind::UNSPECIFIED);
    let body = json::encode_request(std::slice::from_ref(&span));
    let decoded = json::decode_request(body.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(decoded.batch.spans()[0].kind, SpanKind::UNSPECIFIED);
}

#[test]
fn many_little_records_are_bounded_by_what_they_become() {
    let ids = [field(9, &[1; 16]), field(10, &[2; 8])].concat();
    let record = field(2, &ids);
    let body = field(1, &field(2, &record.repeat(10_000)));
    let limits = Limits { decoded_bytes_max: 1 << 20, ..Limits::default() };
    let error = protobuf::decode_logs_request(&body, &limits).unwrap_err();
    assert_eq!(error, DecodeError::TooLarge { limit: "decoded_bytes_max", max: 1 << 20 });
    let deep = (0..60).fold(text("x"), |value, _| {
        let values = vec![value];
        let array = opentelemetry_proto::tonic::common::v1::ArrayValue { values };
        AnyValue { value: Some(AnyKind::ArrayValue(array)) }
    });
    let decoded = decode(vec![LogRecord { body: Some(deep), ..self::record() }, self::record()]);
    assert_eq!((decoded.batch.len(), decoded.rejected.spans()), (1, 1));
    assert!(matches!(only_value(&decoded), Value::String(_)));
}

fn only_value(decoded: &Decoded) -> Value {
    let span = decoded.batch.spans().remove(0);
    span.events[0].attributes[2].value.clone()
}
