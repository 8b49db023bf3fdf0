//! Tempo's query API, over HTTP and as the gRPC service `tempopb.StreamingQuerier`, as
//! Grafana's data source asks it. docs/compatibility.md says what differs from Tempo, and
//! why.
//!
//! Tag, batch and span set are Tempo's words, and stay here.

mod answer;
mod by_id;
mod generator;
mod grpc;
mod id;
mod look;
mod metric;
mod model;
mod search;
mod status;
mod tag;
mod time;

use axum::Router;
use axum::extract::FromRef;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderMap, StatusCode, header};

pub(crate) use generator::SpanMetrics;

use crate::monitor::Monitor;
use crate::service::QueryService;

#[derive(Clone, FromRef)]
struct Api {
    service: QueryService,
    monitor: Monitor,
}

/// Where it is served on the web listener.
pub(crate) const PREFIX: &str = "/tempo";

/// The paths of all routes, without [`PREFIX`].
pub(crate) const PATHS: [&str; 19] = [
    "/api/echo",
    "/ready",
    "/api/status/buildinfo",
    "/api/traces/{id}",
    "/api/v2/traces/{id}",
    "/api/search",
    "/api/search/tags",
    "/api/v2/search/tags",
    "/api/search/tag/{tag}/values",
    "/api/v2/search/tag/{tag}/values",
    "/api/metrics/query_range",
    "/api/metrics/query",
    grpc::SEARCH,
    grpc::TAGS,
    grpc::TAGS_V2,
    grpc::TAG_VALUES,
    grpc::TAG_VALUES_V2,
    grpc::QUERY_RANGE,
    grpc::QUERY_INSTANT,
];

/// Answers every path, also with Tempo's 404 where there is no such path.
pub(crate) fn router(service: QueryService, monitor: Monitor) -> Router {
    Router::new()
        .route("/api/echo", get(status::echo))
        .route("/ready", get(status::ready))
        .route("/api/status/buildinfo", get(status::build_info))
        .route("/api/traces/{id}", get(by_id::first))
        .route("/api/v2/traces/{id}", get(by_id::second))
        .route("/api/search", get(search::search))
        .route("/api/search/tags", get(tag::names_flat))
        .route("/api/v2/search/tags", get(tag::names_in_scopes))
        .route("/api/search/tag/{tag}/values", get(tag::values_texts))
        .route("/api/v2/search/tag/{tag}/values", get(tag::values_typed))
        .route("/api/metrics/query_range", get(metric::range))
        .route("/api/metrics/query", get(metric::instant))
        .merge(grpc::router())
        .fallback(no_such_path)
        .method_not_allowed_fallback(no_such_path)
        .with_state(Api { service, monitor })
}

/// The gRPC service alone: a client has no way to put a path in front of it, so that whoever
/// asks under [`PREFIX`] of the web listener asks for it at the root.
pub(crate) fn streaming(service: QueryService) -> Router {
    grpc::router().with_state(service)
}

/// Also for a method that a path does not have.
async fn no_such_path(headers: HeaderMap) -> Response {
    let kind = headers.get(header::CONTENT_TYPE);
    if kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc")) {
        return tonic::Status::unimplemented("no such method").into_http();
    }
    let plain = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    (StatusCode::NOT_FOUND, plain, "404 page not found\n").into_response()
}
