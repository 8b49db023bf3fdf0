//! What gRPC reflection tells of Jaeger's services.

/// The `FileDescriptorSet` of `jaeger.api_v2`, `jaeger.api_v3` and `jaeger.storage.v2` and all
/// they need, made from `proto/protos` (a test there proves it and can make it anew).
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!("generated/jaeger_descriptor.bin");
