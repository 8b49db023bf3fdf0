//! Spans in compact form: what arrives, what the log keeps and what is hot in memory
//! are the same [`Batch`].
//!
//! A batch holds each text and each attribute (key and value) once and refers to it
//! by number; a span is a [`Head`] of fixed size and a body of a few dozen bytes
//! ([`body`]). Spans of one trace lie together. So a span that takes 435 bytes of OTLP
//! takes about 135 here, nothing of it is an allocation of its own, and what is known
//! of an attribute is found out once for all spans that have it.
//!
//! [`Builder`] makes batches, [`Batch::spans`] gives the spans of the model back, and
//! [`Batch::encode`] is a batch as bytes.

pub mod body;
mod build;
mod encode;
mod read;
#[cfg(test)]
mod tests;
pub mod value;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::OnceLock;

pub use build::{Builder, SpanHead};
pub use read::SpanReader;

use crate::{SpanId, SpanKind, StatusCode, TraceId};

/// The number of a text in its batch. 0 is the empty text.
pub type TextNumber = u32;
/// The number of an attribute in its batch.
pub type AttributeNumber = u32;

/// Spans, each text and attribute once.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    traces: Vec<TraceSpans>,
    heads: Vec<Head>,
    bodies: Vec<u8>,
    texts: String,
    /// Where each text ends; it begins where the one before ends. Text 0 is not
    /// among them: it is empty.
    text_ends: Vec<u32>,
    attributes: Vec<PackedAttribute>,
    values: Vec<u8>,
    resources: Vec<PackedResource>,
    scopes: Vec<PackedScope>,
    /// The service by each resource, once somebody asked.
    services: OnceLock<Vec<ServiceOf>>,
}

/// The spans of one trace in a batch: so many heads in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceSpans {
    /// The trace.
    pub id: TraceId,
    /// The first of its heads.
    pub first: u32,
    /// The one after its last.
    pub end: u32,
}

impl TraceSpans {
    /// Its heads' places in the batch.
    pub fn range(&self) -> Range<usize> {
        self.first as usize..self.end as usize
    }
}

/// What of a span has a fixed size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// See [`Span::span_id`](crate::Span::span_id).
    pub span_id: SpanId,
    /// See [`Span::parent_span_id`](crate::Span::parent_span_id); zeros are none.
    pub parent_span_id: SpanId,
    /// See [`Span::start_time_unix_nano`](crate::Span::start_time_unix_nano).
    pub start_time_unix_nano: u64,
    /// See [`Span::end_time_unix_nano`](crate::Span::end_time_unix_nano).
    pub end_time_unix_nano: u64,
    /// See [`Span::kind`](crate::Span::kind).
    pub kind: SpanKind,
    /// The code of [`Span::status`](crate::Span::status).
    pub status_code: StatusCode,
    /// The span name.
    pub name: TextNumber,
    /// Which of the batch's resources.
    pub resource: u32,
    /// Which of the batch's instrumentation scopes.
    pub scope: u32,
    /// Where its body begins. Bodies lie in the order in which spans were added.
    body: u32,
    body_bytes: u32,
}

impl Head {
    /// See [`Span::duration_nano`](crate::Span::duration_nano).
    pub fn duration_nano(&self) -> u64 {
        if self.start_time_unix_nano == 0 {
            return 0;
        }
        self.end_time_unix_nano.saturating_sub(self.start_time_unix_nano)
    }

    /// See [`Span::is_error`](crate::Span::is_error).
    pub fn is_error(&self) -> bool {
        self.status_code == StatusCode::ERROR
    }
}

/// An attribute: its key, and its value as [`value`] encodes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct PackedAttribute {
    key: TextNumber,
    /// Where its value ends; it begins where the one before ends.
    value_end: u32,
}

/// A resource, by numbers.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct PackedResource {
    /// Its attributes.
    pub attributes: Vec<AttributeNumber>,
    /// See [`Resource::dropped_attributes_count`](crate::Resource::dropped_attributes_count).
    pub dropped_attributes_count: u32,
    /// See [`Resource::schema_url`](crate::Resource::schema_url).
    pub schema_url: TextNumber,
}

/// What a resource says of its service.
#[derive(Debug, Clone)]
struct ServiceOf {
    name: Cow<'static, str>,
    version: Option<String>,
}

