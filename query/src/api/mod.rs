//! The HTTP APIs, one folder for each dialect: parse, ask the service, encode. None
//! is built on another.

pub(crate) mod jaeger;
pub(crate) mod native;
mod rfc3339;
pub(crate) mod zipkin;
