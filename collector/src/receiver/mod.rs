//! How spans come in: one module for each protocol, and what they share.

mod body;
pub(crate) mod otlp_grpc;
pub(crate) mod otlp_http;
