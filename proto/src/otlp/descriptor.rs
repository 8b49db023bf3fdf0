//! What gRPC reflection tells of OTLP's services.

/// The `FileDescriptorSet` of the services for traces and logs and all they need, made from
/// `proto/protos` (a test there proves it and can make it anew).
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!("../generated/otlp_descriptor.bin");

/// The full name of the service that takes spans.
pub const TRACE_SERVICE: &str = "opentelemetry.proto.collector.trace.v1.TraceService";
/// The full name of the service that takes log records.
pub const LOGS_SERVICE: &str = "opentelemetry.proto.collector.logs.v1.LogsService";
