//! What was sent, read back from the requests by the code that OpenTelemetry
//! generates, not by the code that is measured.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;

use crate::request::{Requests, Trace};

/// When the traces end that are read back: any time that is later than they are long.
const END_UNIX_NANO: u64 = 1 << 60;

/// A span, as far as questions are about it.
#[derive(Debug, Clone)]
pub(crate) struct SentSpan {
    pub(crate) trace_id: u128,
    pub(crate) span_id: u64,
    /// 0 where there is none.
    pub(crate) parent_span_id: u64,
    pub(crate) service: String,
    pub(crate) name: String,
    pub(crate) duration_nano: u64,
    /// Those whose value every API writes alike: texts, truths and whole numbers.
    pub(crate) attributes: Vec<(String, String)>,
}

impl SentSpan {
    fn of(service: &str, span: Span) -> Self {
        let attributes = span.attributes.into_iter();
        Self {
            trace_id: span.trace_id.iter().fold(0, |id, byte| id << 8 | u128::from(*byte)),
            span_id: id_of(&span.span_id),
            parent_span_id: id_of(&span.parent_span_id),
            service: service.to_owned(),
            name: span.name,
            duration_nano: span.end_time_unix_nano.saturating_sub(span.start_time_unix_nano),
            attributes: attributes.filter_map(|one| Some((one.key, text(one.value)?))).collect(),
        }
    }
}

fn id_of(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |id, byte| id << 8 | u64::from(*byte))
}

/// The spans of request `number`.
///
/// # Errors
/// Where it cannot be decoded.
pub(crate) fn spans_in(requests: &Requests, number: u64) -> anyhow::Result<Vec<SentSpan>> {
    let request = requests.encode(number, |_| END_UNIX_NANO);
    let request = ExportTraceServiceRequest::decode(request.bytes.as_slice())?;
    let mut spans = Vec::new();
    for resource_spans in request.resource_spans {
        let resource = resource_spans.resource.unwrap_or_default();
        let service = service_name(&resource.attributes);
        for span in resource_spans.scope_spans.into_iter().flat_map(|scope| scope.spans) {
            spans.push(SentSpan::of(&service, span));
        }
    }
    Ok(spans)
}

/// The spans of `trace`, from all requests that have some.
///
/// # Errors
/// As [`spans_in`].
pub(crate) fn spans_of(requests: &Requests, trace: Trace) -> anyhow::Result<Vec<SentSpan>> {
    let id = requests.id(trace);
    let mut spans = Vec::new();
    for number in requests.requests_of(trace) {
        spans.extend(spans_in(requests, number)?.into_iter().filter(|span| span.trace_id == id));
    }
    Ok(spans)
}

fn service_name(attributes: &[KeyValue]) -> String {
    let found = attributes.iter().find(|attribute| attribute.key == "service.name");
    found.and_then(|attribute| text(attribute.value.clone())).unwrap_or_default()
}

fn text(value: Option<AnyValue>) -> Option<String> {
    match value?.value? {
        Value::StringValue(text) => Some(text),
        Value::BoolValue(truth) => Some(truth.to_string()),
        Value::IntValue(number) => Some(number.to_string()),
        _ => None,
    }
}
