//! `PUT` and `DELETE /api/v1/traces/{trace_id}/pin`, `GET /api/v1/pins`

use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::{HeaderValue, Method, StatusCode};
use proto::TraceId;

use super::error::ApiError;
use super::json::{self, Json};
use super::model::pin::{PinAnswer, PinsAnswer};
use super::other_method_of;
use super::parameter::Parameters;
use super::path::{PathParameters, TRACE_ID};
use super::route::Route;
use super::trace::no_trace;
use crate::service::QueryService;

/// The methods of a pin's path.
const METHODS: HeaderValue = HeaderValue::from_static("PUT, DELETE, OPTIONS");

pub(super) const PINS: Route = Route {
    path: "/api/v1/pins",
    id: "pins",
    summary: "Traces that are kept beyond retention, the newest pin first",
    in_path: &[],
    in_query: &[],
    answer: Some("PinsAnswer"),
};

/// With PUT.
pub(super) const PIN: Route = Route {
    path: "/api/v1/traces/{trace_id}/pin",
    id: "pin",
    summary: "Keep a trace beyond retention, with what came since it was pinned last",
    in_path: &[&TRACE_ID],
    in_query: &[],
    answer: Some("PinAnswer"),
};

/// With DELETE; it is answered 204.
pub(super) const UNPIN: Route = Route {
    path: PIN.path,
    id: "unpin",
    summary: "No longer keep a trace beyond retention",
    in_path: &[&TRACE_ID],
    in_query: &[],
    answer: None,
};

pub(super) async fn pins(
    State(service): State<QueryService>,
    RawQuery(query): RawQuery,
) -> Result<Json, ApiError> {
    Parameters::parse(query.as_deref(), PINS.in_query)?;
    service
        .ask(move |questions| {
            let pins = questions.pins();
            Ok(json::encode(&PinsAnswer::of(&pins)))
        })
        .await
}

pub(super) async fn pin(
    State(service): State<QueryService>,
    path: PathParameters,
    RawQuery(query): RawQuery,
) -> Result<Json, ApiError> {
    Parameters::parse(query.as_deref(), PIN.in_query)?;
    let id: TraceId = path.id(&TRACE_ID)?;
    service
        .ask(move |questions| {
            let pin = questions.pin(id)?.ok_or_else(|| no_trace(id))?;
            Ok(json::encode(&PinAnswer::of(&pin)))
        })
        .await
}

pub(super) async fn unpin(
    State(service): State<QueryService>,
    path: PathParameters,
    RawQuery(query): RawQuery,
) -> Result<StatusCode, ApiError> {
    Parameters::parse(query.as_deref(), UNPIN.in_query)?;
    let id: TraceId = path.id(&TRACE_ID)?;
    service
        .ask(move |questions| match questions.unpin(id)? {
            true => Ok(StatusCode::NO_CONTENT),
            false => Err(ApiError::not_found(format!("trace {id} is not pinned"))),
        })
        .await
}

pub(super) async fn other_method(method: Method) -> Response {
    other_method_of(&method, METHODS, "PUT or DELETE")
}
