//! `GET /api/traces/{id}` and `/api/v2/traces/{id}`

mod json;

use std::sync::Arc;

use axum::extract::{RawPathParams, RawQuery, State};
use http::HeaderMap;
use prost::Message;
use proto::{Attribute, Resource, Span, TraceId, semconv};
use storage::{Completeness, ReadError};

use super::answer::{Encoded, Format, Refusal, lacking};
use super::id;
use super::model::{Nothing, PARTIAL};
use super::time;
use crate::api::form::Form;
use crate::service::{QueryService, Questions};

/// `TraceByIDResponse`. The data source looks into the trace without looking whether there
/// is one.
#[derive(Clone, PartialEq, Message)]
struct TraceByIdResponse {
    #[prost(bytes = "vec", optional, tag = "1")]
    trace: Option<Vec<u8>>,
    #[prost(message, optional, tag = "2")]
    metrics: Option<Nothing>,
    #[prost(int32, tag = "3")]
    status: i32,
    #[prost(string, tag = "4")]
    message: String,
}

/// A trace, as Tempo has it.
struct Read {
    spans: Vec<Span>,
    completeness: Completeness,
}

pub(super) async fn first(
    State(service): State<QueryService>,
    path: RawPathParams,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Encoded, Refusal> {
    let id = asked_for(&path, query.as_deref())?;
    let format = Format::asked_for(&headers);
    service
        .ask(move |questions| {
            let Read { spans, completeness } =
                read(questions, id)?.ok_or_else(Refusal::no_trace)?;
            let bytes = match format {
                Format::Json => json::first(&spans),
                Format::Protobuf => proto::otlp::protobuf::encode_request(&spans),
            };
            Ok(Encoded { format, bytes, completeness })
        })
        .await
}

/// A trace that is not there is an empty one.
pub(super) async fn second(
    State(service): State<QueryService>,
    path: RawPathParams,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Encoded, Refusal> {
    let id = asked_for(&path, query.as_deref())?;
    let format = Format::asked_for(&headers);
    service
        .ask(move |questions| {
            let read = read(questions, id)?;
            let Read { spans, completeness } =
                read.unwrap_or(Read { spans: Vec::new(), completeness: Completeness::Complete });
            let message = lacking(&completeness);
            let bytes = match format {
                Format::Json => json::second(&spans, &message),
                Format::Protobuf => {
                    let trace = Some(proto::otlp::protobuf::encode_request(&spans));
                    let status = if message.is_empty() { 0 } else { PARTIAL };
                    let metrics = Some(Nothing {});
                    TraceByIdResponse { trace, metrics, status, message }.encode_to_vec()
                }
            };
            Ok(Encoded { format, bytes, completeness })
        })
        .await
}

/// The times that come with an id are hints to stores that need them. Ours does not.
fn asked_for(path: &RawPathParams, query: Option<&str>) -> Result<TraceId, Refusal> {
    let form = Form::parse(query);
    time::number(&form, "start")?;
    time::number(&form, "end")?;
    id::parse(path.iter().next().map_or("", |(_, text)| text))
}

/// The trace of this id; `None` where it has no spans.
fn read(questions: &Questions<'_>, id: TraceId) -> Result<Option<Read>, ReadError> {
    let Some(mut trace) = questions.trace(id)? else { return Ok(None) };
    trace.spans.iter_mut().for_each(name_service);
    let read = Read { spans: trace.spans, completeness: trace.completeness };
    Ok((!read.spans.is_empty()).then_some(read))
}

/// The data source leaves out spans whose resource says nothing.
fn name_service(span: &mut Span) {
    if span.resource.attributes.is_empty() {
        let name = Attribute::new(semconv::SERVICE_NAME, semconv::UNKNOWN_SERVICE);
        let resource = Resource { attributes: vec![name], ..Resource::clone(&span.resource) };
        span.resource = Arc::new(resource);
    }
}
