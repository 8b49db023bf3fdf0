//! Zipkin v2 as JSON: a list of spans.
//!
//! Read as `V2SpanReader.java` does it: unknown fields are skipped, `null` is the same as
//! absent except where a text must be, numbers may be texts and texts numbers. Written as
//! `V2SpanWriter.java` does it: fields in one fixed order, what is absent left out.

mod message;
mod read;
mod scalar;
mod write;

pub use read::decode_spans;
pub use write::{write_span, write_spans, write_text};
