//! Zipkin v2, read and written: JSON and protobuf in, JSON out.
//!
//! A request is taken as a whole or not at all, as Zipkin does it, with Zipkin's words
//! for what is wrong. Both readers take bytes and [`Limits`](crate::otlp::Limits), give
//! a batch of the model, never panic, and never allocate what the limits have not
//! granted. How a Zipkin span becomes one of the model, and back (OpenTelemetry
//! specification, "OpenTelemetry to Zipkin Transformation", read in both directions):
//!
//! | Zipkin | model |
//! | --- | --- |
//! | `traceId` of 16 digits | trace id whose first 8 bytes are zeros |
//! | `kind` absent | unspecified; unspecified, internal and unknown kinds are written without |
//! | `name`, `serviceName` | as they came; they are written in lower case, as Zipkin reads them |
//! | `timestamp`, `duration` in µs | start, and end; absent is 0, and an end that is the start |
//! | `localEndpoint.serviceName` | the resource's `service.name` |
//! | `annotations` | events without attributes |
//! | `tags` | attributes that are text, ordered by key |
//! | tag `error` other than `false`, tag `otel.status_code` | the status as well |
//! | tags `otel.scope.name` and `.version` | the instrumentation scope as well |
//! | `remoteEndpoint` | attributes `peer.service`, `network.peer.address` and `.port` as well |
//! | `debug`, `shared`, the endpoints' other fields, a `duration` without `timestamp` | the attribute [`ZIPKIN`], a map |
//!
//! That attribute marks a span that came as Zipkin's: what stands before it are its tags
//! exactly, what stands behind it was derived. So a span that came as Zipkin's is written
//! as it came; any other is written by OpenTelemetry's table, with its resource as tags.
//! What Zipkin cannot say is left out of what is written: links, trace states and flags.

mod decoder;
mod error;
mod from_model;
mod id;
mod into_model;
pub mod json;
pub mod protobuf;
mod span;
#[cfg(test)]
mod tests;

pub use error::DecodeError;
pub use from_model::REMOTE_NAMES;
pub use id::{IdError, parse_trace_id};
pub use span::{Annotation, Endpoint, Kind, Span};

/// The attribute that marks a span that came as Zipkin's; a map of what the model has no
/// place for.
pub const ZIPKIN: &str = "zipkin";

/// The keys inside [`ZIPKIN`] and inside its endpoints.
mod key {
    pub(super) const DEBUG: &str = "debug";
    pub(super) const SHARED: &str = "shared";
    pub(super) const DURATION_MICROS: &str = "duration_micros";
    pub(super) const LOCAL_ENDPOINT: &str = "local_endpoint";
    pub(super) const REMOTE_ENDPOINT: &str = "remote_endpoint";
    pub(super) const SERVICE_NAME: &str = "service_name";
    pub(super) const IPV4: &str = "ipv4";
    pub(super) const IPV6: &str = "ipv6";
    pub(super) const PORT: &str = "port";
}

/// The tags that OpenTelemetry's table names.
mod tag {
    pub(super) const ERROR: &str = "error";
    pub(super) const STATUS_CODE: &str = "otel.status_code";
    pub(super) const SCOPE_NAME: &str = "otel.scope.name";
    pub(super) const SCOPE_VERSION: &str = "otel.scope.version";
    pub(super) const LIBRARY_NAME: &str = "otel.library.name";
    pub(super) const LIBRARY_VERSION: &str = "otel.library.version";
    pub(super) const DROPPED_ATTRIBUTES: &str = "otel.dropped_attributes_count";
    pub(super) const DROPPED_EVENTS: &str = "otel.dropped_events_count";
    pub(super) const DROPPED_LINKS: &str = "otel.dropped_links_count";
}
