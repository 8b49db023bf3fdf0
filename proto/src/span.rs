//! The span: OpenTelemetry's, field for field.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::semconv;
use crate::{Attribute, SpanId, TraceId, Value};

/// One operation of one service.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// The trace it belongs to.
    pub trace_id: TraceId,
    /// Its own id, unique within the trace but for shared client/server ids.
    pub span_id: SpanId,
    /// The span that caused it, if one did.
    pub parent_span_id: Option<SpanId>,
    /// W3C `tracestate`, as it came.
    pub trace_state: String,
    /// W3C trace flags in bits 0–7, OTLP's "is remote" knowledge in bits 8–9.
    pub flags: u32,
    /// The span name; empty means unknown.
    pub name: String,
    /// Its role in a call.
    pub kind: SpanKind,
    /// Start, nanoseconds since the Unix epoch by the sender's clock; 0 = unknown.
    pub start_time_unix_nano: u64,
    /// End, likewise; may lie before the start when a clock was set back.
    pub end_time_unix_nano: u64,
    /// What the sender says about it.
    pub attributes: Vec<Attribute>,
    /// How many attributes the sender left out.
    pub dropped_attributes_count: u32,
    /// Things that happened during it.
    pub events: Vec<Event>,
    /// How many events the sender left out.
    pub dropped_events_count: u32,
    /// Spans it is related to without being their child.
    pub links: Vec<Link>,
    /// How many links the sender left out.
    pub dropped_links_count: u32,
    /// How it ended.
    pub status: Status,
    /// Who sent it.
    pub resource: Arc<Resource>,
    /// Which instrumentation made it.
    pub scope: Arc<Scope>,
}

impl Span {
    /// End minus start in nanoseconds; 0 where the end lies before the start or
    /// either is unknown (0).
    pub fn duration_nano(&self) -> u64 {
        if self.start_time_unix_nano == 0 {
            return 0;
        }
        self.end_time_unix_nano.saturating_sub(self.start_time_unix_nano)
    }

    /// The name of the service that sent it, never empty.
    pub fn service_name(&self) -> Cow<'_, str> {
        self.resource.service_name()
    }

    /// Whether the span says of itself that it failed.
    pub fn is_error(&self) -> bool {
        self.status.code == StatusCode::ERROR
    }

    /// Whether the parent is known to run in another process; `None` where the
    /// sender does not say (flags bits 8 and 9).
    pub fn is_parent_remote(&self) -> Option<bool> {
        const HAS_IS_REMOTE: u32 = 0x100;
        const IS_REMOTE: u32 = 0x200;
        (self.flags & HAS_IS_REMOTE != 0).then_some(self.flags & IS_REMOTE != 0)
    }

    /// The value of the attribute `key`. Where a key occurs twice the last wins.
    pub fn attribute(&self, key: &str) -> Option<&Value> {
        find_attribute(&self.attributes, key)
    }
}

/// The value of `key` among `attributes`. Where a key occurs twice the last wins.
pub fn find_attribute<'a>(attributes: &'a [Attribute], key: &str) -> Option<&'a Value> {
    attributes.iter().rev().find(|attribute| attribute.key == key).map(|found| &found.value)
}

/// A span's role in a call. An open enum: a number OTLP does not name is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SpanKind(pub i32);

impl SpanKind {
    /// The sender did not say.
    pub const UNSPECIFIED: Self = Self(0);
    /// Work inside a service.
    pub const INTERNAL: Self = Self(1);
    /// The answering side of a synchronous call.
    pub const SERVER: Self = Self(2);
    /// The asking side of a synchronous call.
    pub const CLIENT: Self = Self(3);
    /// The sending side of a message.
    pub const PRODUCER: Self = Self(4);
    /// The receiving side of a message.
    pub const CONSUMER: Self = Self(5);
    /// No span at all, but a log record that belongs to one, see [`crate::log_record`].
    /// The readers of wire formats never give it to a span.
    pub const LOG_RECORD: Self = Self(-1);

    /// The kind of a span that a sender says is of kind `number`: what it says, unless that
    /// is ours.
    pub(crate) fn of_wire(number: i32) -> Self {
        let kind = Self(number);
        if kind == Self::LOG_RECORD { Self::UNSPECIFIED } else { kind }
    }
}

impl fmt::Display for SpanKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => f.write_str("unspecified"),
            1 => f.write_str("internal"),
            2 => f.write_str("server"),
            3 => f.write_str("client"),
            4 => f.write_str("producer"),
            -1 => f.write_str("log record"),
            5 => f.write_str("consumer"),
            other => write!(f, "unknown({other})"),
        }
    }
}

/// How a span ended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Status {
    /// The verdict.
    pub code: StatusCode,
    /// The sender's words; only meaningful with an error.
    pub message: String,
}

/// A span's verdict on itself. An open enum: a number OTLP does not name is kept
/// and counts as unset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct StatusCode(pub i32);

impl StatusCode {
    /// The sender did not say.
    pub const UNSET: Self = Self(0);
    /// The sender says that it succeeded.
    pub const OK: Self = Self(1);
    /// The sender says that it failed.
    pub const ERROR: Self = Self(2);
}

impl fmt::Display for StatusCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => f.write_str("unset"),
            1 => f.write_str("ok"),
            2 => f.write_str("error"),
            other => write!(f, "unknown({other})"),
        }
    }
}

/// Something that happened during a span.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Event {
    /// When, nanoseconds since the Unix epoch.
    pub time_unix_nano: u64,
    /// What.
    pub name: String,
    /// The details.
    pub attributes: Vec<Attribute>,
    /// How many attributes the sender left out.
    pub dropped_attributes_count: u32,
}

/// A relation to a span that is not the parent, often of another trace.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Link {
    /// The other span's trace.
    pub trace_id: TraceId,
    /// The other span.
    pub span_id: SpanId,
    /// W3C `tracestate` of the other span, as it came.
    pub trace_state: String,
    /// As [`Span::flags`].
    pub flags: u32,
    /// The details.
    pub attributes: Vec<Attribute>,
    /// How many attributes the sender left out.
    pub dropped_attributes_count: u32,
}

/// The entity that sent spans: a service instance, its host, its process.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Resource {
    /// What the sender says about itself.
    pub attributes: Vec<Attribute>,
    /// How many attributes the sender left out.
    pub dropped_attributes_count: u32,
    /// The schema its attributes follow.
    pub schema_url: String,
}

impl Resource {
    /// The service's name (`service.name`), never empty: `unknown_service` where
    /// there is none, the text form where it is no string.
    pub fn service_name(&self) -> Cow<'_, str> {
        match find_attribute(&self.attributes, semconv::SERVICE_NAME).map(Value::text) {
            Some(name) if !name.is_empty() => name,
            _ => Cow::Borrowed(semconv::UNKNOWN_SERVICE),
        }
    }

    /// The service's version: `service.version`; `None` where that is missing or empty.
    pub fn service_version(&self) -> Option<Cow<'_, str>> {
        let version = find_attribute(&self.attributes, semconv::SERVICE_VERSION)?.text();
        (!version.is_empty()).then_some(version)
    }
}

/// The instrumentation that made a span.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Scope {
    /// Its name, often a package's.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The details.
    pub attributes: Vec<Attribute>,
    /// How many attributes the sender left out.
    pub dropped_attributes_count: u32,
    /// The schema its spans follow.
    pub schema_url: String,
}
