//! Jaeger's query APIs: the legacy one under `/api`, version 3 under `/api/v3`, and all that
//! are over gRPC.
//! docs/compatibility.md says what differs from Jaeger, and why.
//!
//! Trace, tag, process, operation, log and reference are Jaeger's words, and stay here.

mod adjust;
mod dependency;
mod grpc;
mod id;
mod legacy;
mod metric;
mod names;
mod question;
mod read;
mod translate;
mod v3;

use axum::Router;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use storage::ReadError;
use tokio_util::sync::CancellationToken;

use super::same_origin::{REFUSED, same_origin};
use super::{form, go};
use crate::observe::Failure;
use crate::service::{NoAnswer, QueryService};

/// Where it is served on the web listener.
pub(crate) const PREFIX: &str = "/jaeger";

/// Every route over HTTP, as the router has it.
const ROUTES: [&str; 17] = [
    legacy::SERVICES,
    legacy::SERVICE_OPERATIONS,
    legacy::OPERATIONS,
    legacy::TRACES,
    legacy::TRACE,
    legacy::ARCHIVE,
    legacy::TRANSFORM,
    legacy::DEPENDENCIES,
    v3::SERVICES,
    v3::OPERATIONS,
    v3::TRACES,
    v3::TRACE,
    v3::SUMMARIES,
    metric::LATENCIES,
    metric::CALLS,
    metric::ERRORS,
    metric::MIN_STEP,
];

/// Answers every path, also with Jaeger's 404 where there is no such path. What stays open
/// until a client ends it ends once `stopping` is cancelled.
pub(crate) fn router(service: QueryService, stopping: CancellationToken) -> Router {
    Router::new()
        .merge(legacy::router())
        .merge(v3::router())
        .merge(metric::router())
        .merge(grpc::router(stopping))
        .fallback(no_such_path)
        .method_not_allowed_fallback(no_such_path)
        .layer(same_origin(other_site))
        .with_state(service)
}

/// The paths of all routes, without [`PREFIX`].
pub(crate) fn paths() -> impl Iterator<Item = &'static str> {
    ROUTES.into_iter().chain(grpc::routes())
}

/// Also for a method that a path does not have.
async fn no_such_path(headers: HeaderMap) -> Response {
    let kind = headers.get(header::CONTENT_TYPE);
    if kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc")) {
        return tonic::Status::unimplemented("no such method").into_http();
    }
    plain_error(StatusCode::NOT_FOUND, b"404 page not found")
}

/// What a page of another site is told that asks for a change.
fn other_site() -> Response {
    plain_error(StatusCode::FORBIDDEN, REFUSED.as_bytes())
}

/// An error as Go's `http.Error` writes it, with what it says for the log.
fn go_error(status: StatusCode, body: &[u8], said: String) -> Response {
    let mut response = plain_error(status, body);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    } else if status.is_server_error() {
        response.extensions_mut().insert(Failure(said));
    }
    response
}

fn plain_error(status: StatusCode, body: &[u8]) -> Response {
    let mut text = body.to_vec();
    text.push(b'\n');
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    let nosniff = HeaderValue::from_static("nosniff");
    let headers = [(header::CONTENT_TYPE, plain), (header::X_CONTENT_TYPE_OPTIONS, nosniff)];
    (status, headers, text).into_response()
}

/// Jaeger knows only 500; ours tell a client what to do.
fn status_of(error: &NoAnswer) -> StatusCode {
    match error {
        NoAnswer::Busy { .. } | NoAnswer::Store(ReadError::Unavailable { .. }) => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        NoAnswer::Store(ReadError::DeadlineExceeded) => StatusCode::GATEWAY_TIMEOUT,
        NoAnswer::Store(ReadError::Invalid { .. }) => StatusCode::BAD_REQUEST,
        NoAnswer::Store(ReadError::Corrupt { .. }) | NoAnswer::Panicked { .. } => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}
