//! Zipkin's query API, `/api/v2/*`, as Zipkin's own viewer and clients ask it
//! (`ZipkinQueryApiV2.java`), also under `/zipkin`.
//!
//! Each question is put to [`QueryService`] and its answer said in Zipkin's words. What
//! differs from Zipkin stands in docs/compatibility.md.

mod answer;
mod dependencies;
mod link;
mod names;
mod needs;
mod parameter;
mod question;
mod status;
mod traces;

use std::time::Duration;

use axum::Router;
use axum::extract::FromRef;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderName, Method, StatusCode, header};
use tower_http::cors::{Any, CorsLayer};

use crate::monitor::Monitor;
use crate::service::QueryService;

#[derive(Clone, FromRef)]
struct Api {
    service: QueryService,
    monitor: Monitor,
}

/// What the same paths may begin with.
pub(crate) const PREFIX: &str = "/zipkin";

/// The paths of all routes, as the router has them, those of [`receivers`](router)
/// included.
pub(crate) const PATHS: [&str; 13] = [
    "/api/v2/services",
    "/api/v2/spans",
    "/api/v2/remoteServices",
    "/api/v2/traces",
    "/api/v2/trace/{id}",
    "/api/v2/traceMany",
    "/api/v2/dependencies",
    "/api/v2/autocompleteKeys",
    "/api/v2/autocompleteValues",
    "/api/v1/spans",
    "/health",
    "/info",
    "/config.json",
];

/// Answers Zipkin's questions, and beside them `receivers`, the routes that take spans.
pub(crate) fn router(service: QueryService, monitor: Monitor, receivers: Router) -> Router {
    let questions = Router::new()
        .route("/api/v2/services", get(names::services))
        .route("/api/v2/spans", get(names::span_names))
        .route("/api/v2/remoteServices", get(names::remote_services))
        .route("/api/v2/autocompleteKeys", get(names::autocomplete_keys))
        .route("/api/v2/autocompleteValues", get(names::autocomplete_values))
        .route("/api/v2/traces", get(traces::search))
        .route("/api/v2/trace/{id}", get(traces::trace))
        .route("/api/v2/traceMany", get(traces::trace_many))
        .route("/api/v2/dependencies", get(dependencies::dependencies))
        .route("/health", get(status::health))
        .route("/info", get(status::info))
        .route("/config.json", get(status::config))
        .with_state(Api { service, monitor });
    Router::new()
        .nest(PREFIX, questions.clone())
        .merge(questions)
        .merge(receivers)
        .fallback(nothing_here)
        .layer(cors())
}

/// As Zipkin allows it by default (`ITZipkinServerCORS.java`): its viewer may be served from
/// anywhere.
fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::CONTENT_TYPE, HeaderName::from_static("x-grpc-web")])
        .max_age(Duration::ZERO)
}

async fn nothing_here() -> Response {
    (StatusCode::NOT_FOUND, "404 Not Found").into_response()
}
