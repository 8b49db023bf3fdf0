//! What a receiver answers, as prost reads it.

use std::time::Duration;

use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceResponse,
};
use prost::Message;
use proto::otlp::response::{ExportResponse, Status};
use proto::otlp::{DecodeError, Limits, Reason, Rejected, protobuf};

use crate::wire::wrap;

#[test]
fn responses_by_prost() {
    assert_eq!(ExportResponse::default().to_protobuf(), b"");
    assert_eq!(ExportResponse::default().to_json(), "{}");

    let mut rejected = Rejected::default();
    rejected.add(Reason::SpanIdMissing);
    let response = ExportResponse::from(&rejected);
    let error_message = "refused 1 spans: span id is absent or all zeros (1)";
    let expected = ExportTraceServiceResponse {
        partial_success: Some(ExportTracePartialSuccess {
            rejected_spans: 1,
            error_message: error_message.to_owned(),
        }),
    };
    assert_eq!(ExportTraceServiceResponse::decode(&response.to_protobuf()[..]), Ok(expected));
    let json: serde_json::Value = serde_json::from_str(&response.to_json()).unwrap();
    assert_eq!(json["partialSuccess"]["rejectedSpans"], "1");
    assert_eq!(json["partialSuccess"]["errorMessage"], error_message);
}

#[test]
fn row_47_responses_stay_short() {
    let mut rejected = Rejected::default();
    for number in 0..100_000 {
        rejected.add(Reason::Other(format!("reason {number}")));
    }
    let response = ExportResponse::from(&rejected);
    assert_eq!(response.rejected, 100_000);
    assert!(response.to_protobuf().len() < 5000 && response.to_json().len() < 5000);
    let status = Status { message: "x".repeat(1 << 24), ..Status::default() };
    assert!(status.to_protobuf().len() < 5000 && status.to_json().len() < 5000);
}

#[test]
fn statuses_carry_their_details() {
    let body = wrap(vec![0x08, 1], &[2, 2, 1]);
    let error = protobuf::decode_request(&body, &Limits::default()).unwrap_err();
    let status = Status { retry_delay: Some(Duration::from_millis(1500)), ..Status::from(&error) };
    let json: serde_json::Value = serde_json::from_str(&status.to_json()).unwrap();
    let field = "resource_spans[0].scope_spans[0].spans[0].trace_id";
    assert_eq!(json["code"], 3);
    assert_eq!(json["details"][0]["@type"], "type.googleapis.com/google.rpc.BadRequest");
    assert_eq!(json["details"][0]["fieldViolations"][0]["field"], field);
    assert_eq!(json["details"][1]["@type"], "type.googleapis.com/google.rpc.RetryInfo");
    assert_eq!(json["details"][1]["retryDelay"], "1.500000000s");

    let decoded = RpcStatus::decode(&status.to_protobuf()[..]).unwrap();
    assert_eq!((decoded.code, decoded.message), (3, status.message));
    let [bad_request, retry_info] = &decoded.details[..] else { panic!("{:?}", decoded.details) };
    assert_eq!(bad_request.type_url, "type.googleapis.com/google.rpc.BadRequest");
    let bad_request = BadRequest::decode(&bad_request.value[..]).unwrap();
    assert_eq!(bad_request.field_violations[0].field, field);
    assert_eq!(retry_info.type_url, "type.googleapis.com/google.rpc.RetryInfo");
    let delay = RetryInfo::decode(&retry_info.value[..]).unwrap().retry_delay.unwrap();
    assert_eq!((delay.seconds, delay.nanos), (1, 500_000_000));

    let too_large = DecodeError::TooLarge { limit: "spans_max", max: 5 };
    let status = Status::from(&too_large);
    assert_eq!((status.code, status.retry_delay), (8, None));
}

/// google.rpc's messages, as `error_details.proto` and `status.proto` have them.
#[derive(Clone, PartialEq, Message)]
struct RpcStatus {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
    #[prost(message, repeated, tag = "3")]
    details: Vec<AnyMessage>,
}

#[derive(Clone, PartialEq, Message)]
struct AnyMessage {
    #[prost(string, tag = "1")]
    type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct BadRequest {
    #[prost(message, repeated, tag = "1")]
    field_violations: Vec<FieldViolation>,
}

#[derive(Clone, PartialEq, Message)]
struct FieldViolation {
    #[prost(string, tag = "1")]
    field: String,
    #[prost(string, tag = "2")]
    description: String,
}

#[derive(Clone, PartialEq, Message)]
struct RetryInfo {
    #[prost(message, optional, tag = "1")]
    retry_delay: Option<WireDuration>,
}

#[derive(Clone, PartialEq, Message)]
struct WireDuration {
    #[prost(int64, tag = "1")]
    seconds: i64,
    #[prost(int32, tag = "2")]
    nanos: i32,
}
