//! Batches in the making.

use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashMap, HashTable};

use super::body::has;
use super::{
    AttributeNumber, Batch, Head, PackedAttribute, PackedResource, PackedScope, TextNumber,
    TraceSpans, value,
};
use crate::codec::Writer;
use crate::{Attribute, Event, Link, Resource, Scope, Span, SpanId, SpanKind, StatusCode, TraceId};

/// A batch in the making. Spans are added one by one; those of one trace need not
/// come together.
#[derive(Debug, Default)]
pub struct Builder {
    batch: Batch,
    /// Of each head, which trace it is of.
    trace_of: Vec<u32>,
    trace_ids: Vec<TraceId>,
    hasher: DefaultHashBuilder,
    text_numbers: HashTable<Numbered>,
    attribute_numbers: HashTable<Numbered>,
    trace_numbers: HashTable<Numbered>,
    scratch: Writer,
}

/// A number and the hash of what it stands for, which is not hashed again when a
/// table grows.
#[derive(Debug, Clone, Copy)]
struct Numbered {
    hash: u64,
    number: u32,
}

/// What of a span a [`Head`] holds, and whose span it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct SpanHead {
    /// See [`Span::trace_id`].
    pub trace_id: TraceId,
    /// See [`Span::span_id`].
    pub span_id: SpanId,
    /// See [`Span::parent_span_id`].
    pub parent_span_id: Option<SpanId>,
    /// See [`Span::start_time_unix_nano`].
    pub start_time_unix_nano: u64,
    /// See [`Span::end_time_unix_nano`].
    pub end_time_unix_nano: u64,
    /// See [`Span::kind`].
    pub kind: SpanKind,
    /// The code of [`Span::status`].
    pub status_code: StatusCode,
    /// The span name.
    pub name: TextNumber,
    /// Which of the batch's resources.
    pub resource: u32,
    /// Which of the batch's instrumentation scopes.
    pub scope: u32,
}

impl Builder {
    /// A batch without spans.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many spans it has so far.
    pub fn len(&self) -> usize {
        self.batch.heads.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.batch.heads.is_empty()
    }

    /// How many texts it has so far, the empty one included.
    pub fn text_count(&self) -> usize {
        self.batch.text_count()
    }

    /// The number of `text`, new if it is.
    pub fn text(&mut self, text: &str) -> TextNumber {
        if text.is_empty() {
            return 0;
        }
        let Self { batch, text_numbers, hasher, .. } = self;
        let hash = hasher.hash_one(text);
        let entry = text_numbers.entry(
            hash,
            |known| known.hash == hash && batch.text(known.number) == text,
            |known| known.hash,
        );
        match entry {
            Entry::Occupied(known) => known.get().number,
            Entry::Vacant(place) => {
                batch.texts.push_str(text);
                batch.text_ends.push(to_u32(batch.texts.len()));
                let number = to_u32(batch.text_ends.len());
                place.insert(Numbered { hash, number });
                number
            }
        }
    }

    /// A new attribute, whether it is known or not: for callers that keep their own
    /// account of what is. `write_value` appends one [`value`].
    ///
    /// # Errors
    /// What `write_value` says; then there is no new attribute.
    pub fn push_attribute<E>(
        &mut self,
        key: &str,
        write_value: impl FnOnce(&mut Writer) -> Result<(), E>,
    ) -> Result<AttributeNumber, E> {
        self.scratch.clear();
        write_value(&mut self.scratch)?;
        let key = self.text(key);
        Ok(push_attribute(&mut self.batch, key, self.scratch.as_bytes()))
    }

    /// The key and the [`value`] of the attribute of this number.
    pub fn attribute_of(&self, number: AttributeNumber) -> (&str, &[u8]) {
        let (key, value) = self.batch.attribute(number);
        (self.batch.text(key), value)
    }

    /// The number of an attribute, new if it is.
    pub fn attribute(&mut self, attribute: &Attribute) -> AttributeNumber {
        let key = self.text(&attribute.key);
        self.scratch.clear();
        value::write(&mut self.scratch, &attribute.value);
        let Self { batch, attribute_numbers, hasher, scratch, .. } = self;
        let value = scratch.as_bytes();
        let hash = hasher.hash_one((key, value));
        let entry = attribute_numbers.entry(
            hash,
            |known| known.hash == hash && batch.attribute(known.number) == (key, value),
            |known| known.hash,
        );
        match entry {
            Entry::Occupied(known) => known.get().number,
            Entry::Vacant(place) => {
                let number = push_attribute(batch, key, value);
                place.insert(Numbered { hash, number });
                number
            }
        }
    }

