//! OTLP/gRPC: `TraceService/Export` and `LogsService/Export`, with health and reflection beside it.
//!
//! The export call is served by hand (module `unary`), since the checks that
//! matter come before the message is allocated and with codes of OTLP's choice.
//! The small services run on tonic.

mod export;
mod health;
mod reflection;
mod unary;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::middleware::{self, Next};
use axum::response::IntoResponse;
use axum::routing::any;
use http::{Request, Response, StatusCode, header};
use proto::otlp::Signal;
use tonic::service::Routes;
use tonic_health::server::HealthReporter;

use crate::ingest::Ingest;

pub(crate) use health::follow_store;

const TRACES_SERVICE: &str = proto::otlp::descriptor::TRACE_SERVICE;
const LOGS_SERVICE: &str = proto::otlp::descriptor::LOGS_SERVICE;
const TRACES: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
const METRICS: &str = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";
const LOGS: &str = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";

/// The service of the OTLP/gRPC port, and what sets its health.
///
/// # Errors
/// Where the schema for reflection does not parse, which is a defect of the build.
pub(crate) fn service(
    ingest: Arc<Ingest>,
) -> Result<(Router, HealthReporter), tonic_reflection::server::Error> {
    let (reporter, health) = tonic_health::server::health_reporter();
    let router = reflection::add_to(Routes::new(health))?
        .into_axum_router()
        .route(TRACES, any(export::serve).with_state((Arc::clone(&ingest), Signal::Traces)))
        .route(LOGS, any(export::serve).with_state((ingest, Signal::Logs)))
        .route(METRICS, any(no_metrics))
        .layer(middleware::from_fn(only_grpc));
    Ok((router, reporter))
}

async fn no_metrics() -> Response<Body> {
    tonic::Status::unimplemented(
        "Hopline keeps traces, and logs that belong to their spans; turn off the exporter of metrics \
         for this endpoint",
    )
    .into_http()
}

/// Answers what is no gRPC in plain HTTP. gRPC's own "unimplemented" goes out with
/// status 200, which an OTLP/HTTP exporter that was pointed at this port would take
/// for success.
async fn only_grpc(request: Request<Body>, next: Next) -> Response<Body> {
    let is_grpc = request
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"application/grpc"));
    if is_grpc {
        return next.run(request).await;
    }
    let message = "this port speaks OTLP/gRPC; send OTLP/HTTP to the other port, 4318 by default\n";
    (StatusCode::UNSUPPORTED_MEDIA_TYPE, message).into_response()
}
