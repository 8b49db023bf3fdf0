//! `grpc.reflection`: the schema of what is served, for tools such as grpcurl.

use axum::Router;
use tonic_reflection::server::Builder;

use crate::service::QueryService;

/// The services that are told of, and whose health is.
pub(super) const SERVICES: [&str; 5] = [
    "jaeger.api_v2.QueryService",
    "jaeger.api_v3.QueryService",
    "jaeger.storage.v2.Capabilities",
    "jaeger.storage.v2.DependencyReader",
    "jaeger.storage.v2.TraceReader",
];

/// In the version that tools speak today, and the one they spoke before.
const REFLECTION: &str = "/grpc.reflection.v1.ServerReflection/{method}";
const REFLECTION_ALPHA: &str = "/grpc.reflection.v1alpha.ServerReflection/{method}";

pub(super) const ROUTES: [&str; 2] = [REFLECTION, REFLECTION_ALPHA];

pub(super) fn router() -> Router<QueryService> {
    const PROVEN: &str = "a test proves that the schema parses";
    Router::new()
        .route_service(REFLECTION, schema().build_v1().expect(PROVEN))
        .route_service(REFLECTION_ALPHA, schema().build_v1alpha().expect(PROVEN))
}

fn schema() -> Builder<'static> {
    let known = ["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection"];
    SERVICES.into_iter().chain(known).fold(
        Builder::configure()
            .register_encoded_file_descriptor_set(proto::jaeger::FILE_DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET),
        Builder::with_service_name,
    )
}
