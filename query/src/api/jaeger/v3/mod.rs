//! Version 3 of Jaeger's API over HTTP (`apiv3/http_gateway.go`): what its viewer searches
//! with.

mod catalog;
mod error;
mod parameter;
mod summary;
mod trace;

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use http::{HeaderValue, header};
use serde::Serialize;

use crate::service::QueryService;

pub(super) const SERVICES: &str = "/api/v3/services";
pub(super) const OPERATIONS: &str = "/api/v3/operations";
pub(super) const TRACES: &str = "/api/v3/traces";
pub(super) const TRACE: &str = "/api/v3/traces/{trace_id}";
pub(super) const SUMMARIES: &str = "/api/v3/trace-summaries";

pub(super) fn router() -> Router<QueryService> {
    Router::new()
        .route(SERVICES, get(catalog::services))
        .route(OPERATIONS, get(catalog::operations))
        .route(TRACES, get(trace::traces))
        .route(TRACE, get(trace::trace))
        .route(SUMMARIES, get(summary::summaries))
}

/// An encoded answer.
#[derive(Debug, Clone)]
struct Json(Bytes);

fn encode(answer: &impl Serialize) -> Json {
    let bytes = serde_json::to_vec(answer).expect("every key is text and no writer fails");
    Json(bytes.into())
}

impl IntoResponse for Json {
    fn into_response(self) -> Response {
        let json = HeaderValue::from_static("application/json");
        ([(header::CONTENT_TYPE, json)], self.0).into_response()
    }
}