/// An instrumentation scope, by numbers.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct PackedScope {
    /// See [`Scope::name`](crate::Scope::name).
    pub name: TextNumber,
    /// See [`Scope::version`](crate::Scope::version).
    pub version: TextNumber,
    /// Its attributes.
    pub attributes: Vec<AttributeNumber>,
    /// See [`Scope::dropped_attributes_count`](crate::Scope::dropped_attributes_count).
    pub dropped_attributes_count: u32,
    /// See [`Scope::schema_url`](crate::Scope::schema_url).
    pub schema_url: TextNumber,
}

impl Batch {
    /// How many spans it has.
    pub fn len(&self) -> usize {
        self.heads.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// The traces that its spans are of, each once.
    pub fn traces(&self) -> &[TraceSpans] {
        &self.traces
    }

    /// All heads, each trace's together.
    pub fn heads(&self) -> &[Head] {
        &self.heads
    }

    /// The heads of one of its traces.
    pub fn heads_of(&self, trace: &TraceSpans) -> &[Head] {
        self.heads.get(trace.range()).unwrap_or_default()
    }

    /// A span's body, see [`body`].
    pub fn body(&self, head: &Head) -> &[u8] {
        let (start, length) = (head.body as usize, head.body_bytes as usize);
        self.bodies.get(start..start.saturating_add(length)).unwrap_or_default()
    }

    /// A text by its number; empty where there is none.
    pub fn text(&self, number: TextNumber) -> &str {
        let Some(place) = (number as usize).checked_sub(1) else {
            return "";
        };
        let range = range_before(&self.text_ends, place, |end| *end);
        range.and_then(|range| self.texts.get(range)).unwrap_or_default()
    }

    /// How many texts there are, the empty one included.
    pub fn text_count(&self) -> usize {
        self.text_ends.len().saturating_add(1)
    }

    /// How many attributes there are.
    pub fn attribute_count(&self) -> usize {
        self.attributes.len()
    }

    /// An attribute's key and its encoded value; empty ones where there is none.
    pub fn attribute(&self, number: AttributeNumber) -> (TextNumber, &[u8]) {
        let place = number as usize;
        let Some(attribute) = self.attributes.get(place) else {
            return (0, value::EMPTY);
        };
        let range = range_before(&self.attributes, place, |attribute| attribute.value_end);
        let value = range.and_then(|range| self.values.get(range));
        (attribute.key, value.unwrap_or(value::EMPTY))
    }

    /// The key of an attribute; the empty text where there is none.
    pub fn attribute_key(&self, number: AttributeNumber) -> TextNumber {
        self.attributes.get(number as usize).map_or(0, |attribute| attribute.key)
    }

    /// Its resources.
    pub fn resources(&self) -> &[PackedResource] {
        &self.resources
    }

    /// Its instrumentation scopes.
    pub fn scopes(&self) -> &[PackedScope] {
        &self.scopes
    }

    /// Gives back what its lists have grown beyond what they hold: while it was made that
    /// was up to as much again, and it is kept until its spans are sealed.
    fn shrink(&mut self) {
        self.traces.shrink_to_fit();
        self.heads.shrink_to_fit();
        self.bodies.shrink_to_fit();
        self.texts.shrink_to_fit();
        self.text_ends.shrink_to_fit();
        self.attributes.shrink_to_fit();
        self.values.shrink_to_fit();
        self.resources.shrink_to_fit();
        self.scopes.shrink_to_fit();
    }

    /// What it takes in memory, in bytes.
    pub fn memory_bytes(&self) -> usize {
        let lists = |attributes: &[AttributeNumber]| size_of_val(attributes);
        let resources = self.resources.iter().map(|resource| lists(&resource.attributes));
        let scopes = self.scopes.iter().map(|scope| lists(&scope.attributes));
        size_of::<Self>()
            + size_of_val(&*self.traces)
            + size_of_val(&*self.heads)
            + self.bodies.len()
            + self.texts.len()
            + size_of_val(&*self.text_ends)
            + size_of_val(&*self.attributes)
            + self.values.len()
            + size_of_val(&*self.resources)
            + size_of_val(&*self.scopes)
            + resources.sum::<usize>()
            + scopes.sum::<usize>()
    }
}

/// Where the item at `place` lies, of items that each say where they end.
fn range_before<T>(ends: &[T], place: usize, end: impl Fn(&T) -> u32) -> Option<Range<usize>> {
    let start = match place.checked_sub(1) {
        Some(before) => end(ends.get(before)?),
        None => 0,
    };
    Some(start as usize..end(ends.get(place)?) as usize)
}
