//! OTLP as protobuf.
//!
//! The reader walks the bytes in place, straight into the span model. It does not
//! go through generated structs: those turn a two-byte empty span into 264 bytes
//! before anyone can count, 8.7 GB for a body of 64 MiB.
//!
//! What proto3 says of odd but valid bytes holds: fields come in any order, the
//! last of a repeated scalar wins, repeated messages merge, unknown fields of any
//! wire type are skipped, numbers are cut to their type. Invalid bytes (broken
//! framing, a wrong wire type, text that is no UTF-8) are malformed.

mod attribute;
pub(crate) mod chunk;
mod encode;
mod log_record;
mod request;
mod span;
mod value;
mod writer;

pub use encode::encode_request;
pub(super) use encode::{resource_identity, scope_identity};
pub use request::{decode_logs_request, decode_request};
pub(super) use writer::Writer;