    /// A further resource; its number.
    pub fn resource(&mut self, resource: PackedResource) -> u32 {
        self.batch.resources.push(resource);
        to_u32(self.batch.resources.len().saturating_sub(1))
    }

    /// A further instrumentation scope; its number.
    pub fn scope(&mut self, scope: PackedScope) -> u32 {
        self.batch.scopes.push(scope);
        to_u32(self.batch.scopes.len().saturating_sub(1))
    }

    /// Adds a span with this [`body`](super::body).
    pub fn push(&mut self, span: &SpanHead, body: &[u8]) {
        let trace = self.trace(span.trace_id);
        self.trace_of.push(trace);
        self.batch.heads.push(Head {
            span_id: span.span_id,
            parent_span_id: span.parent_span_id.unwrap_or_default(),
            start_time_unix_nano: span.start_time_unix_nano,
            end_time_unix_nano: span.end_time_unix_nano,
            kind: span.kind,
            status_code: span.status_code,
            name: span.name,
            resource: span.resource,
            scope: span.scope,
            body: to_u32(self.batch.bodies.len()),
            body_bytes: to_u32(body.len()),
        });
        self.batch.bodies.extend_from_slice(body);
    }

    fn trace(&mut self, id: TraceId) -> u32 {
        // Most spans follow one of their own trace.
        if let Some(last) = self.trace_of.last()
            && self.trace_ids.get(*last as usize) == Some(&id)
        {
            return *last;
        }
        let Self { trace_ids, trace_numbers, hasher, .. } = self;
        let hash = hasher.hash_one(id);
        let entry = trace_numbers.entry(
            hash,
            |known| trace_ids.get(known.number as usize) == Some(&id),
            |known| known.hash,
        );
        match entry {
            Entry::Occupied(known) => known.get().number,
            Entry::Vacant(place) => {
                let number = to_u32(trace_ids.len());
                trace_ids.push(id);
                place.insert(Numbered { hash, number });
                number
            }
        }
    }

    /// The batch: each trace's spans together, in the order in which they were added.
    pub fn finish(self) -> Batch {
        let Self { mut batch, trace_of, trace_ids, .. } = self;
        let mut next = vec![0u32; trace_ids.len()];
        for trace in &trace_of {
            if let Some(count) = next.get_mut(*trace as usize) {
                *count = count.saturating_add(1);
            }
        }
        let mut first = 0u32;
        for (id, count) in trace_ids.into_iter().zip(&mut next) {
            let end = first.saturating_add(*count);
            batch.traces.push(TraceSpans { id, first, end });
            *count = first;
            first = end;
        }
        if !trace_of.is_sorted() {
            let heads = batch.heads.clone();
            for (head, trace) in heads.into_iter().zip(trace_of) {
                let Some(place) = next.get_mut(trace as usize) else { continue };
                if let Some(slot) = batch.heads.get_mut(*place as usize) {
                    *slot = head;
                }
                *place = place.saturating_add(1);
            }
        }
        batch.shrink();
        batch
    }

    /// Adds a span of the model. `shared` knows the resources and scopes of those
    /// before it.
    fn push_span(&mut self, span: &Span, shared: &mut SharedNumbers) {
        let head = SpanHead {
            trace_id: span.trace_id,
            span_id: span.span_id,
            parent_span_id: span.parent_span_id,
            start_time_unix_nano: span.start_time_unix_nano,
            end_time_unix_nano: span.end_time_unix_nano,
            kind: span.kind,
            status_code: span.status.code,
            name: self.text(&span.name),
            resource: shared.resource(self, &span.resource),
            scope: shared.scope(self, &span.scope),
        };
        let mut body = Writer::new();
        self.write_body(&mut body, span);
        self.push(&head, body.as_bytes());
    }

