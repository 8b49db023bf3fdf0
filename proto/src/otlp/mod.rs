//! OTLP, read and written: protobuf, JSON, and the answers of a receiver.
//!
//! Both readers take bytes, a set of [`Limits`], and give spans of the model or a
//! [`DecodeError`]. They never panic, never recurse without bound, and never
//! allocate what the limits have not granted. What they decide where the
//! specification leaves a choice:
//!
//! | input | what happens |
//! | --- | --- |
//! | trace id or span id that is absent, zero, or of a wrong length | that span is refused, the rest is kept |
//! | parent id of a wrong length | that span is refused; absent or all zeros means "no parent" |
//! | link whose ids have a wrong length | the link is dropped and counted in the span's `dropped_links_count`; absent and zero ids are kept, as the specification allows such links |
//! | value nested deeper than [`Limits::value_depth`] | that span is refused; in a resource or scope, all its spans |
//! | times of 0, in the far past or future, end before start | kept as they came |
//! | any number of attributes, events, links; values of any length | kept whole, as far as [`Limits::decoded_bytes_max`] reaches; never truncated |
//! | a key that occurs twice among attributes | both kept, in order; [`crate::span::find_attribute`] lets the last win |
//! | kinds and status codes that OTLP does not name | kept as numbers, but for the kind -1, which is ours |
//! | log record without trace id or span id | that log record is refused: only those that belong to a span are kept, see [`crate::log_record`] |
//! | `string_value_strindex`, `key_strindex`, `entity_refs`, unknown fields | ignored |
//! | a field of another wire type than OTLP's, as when logs are sent to the traces path | malformed |
//!
//! The inside of a refused span is not looked at beyond the framing of its
//! fields. What is particular to JSON stands in [`json`].

mod decoded;
pub mod descriptor;
mod error;
mod fault;
pub mod group;
mod ids;
pub mod json;
pub(crate) mod limits;
pub mod protobuf;
mod rejected;
pub mod response;
mod signal;

pub use decoded::Decoded;
pub use error::DecodeError;
pub use limits::Limits;
pub use rejected::{Reason, Rejected};
pub use signal::Signal;
