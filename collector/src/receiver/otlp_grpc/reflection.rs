//! `grpc.reflection`: the schema of what is served, for tools such as grpcurl.

use tonic::service::Routes;
use tonic_reflection::server::{Builder, Error};

/// `routes` with reflection, in the version that tools speak today and the one they
/// spoke before.
///
/// # Errors
/// Where the schema does not parse, which is a defect of the build.
pub(super) fn add_to(routes: Routes) -> Result<Routes, Error> {
    Ok(routes.add_service(schema().build_v1()?).add_service(schema().build_v1alpha()?))
}

fn schema() -> Builder<'static> {
    Builder::configure()
        .register_encoded_file_descriptor_set(proto::otlp::descriptor::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .with_service_name(super::TRACES_SERVICE)
        .with_service_name(super::LOGS_SERVICE)
        .with_service_name("grpc.health.v1.Health")
        .with_service_name("grpc.reflection.v1.ServerReflection")
}
