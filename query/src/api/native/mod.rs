//! The native API, `/api/v1/*`, as docs/api.md describes it.

mod call_chains;
mod catalog;
mod chains;
mod difference;
mod error;
mod findings;
mod hop;
mod json;
mod messages;
mod model;
mod openapi;
mod parameter;
mod path;
mod pin;
mod red;
mod route;
mod search;
mod status;
mod trace;
mod watch;
mod watch_traces;

use axum::Router;
use axum::extract::FromRef;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, put};
use http::{HeaderValue, Method, StatusCode, Uri, header};
use tokio_util::sync::CancellationToken;
use utoipa::openapi::HttpMethod;

use crate::api::same_origin::{REFUSED, same_origin};
use crate::monitor::Monitor;
use crate::service::{NoAnswer, QueryService};
use error::ApiError;
use openapi::Description;
use route::Route;

/// Every route that is asked with GET.
const ROUTES: [&Route; 24] = [
    &catalog::SERVICES,
    &catalog::SPAN_NAMES,
    &catalog::ATTRIBUTES,
    &catalog::VALUES,
    &search::ROUTE,
    &findings::FINDINGS,
    &findings::COMPARE,
    &difference::OF_TRACES,
    &difference::OF_SELECTIONS,
    &watch::ROUTE,
    &watch_traces::ROUTE,
    &call_chains::ROUTE,
    &chains::HOPS,
    &hop::ROUTE,
    &red::ROUTE,
    &chains::GRAPH,
    &chains::TAIL,
    &trace::TRACE,
    &trace::SPAN,
    &trace::OTLP,
    &messages::ROUTE,
    &pin::PINS,
    &status::ROUTE,
    &openapi::ROUTE,
];

/// Every route that changes something, and its method.
const CHANGES: [(HttpMethod, &Route); 2] =
    [(HttpMethod::Put, &pin::PIN), (HttpMethod::Delete, &pin::UNPIN)];

/// The methods that every route answers that changes nothing.
const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");

#[derive(Clone, FromRef)]
struct Api {
    service: QueryService,
    monitor: Monitor,
    description: Description,
    listeners: watch::Listeners,
    trace_listeners: watch_traces::TraceListeners,
}

/// Answers everything under `/api`, also with its error where there is no such path.
/// Answers that go on end once `stopping` is cancelled.
pub(crate) fn router(
    service: QueryService,
    monitor: Monitor,
    stopping: CancellationToken,
) -> Router {
    let listeners = watch::Listeners::new(stopping.clone());
    let trace_listeners = watch_traces::TraceListeners::new(stopping);
    let description = Description::new();
    Router::new()
        .route(catalog::SERVICES.path, get(catalog::services))
        .route(catalog::SPAN_NAMES.path, get(catalog::span_names))
        .route(catalog::ATTRIBUTES.path, get(catalog::attributes))
        .route(catalog::VALUES.path, get(catalog::values))
        .route(search::ROUTE.path, get(search::search))
        .route(findings::FINDINGS.path, get(findings::findings))
        .route(findings::COMPARE.path, get(findings::compare))
        .route(difference::OF_TRACES.path, get(difference::of_traces))
        .route(difference::OF_SELECTIONS.path, get(difference::of_selections))
        .route(watch::ROUTE.path, get(watch::watch))
        .route(watch_traces::ROUTE.path, get(watch_traces::watch))
        .route(call_chains::ROUTE.path, get(call_chains::chains))
        .route(chains::HOPS.path, get(chains::hops))
        .route(hop::ROUTE.path, get(hop::hop))
        .route(red::ROUTE.path, get(red::red))
        .route(chains::GRAPH.path, get(chains::graph))
        .route(chains::TAIL.path, get(chains::tail))
        .route(trace::TRACE.path, get(trace::trace))
        .route(trace::SPAN.path, get(trace::span))
        .route(trace::OTLP.path, get(trace::otlp))
        .route(messages::ROUTE.path, get(messages::messages))
        .route(pin::PINS.path, get(pin::pins))
        .route(pin::PIN.path, put(pin::pin).delete(pin::unpin).fallback(pin::other_method))
        .route(status::ROUTE.path, get(status::status))
        .route(openapi::ROUTE.path, get(openapi::openapi))
        .route("/api", any(no_such_path))
        .route("/api/", any(no_such_path))
        .route("/api/{*rest}", any(no_such_path))
        .method_not_allowed_fallback(other_method)
        .layer(same_origin(|| ApiError::forbidden(REFUSED).into_response()))
        .with_state(Api { service, monitor, description, listeners, trace_listeners })
}

/// The paths of all routes, as the router has them.
pub(crate) fn paths() -> impl Iterator<Item = &'static str> {
    ROUTES.iter().map(|route| route.path).chain(CHANGES.iter().map(|(_, route)| route.path))
}

/// The answer to a request whose handling panicked.
pub(crate) fn panicked(message: String) -> Response {
    ApiError::internal(message).into_response()
}

/// The answer where there is none.
pub(crate) fn no_answer(error: NoAnswer) -> Response {
    ApiError::from(error).into_response()
}

async fn no_such_path(uri: Uri) -> ApiError {
    let path = parameter::shown(uri.path());
    ApiError::not_found(format!("no such path '{path}': /api/v1/openapi.json lists them"))
}

async fn other_method(method: Method) -> Response {
    other_method_of(&method, METHODS, "GET")
}

/// The answer to a method that a path has not: OPTIONS, or one that is none of `methods`,
/// of which `use_instead` says what to use.
fn other_method_of(method: &Method, methods: HeaderValue, use_instead: &str) -> Response {
    let mut response = if method == Method::OPTIONS {
        StatusCode::NO_CONTENT.into_response()
    } else {
        let method = parameter::shown(method.as_str());
        let sentence = format!("{method} is not possible here: use {use_instead}");
        ApiError::method_not_allowed(sentence).into_response()
    };
    response.headers_mut().insert(header::ALLOW, methods);
    response
}
