//! The HTTP API that Jaeger calls legacy, `/api/*`: what its viewer loads a trace with, and
//! what Grafana asks for everything (`http_handler.go`).

mod archive;
mod catalog;
mod dependency;
mod envelope;
mod model;
mod trace;
mod transform;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use crate::service::QueryService;

pub(super) use envelope::{Json, Layout, Refusal};

pub(super) const SERVICES: &str = "/api/services";
pub(super) const SERVICE_OPERATIONS: &str = "/api/services/{service}/operations";
pub(super) const OPERATIONS: &str = "/api/operations";
pub(super) const TRACES: &str = "/api/traces";
pub(super) const TRACE: &str = "/api/traces/{trace_id}";
pub(super) const ARCHIVE: &str = "/api/archive/{trace_id}";
pub(super) const TRANSFORM: &str = "/api/transform";
pub(super) const DEPENDENCIES: &str = "/api/dependencies";

pub(super) fn router() -> Router<QueryService> {
    let bounded = DefaultBodyLimit::max(transform::BODY_BYTES_MAX);
    Router::new()
        .route(SERVICES, get(catalog::services))
        .route(SERVICE_OPERATIONS, get(catalog::operation_names))
        .route(OPERATIONS, get(catalog::operations))
        .route(TRACES, get(trace::traces))
        .route(TRACE, get(trace::trace))
        .route(ARCHIVE, post(archive::archive))
        .route(TRANSFORM, post(transform::transform).layer(bounded))
        .route(DEPENDENCIES, get(dependency::dependencies))
}
