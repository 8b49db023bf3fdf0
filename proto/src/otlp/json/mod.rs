//! OTLP as JSON: proto3's JSON mapping with OTLP's exceptions.
//!
//! The reader streams: it never holds the document as a tree. It takes all that
//! proto3's mapping lets a sender write, and a little more that senders write:
//!
//! - `null` is the same as absent, in a list an empty item;
//! - numbers of any width may be strings, and whole ones may have an exponent or
//!   a point (`1.5e18`); doubles may be `"NaN"`, `"Infinity"`, `"-Infinity"`;
//! - ids are hexadecimal in either case, without `0x`; a span with another text
//!   is refused, as is one whose id has a wrong length;
//! - kinds and status codes are numbers; their proto names are taken, too, since
//!   OTLP forbids them only to senders and the Collector takes them;
//! - bytes are base64 of either alphabet, padded or not;
//! - keys that OTLP does not have are ignored at every level, whatever they hold,
//!   and `snake_case` spellings are such keys, as OTLP says;
//! - a key that occurs twice means what it means in protobuf: the last scalar
//!   wins, lists are appended, messages merge;
//! - what the mapping cannot express (a time below zero, a list for a text) is
//!   malformed, as is a byte order mark, a second document, or a body that is no
//!   object.
//!
//! Values nest at most [`VALUE_DEPTH_MAX`] deep, even where the limits allow more.

mod decoder;
mod encode;
mod key;
mod log_record;
mod message;
mod request;
mod scalar;
mod span;
mod value;

pub use encode::encode_request;
pub use request::{decode_logs_request, decode_request};

/// How deep values nest in JSON at most: four JSON levels each, and the JSON
/// library stops at 128.
pub const VALUE_DEPTH_MAX: usize = 24;
