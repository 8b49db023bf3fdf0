//! `GET /api/v1/traces/{trace_id}`, its spans, and its export.

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue};
use proto::{SpanId, TraceId};
use storage::Completeness;

use super::error::ApiError;
use super::json::{self, Json};
use super::model::span::SpanAnswer;
use super::model::trace::TraceAnswer;
use super::parameter::kind::{no_kind, parse_kind};
use super::parameter::{Parameter, Parameters, Shape};
use super::path::{PathParameters, SPAN_ID, TRACE_ID};
use super::route::Route;
use crate::service::{FoundSpan, QueryService};

const KIND: Parameter = Parameter::new(
    "kind",
    Shape::Text,
    "Picks one where two spans share an id: internal, server, client, producer, consumer, \
     unspecified, or a number.",
);

pub(super) const TRACE: Route = Route {
    path: "/api/v1/traces/{trace_id}",
    id: "trace",
    summary: "One trace as columns in pre-order, explained",
    in_path: &[&TRACE_ID],
    in_query: &[],
    answer: Some("TraceAnswer"),
};

pub(super) const SPAN: Route = Route {
    path: "/api/v1/traces/{trace_id}/spans/{span_id}",
    id: "span",
    summary: "One span in full, as stored",
    in_path: &[&TRACE_ID, &SPAN_ID],
    in_query: &[&KIND],
    answer: Some("SpanAnswer"),
};

pub(super) const OTLP: Route = Route {
    path: "/api/v1/traces/{trace_id}/otlp",
    id: "otlp",
    summary: "One trace as OTLP/JSON, as stored",
    in_path: &[&TRACE_ID],
    in_query: &[],
    answer: None,
};

/// Says that an export is not the whole trace, as OTLP/JSON has no place for it:
/// `truncated` or `partial`.
const COMPLETENESS: HeaderName = HeaderName::from_static("hopline-completeness");

pub(super) async fn trace(
    State(service): State<QueryService>,
    path: PathParameters,
    RawQuery(query): RawQuery,
) -> Result<Json, ApiError> {
    Parameters::parse(query.as_deref(), TRACE.in_query)?;
    let id: TraceId = path.id(&TRACE_ID)?;
    service
        .ask(move |questions| {
            let explained = questions.explained(id)?.ok_or_else(|| no_trace(id))?;
            let pin = questions.pin_of(id);
            Ok(json::encode(&TraceAnswer::of(&explained, pin.as_ref())))
        })
        .await
}

pub(super) async fn span(
    State(service): State<QueryService>,
    path: PathParameters,
    RawQuery(query): RawQuery,
) -> Result<Json, ApiError> {
    let parameters = Parameters::parse(query.as_deref(), SPAN.in_query)?;
    let kind = parameters
        .text(&KIND)
        .map(|text| parse_kind(text).ok_or_else(|| ApiError::invalid(KIND.name, no_kind(text))));
    let kind = kind.transpose()?;
    let trace_id: TraceId = path.id(&TRACE_ID)?;
    let span_id: SpanId = path.id(&SPAN_ID)?;
    service
        .ask(move |questions| {
            let trace = questions.trace(trace_id)?.ok_or_else(|| no_trace(trace_id))?;
            let unread = unread(&trace.completeness);
            let found = FoundSpan::of(trace, span_id, kind).ok_or_else(|| {
                let of_kind = kind.map(|kind| format!(" of kind {kind}")).unwrap_or_default();
                let sentence = format!("no span {span_id}{of_kind} in trace {trace_id}{unread}");
                ApiError::not_found(sentence)
            })?;
            Ok(json::encode(&SpanAnswer::of(&found)))
        })
        .await
}

pub(super) async fn otlp(
    State(service): State<QueryService>,
    path: PathParameters,
    RawQuery(query): RawQuery,
) -> Result<Response, ApiError> {
    Parameters::parse(query.as_deref(), OTLP.in_query)?;
    let id: TraceId = path.id(&TRACE_ID)?;
    service
        .ask(move |questions| {
            let trace = questions.trace(id)?.ok_or_else(|| no_trace(id))?;
            let text = proto::otlp::json::encode_request(&trace.spans);
            let mut response = Json(text.into()).into_response();
            let shortened = match trace.completeness {
                Completeness::Complete => None,
                Completeness::Truncated { .. } => Some(HeaderValue::from_static("truncated")),
                Completeness::Partial { .. } => Some(HeaderValue::from_static("partial")),
            };
            if let Some(shortened) = shortened {
                response.headers_mut().insert(COMPLETENESS, shortened);
            }
            Ok(response)
        })
        .await
}

/// What of a trace was not looked through.
fn unread(completeness: &Completeness) -> String {
    match completeness {
        Completeness::Complete => String::new(),
        Completeness::Truncated { limit } => format!(", as far as it is read ({limit})"),
        Completeness::Partial { missing } => {
            format!(", of which a part cannot be read: {}", missing.join(", "))
        }
    }
}

pub(super) fn no_trace(id: TraceId) -> ApiError {
    ApiError::not_found(format!("no trace {id}: it was never received, or is no longer kept"))
}
