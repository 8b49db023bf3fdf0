//! The HTTP APIs, one folder for each dialect: parse, ask the service, encode. None
//! is built on another.

mod bytes_codec;
mod form;
mod go;
pub(crate) mod jaeger;
pub(crate) mod native;
mod rfc3339;
mod same_origin;
pub(crate) mod tempo;
pub(crate) mod zipkin;
