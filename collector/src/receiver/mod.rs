//! How spans come in: one module for each protocol, and what they share.

mod body;
mod http_body;
pub(crate) mod otlp_grpc;
pub(crate) mod otlp_http;
pub(crate) mod zipkin;
