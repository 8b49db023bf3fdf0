#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::sync::Arc;

use super::chunk::Chunk;
use crate::otlp::fault::Fault;
use crate::otlp::limits::{Budget, Mark};
use crate::otlp::{DecodeError, Decoded, Limits, Reason};
use crate::{Resource, Scope};

/// The fewest bytes of a span that has both ids. Shorter ones will be refused, so
/// no room is made for them.
const SPAN_BYTES_MIN: usize = 28;

/// Reads an `ExportTraceServiceRequest`.
///
/// # Errors
/// Where the request is malformed or over a limit; then nothing of it is kept.
/// Single bad spans are no error: see [`Decoded::rejected`].
pub fn decode_request(body: &[u8], limits: &Limits) -> Result<Decoded, DecodeError> {
    limits.check_request(body)?;
    let mut decoder = Decoder::new(limits);
    let mut fields = Chunk::new(body);
    let mut index = 0_usize;
    while let Some((number, field)) = fields.next_field()? {
        if number == 1 {
            field
                .chunk("")
                .and_then(|chunk| decoder.resource_spans(chunk))
                .map_err(|error| error.within_item("resource_spans", index))?;
            index = index.saturating_add(1);
        }
    }
    let Decoder { mut decoded, budget, .. } = decoder;
    decoded.decoded_bytes = budget.taken();
    Ok(decoded)
}

pub(super) struct Decoder<'l> {
    pub(super) limits: &'l Limits,
    pub(super) budget: Budget,
    pub(super) decoded: Decoded,
    spans_seen: usize,
}

/// How things stood before an envelope was opened.
struct Before {
    mark: Mark,
    spans: usize,
    capacity: usize,
}

impl<'l> Decoder<'l> {
    fn new(limits: &'l Limits) -> Self {
        let budget = Budget::new(limits);
        Self { limits, budget, decoded: Decoded::default(), spans_seen: 0 }
    }

    fn before(&self) -> Before {
        let Decoded { spans, .. } = &self.decoded;
        Before { mark: self.budget.mark(), spans: spans.len(), capacity: spans.capacity() }
    }

    /// Gives back what an envelope took that brought no span.
    fn give_back_if_empty(&mut self, before: Before) {
        let Decoded { spans, .. } = &self.decoded;
        if spans.len() == before.spans && spans.capacity() == before.capacity {
            self.budget.give_back_since(before.mark);
        }
    }

    fn resource_spans(&mut self, chunk: Chunk<'_>) -> Result<(), DecodeError> {
        let before = self.before();

        // Fields come in any order: the resource first, wherever it stands.
        let mut resource = Resource::default();
        let mut refused = None;
        let mut has_scopes = false;
        let mut fields = chunk;
        let mut schema_url = "";
        while let Some((number, field)) = fields.next_field()? {
            match number {
                1 => {
                    let read = self.resource(field.chunk("resource")?, &mut resource);
                    refused = refused.or(Fault::split(read.map_err(|f| f.within("resource")))?);
                }
                2 => has_scopes = true,
                3 => schema_url = field.text("schema_url")?,
                _ => {}
            }
        }
        if !has_scopes {
            self.give_back_if_empty(before);
            return Ok(());
        }
        resource.schema_url = self.budget.text(schema_url)?;
        let resource = self.budget.share(resource)?;

        let mut fields = chunk;
        let mut index = 0_usize;
        while let Some((number, field)) = fields.next_field()? {
            if number == 2 {
                field
                    .chunk("")
                    .and_then(|chunk| self.scope_spans(chunk, &resource, refused.as_ref()))
                    .map_err(|error| error.within_item("scope_spans", index))?;
                index = index.saturating_add(1);
            }
        }
        self.give_back_if_empty(before);
        Ok(())
    }

    /// Reads one more `Resource` message into `resource`: proto3 merges them.
    fn resource(&mut self, chunk: Chunk<'_>, resource: &mut Resource) -> Result<(), Fault> {
        self.budget.reserve(&mut resource.attributes, chunk.count(1)?)?;
        let mut fields = chunk;
        while let Some((number, field)) = fields.next_field()? {
            match number {
                1 => self.attribute(field, &mut resource.attributes)?,
                2 => {
                    let count = field.varint("dropped_attributes_count")?;
                    resource.dropped_attributes_count = count as u32;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn scope_spans(
        &mut self,
        chunk: Chunk<'_>,
        resource: &Arc<Resource>,
        refused: Option<&Reason>,
    ) -> Result<(), DecodeError> {
        let before = self.before();
        let mut scope = Scope::default();
        let mut refused = refused.cloned();
        let mut fields = chunk;
        let mut schema_url = "";
        let mut spans = 0_usize;
        let mut spans_long_enough = 0_usize;
        while let Some((number, field)) = fields.next_field()? {
            match number {
                1 => {
                    let read = self.scope(field.chunk("scope")?, &mut scope);
                    refused = refused.or(Fault::split(read.map_err(|f| f.within("scope")))?);
                }
                2 => {
                    let length = field.chunk("spans")?.bytes().len();
                    spans = spans.saturating_add(1);
                    spans_long_enough =
                        spans_long_enough.saturating_add(usize::from(length >= SPAN_BYTES_MIN));
                }
                3 => schema_url = field.text("schema_url")?,
                _ => {}
            }
        }
        self.spans_seen = self.spans_seen.saturating_add(spans);
        if self.spans_seen > self.limits.spans_max {
            return Err(DecodeError::TooLarge { limit: "spans_max", max: self.limits.spans_max });
        }
        if spans == 0 || refused.is_some() {
            if let Some(reason) = refused {
                self.decoded.rejected.add_spans(reason, spans as u64);
            }
            self.give_back_if_empty(before);
            return Ok(());
        }
        scope.schema_url = self.budget.text(schema_url)?;
        let scope = self.budget.share(scope)?;

        self.budget.reserve(&mut self.decoded.spans, spans_long_enough)?;
        let mut fields = chunk;
        let mut index = 0_usize;
        while let Some((number, field)) = fields.next_field()? {
            if number == 2 {
                let mark = self.budget.mark();
                let links_dropped_before = self.decoded.links_dropped;
                let span = self.span(field.chunk("spans")?, resource, &scope);
                match span.map_err(|fault| fault.within_item("spans", index)) {
                    Ok(span) => self.budget.push(&mut self.decoded.spans, span)?,
                    Err(Fault::Span(reason)) => {
                        self.decoded.rejected.add(reason);
                        self.decoded.links_dropped = links_dropped_before;
                        self.budget.give_back_since(mark);
                    }
                    Err(Fault::Request(error)) => return Err(error),
                }
                index = index.saturating_add(1);
            }
        }
        self.give_back_if_empty(before);
        Ok(())
    }

    /// Reads one more `InstrumentationScope` message into `scope`.
    fn scope(&mut self, chunk: Chunk<'_>, scope: &mut Scope) -> Result<(), Fault> {
        self.budget.reserve(&mut scope.attributes, chunk.count(3)?)?;
        let mut fields = chunk;
        while let Some((number, field)) = fields.next_field()? {
            match number {
                1 => scope.name = self.budget.text(field.text("name")?)?,
                2 => scope.version = self.budget.text(field.text("version")?)?,
                3 => self.attribute(field, &mut scope.attributes)?,
                4 => {
                    let count = field.varint("dropped_attributes_count")?;
                    scope.dropped_attributes_count = count as u32;
                }
                _ => {}
            }
        }
        Ok(())
    }
}
