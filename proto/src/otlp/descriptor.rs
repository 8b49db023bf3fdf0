//! What gRPC reflection tells of OTLP's trace service.

/// The `FileDescriptorSet` of the trace service and all it needs, made from
/// `proto/protos` (a test there proves it and can make it anew).
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!("../generated/otlp_descriptor.bin");

/// The full name of the service that it describes.
pub const TRACE_SERVICE: &str = "opentelemetry.proto.collector.trace.v1.TraceService";
