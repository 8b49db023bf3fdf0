//! The span model and the wire formats Hopline reads and writes.
//!
//! Everything here is a plain value or a pure function: bytes in, spans out, and
//! back. The crate knows no runtime, no store and no listener. The model speaks
//! OpenTelemetry's words; every other dialect stays inside its own module.

pub mod batch;
pub mod clock;
pub mod codec;
pub mod id;
pub mod jaeger;
pub mod log_record;
pub mod numbered;
pub mod otlp;
pub mod semconv;
pub mod span;
#[cfg(feature = "testing")]
pub mod testing;
pub mod value;
pub mod zipkin;

pub use batch::Batch;
pub use id::{ParseIdError, SpanId, TraceId};
pub use span::{Event, Link, Resource, Scope, Span, SpanKind, Status, StatusCode};
pub use value::{Attribute, Value};
