//! Every request leaves a trace of its own: a span, one line in the log, figures.

use std::any::Any;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::StatusCode;
use tracing::Instrument;
use tracing::field::Empty;

use crate::api::{jaeger, native, tempo, zipkin};
use crate::metrics::Metrics;
use crate::read_pool::message;
use crate::web::PROBES;

/// What the log should say about an answer; travels with it to [`observe`], so that
/// each error is logged once.
#[derive(Debug, Clone)]
pub(crate) struct Failure(pub(crate) String);

/// Around everything that answers.
pub(crate) async fn observe(
    State(metrics): State<Metrics>,
    request: Request,
    next: Next,
) -> Response {
    let route = label(request.extensions().get());
    let span = tracing::info_span!(
        "request",
        method = %request.method(),
        route,
        status = Empty,
        elapsed_ms = Empty,
    );
    let begun = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let elapsed = begun.elapsed();
    let status = response.status();
    metrics.request(route, status, elapsed);
    span.record("status", status.as_u16());
    span.record("elapsed_ms", elapsed.as_secs_f64() * 1000.0);
    let failure = response.extensions_mut().remove::<Failure>();
    span.in_scope(|| match failure {
        Some(Failure(error)) if status == StatusCode::INTERNAL_SERVER_ERROR => {
            tracing::error!(error, "cannot answer request");
        }
        Some(Failure(error)) => tracing::warn!(error, "cannot answer request"),
        None => tracing::debug!("answered request"),
    });
    response
}

/// The answer to a request whose handler panicked outside of the read pool.
pub(crate) fn panicked(panic: Box<dyn Any + Send>) -> Response {
    native::panicked(format!("answering panicked: {}", message(panic.as_ref())))
}

/// The name of a route in figures and log: one of a closed set. A dialect's route has one
/// name, whichever listener it is asked on.
fn label(path: Option<&MatchedPath>) -> &'static str {
    let Some(path) = path.map(MatchedPath::as_str) else { return "ui" };
    let of_jaeger = path.strip_prefix(jaeger::PREFIX).unwrap_or(path);
    let of_tempo = path.strip_prefix(tempo::PREFIX).unwrap_or(path);
    let of_zipkin = path.strip_prefix(zipkin::PREFIX).unwrap_or(path);
    let known = native::paths().chain(PROBES).find(|known| *known == path);
    known
        .or_else(|| jaeger::paths().find(|known| *known == of_jaeger))
        .or_else(|| tempo::PATHS.into_iter().find(|known| *known == of_tempo))
        .or_else(|| zipkin::PATHS.into_iter().find(|known| *known == of_zipkin))
        .unwrap_or("unknown")
}