    fn write_body(&mut self, out: &mut Writer, span: &Span) {
        let flag = |is_there: bool, bit: u8| if is_there { bit } else { 0 };
        let what = flag(!span.trace_state.is_empty(), has::TRACE_STATE)
            | flag(span.flags != 0, has::FLAGS)
            | flag(span.dropped_attributes_count != 0, has::DROPPED_ATTRIBUTES)
            | flag(!span.events.is_empty(), has::EVENTS)
            | flag(span.dropped_events_count != 0, has::DROPPED_EVENTS)
            | flag(!span.links.is_empty(), has::LINKS)
            | flag(span.dropped_links_count != 0, has::DROPPED_LINKS)
            | flag(!span.status.message.is_empty(), has::STATUS_MESSAGE);
        out.u8(what);
        self.write_attributes(out, &span.attributes);
        if what & has::TRACE_STATE != 0 {
            out.varint(self.text(&span.trace_state).into());
        }
        if what & has::FLAGS != 0 {
            out.varint(span.flags.into());
        }
        if what & has::DROPPED_ATTRIBUTES != 0 {
            out.varint(span.dropped_attributes_count.into());
        }
        if what & has::EVENTS != 0 {
            out.size(span.events.len());
            for event in &span.events {
                self.write_event(out, event, span.start_time_unix_nano);
            }
        }
        if what & has::DROPPED_EVENTS != 0 {
            out.varint(span.dropped_events_count.into());
        }
        if what & has::LINKS != 0 {
            out.size(span.links.len());
            span.links.iter().for_each(|link| self.write_link(out, link));
        }
        if what & has::DROPPED_LINKS != 0 {
            out.varint(span.dropped_links_count.into());
        }
        if what & has::STATUS_MESSAGE != 0 {
            out.varint(self.text(&span.status.message).into());
        }
    }

    fn write_event(&mut self, out: &mut Writer, event: &Event, span_start: u64) {
        out.zigzag(event.time_unix_nano.wrapping_sub(span_start).cast_signed());
        out.varint(self.text(&event.name).into());
        self.write_attributes(out, &event.attributes);
        out.varint(event.dropped_attributes_count.into());
    }

    fn write_link(&mut self, out: &mut Writer, link: &Link) {
        out.raw(link.trace_id.as_bytes());
        out.raw(link.span_id.as_bytes());
        out.varint(self.text(&link.trace_state).into());
        out.varint(link.flags.into());
        self.write_attributes(out, &link.attributes);
        out.varint(link.dropped_attributes_count.into());
    }

    fn write_attributes(&mut self, out: &mut Writer, attributes: &[Attribute]) {
        out.size(attributes.len());
        for attribute in attributes {
            let number = self.attribute(attribute);
            out.varint(number.into());
        }
    }
}

fn push_attribute(batch: &mut Batch, key: TextNumber, value: &[u8]) -> AttributeNumber {
    let number = to_u32(batch.attributes.len());
    batch.values.extend_from_slice(value);
    batch.attributes.push(PackedAttribute { key, value_end: to_u32(batch.values.len()) });
    number
}

impl Batch {
    /// The batch of `spans`.
    pub fn of(spans: &[Span]) -> Self {
        let mut builder = Builder::new();
        let mut shared = SharedNumbers::default();
        spans.iter().for_each(|span| builder.push_span(span, &mut shared));
        builder.finish()
    }
}

/// The numbers of resources and scopes, by their places in memory: spans share them.
#[derive(Default)]
struct SharedNumbers {
    resources: HashMap<*const Resource, u32>,
    scopes: HashMap<*const Scope, u32>,
}

impl SharedNumbers {
    fn resource(&mut self, builder: &mut Builder, resource: &Arc<Resource>) -> u32 {
        *self.resources.entry(Arc::as_ptr(resource)).or_insert_with(|| {
            let attributes = resource.attributes.iter().map(|one| builder.attribute(one)).collect();
            let schema_url = builder.text(&resource.schema_url);
            let dropped_attributes_count = resource.dropped_attributes_count;
            builder.resource(PackedResource { attributes, dropped_attributes_count, schema_url })
        })
    }

    fn scope(&mut self, builder: &mut Builder, scope: &Arc<Scope>) -> u32 {
        *self.scopes.entry(Arc::as_ptr(scope)).or_insert_with(|| {
            let packed = PackedScope {
                name: builder.text(&scope.name),
                version: builder.text(&scope.version),
                attributes: scope.attributes.iter().map(|one| builder.attribute(one)).collect(),
                dropped_attributes_count: scope.dropped_attributes_count,
                schema_url: builder.text(&scope.schema_url),
            };
            builder.scope(packed)
        })
    }
}

/// Requests are bounded far below 4 GiB; beyond, places would not be told apart, and
/// the decoders have refused long before.
pub(super) fn to_u32(size: usize) -> u32 {
    u32::try_from(size).unwrap_or(u32::MAX)
}
