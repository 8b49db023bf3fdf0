#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use super::attribute::KnownAttributes;
use super::chunk::Chunk;
use super::span::Scratch;
use crate::batch::{Builder, PackedResource, PackedScope, SpanHead};
use crate::otlp::fault::Fault;
use crate::otlp::limits::Budget;
use crate::otlp::{DecodeError, Decoded, Limits, Reason, Rejected, Signal};

/// Reads an `ExportTraceServiceRequest`.
///
/// # Errors
/// Where the request is malformed or over a limit; then nothing of it is kept.
/// Single bad spans are no error: see [`Decoded::rejected`].
pub fn decode_request(body: &[u8], limits: &Limits) -> Result<Decoded, DecodeError> {
    decode(Signal::Traces, body, limits)
}

/// Reads an `ExportLogsServiceRequest`: each log record as a span of the kind
/// [`SpanKind::LOG_RECORD`](crate::SpanKind::LOG_RECORD), see [`crate::log_record`].
///
/// # Errors
/// As of [`decode_request`].
pub fn decode_logs_request(body: &[u8], limits: &Limits) -> Result<Decoded, DecodeError> {
    decode(Signal::Logs, body, limits)
}

fn decode(signal: Signal, body: &[u8], limits: &Limits) -> Result<Decoded, DecodeError> {
    limits.check_request(body)?;
    let mut decoder = Decoder::new(signal, limits);
    let mut fields = Chunk::new(body);
    let mut index = 0_usize;
    while let Some((number, field)) = fields.next_field()? {
        if number == 1 {
            field
                .chunk("")
                .and_then(|chunk| decoder.resource_items(chunk))
                .map_err(|error| error.within_item(signal.fields()[0], index))?;
            index = index.saturating_add(1);
        }
    }
    let Decoder { builder, rejected, links_dropped, budget, .. } = decoder;
    let decoded_bytes = budget.taken();
    Ok(Decoded { batch: builder.finish(), rejected, links_dropped, decoded_bytes })
}

pub(super) struct Decoder<'a> {
    signal: Signal,
    pub(super) limits: &'a Limits,
    pub(super) budget: Budget,
    pub(super) builder: Builder,
    pub(super) known: KnownAttributes<'a>,
    pub(super) scratch: Scratch,
    pub(super) links_dropped: u64,
    rejected: Rejected,
    spans_seen: usize,
}

impl<'a> Decoder<'a> {
    fn new(signal: Signal, limits: &'a Limits) -> Self {
        Self {
            signal,
            limits,
            budget: Budget::new(limits),
            builder: Builder::new(),
            known: KnownAttributes::default(),
            scratch: Scratch::default(),
            links_dropped: 0,
            rejected: Rejected::new(signal),
            spans_seen: 0,
        }
    }

    /// Reads a `ResourceSpans` or a `ResourceLogs`.
    fn resource_items(&mut self, chunk: Chunk<'a>) -> Result<(), DecodeError> {
        // Fields come in any order: the resource first, wherever it stands.
        let mut resource = PackedResource::default();
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
            return Ok(());
        }
        resource.schema_url = self.text(schema_url)?;
        let mut resource = Pending::Unnumbered(resource);

        let mut fields = chunk;
        let mut index = 0_usize;
        while let Some((number, field)) = fields.next_field()? {
            if number == 2 {
                field
                    .chunk("")
                    .and_then(|chunk| self.scope_items(chunk, &mut resource, refused.as_ref()))
                    .map_err(|error| error.within_item(self.signal.fields()[1], index))?;
                index = index.saturating_add(1);
            }
        }
        Ok(())
    }

    /// Reads one more `Resource` message into `resource`: proto3 merges them.
    fn resource(&mut self, chunk: Chunk<'a>, resource: &mut PackedResource) -> Result<(), Fault> {
        let mut fields = chunk;
        while let Some((number, field)) = fields.next_field()? {
            match number {
                1 => {
                    let index = resource.attributes.len();
                    resource.attributes.push(self.attribute(field, index)?);
                }
                2 => {
                    let count = field.varint("dropped_attributes_count")?;
                    resource.dropped_attributes_count = count as u32;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Reads a `ScopeSpans` or a `ScopeLogs`.
    fn scope_items(
        &mut self,
        chunk: Chunk<'a>,
        resource: &mut Pending,
        refused: Option<&Reason>,
    ) -> Result<(), DecodeError> {
        let [_, _, name] = self.signal.fields();
        let mut scope = PackedScope::default();
        let mut refused = refused.cloned();
        let mut fields = chunk;
        let mut schema_url = "";
        let mut spans = 0_usize;
        while let Some((number, field)) = fields.next_field()? {
            match number {
                1 => {
                    let read = self.scope(field.chunk("scope")?, &mut scope);
                    refused = refused.or(Fault::split(read.map_err(|f| f.within("scope")))?);
                }
                2 => {
                    field.chunk(name)?;
                    spans = spans.saturating_add(1);
                }
                3 => schema_url = field.text("schema_url")?,
                _ => {}
            }
        }
        self.spans_seen = self.spans_seen.saturating_add(spans);
        if self.spans_seen > self.limits.spans_max {
            return Err(DecodeError::TooLarge { limit: "spans_max", max: self.limits.spans_max });
        }
        if spans == 0 {
            return Ok(());
        }
        if let Some(reason) = refused {
            self.rejected.add_spans(reason, spans as u64);
            return Ok(());
        }
        scope.schema_url = self.text(schema_url)?;
        let mut scope = Some(scope);
        let mut senders = (0, 0);
        let mut head = SpanHead::default();
        let mut fields = chunk;
        let mut index = 0_usize;
        while let Some((number, field)) = fields.next_field()? {
            if number == 2 {
                let chunk = field.chunk(name)?;
                let read = match self.signal {
                    Signal::Traces => self.span(chunk, &mut head),
                    Signal::Logs => self.log_record(chunk, &mut head),
                };
                match read.map_err(|fault| fault.within_item(name, index)) {
                    Ok(()) => {
                        // Numbered for the first span that is kept: empty envelopes
                        // take nothing.
                        if let Some(scope) = scope.take() {
                            self.budget.take(size_of::<PackedScope>())?;
                            senders = (resource.number(self)?, self.builder.scope(scope));
                        }
                        (head.resource, head.scope) = senders;
                        self.push_span(&head)?;
                    }
                    Err(Fault::Span(reason)) => self.rejected.add(reason),
                    Err(Fault::Request(error)) => return Err(error),
                }
                index = index.saturating_add(1);
            }
        }
        Ok(())
    }

    /// Reads one more `InstrumentationScope` message into `scope`.
    fn scope(&mut self, chunk: Chunk<'a>, scope: &mut PackedScope) -> Result<(), Fault> {
        let mut fields = chunk;
        while let Some((number, field)) = fields.next_field()? {
            match number {
                1 => scope.name = self.text(field.text("name")?)?,
                2 => scope.version = self.text(field.text("version")?)?,
                3 => {
                    let index = scope.attributes.len();
                    scope.attributes.push(self.attribute(field, index)?);
                }
                4 => {
                    let count = field.varint("dropped_attributes_count")?;
                    scope.dropped_attributes_count = count as u32;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The number of a text, if there is room for it. Each use is charged as the copy
    /// that it is in the model; the batch's one copy is covered by the first.
    pub(super) fn text(&mut self, text: &str) -> Result<u32, DecodeError> {
        if text.is_empty() {
            return Ok(0);
        }
        self.budget.take(text.len())?;
        let before = self.builder.text_count();
        let number = self.builder.text(text);
        if self.builder.text_count() > before {
            self.budget.take(NEW_TEXT_BYTES)?;
        }
        Ok(number)
    }
}

/// What a new text costs beside its bytes: its place, and twice its entry in the table
/// that finds it, which is kept half empty.
pub(super) const NEW_TEXT_BYTES: usize = size_of::<u32>() + 2 * size_of::<(u64, u32)>();

/// A resource that gets its number when the first span refers to it.
enum Pending {
    Unnumbered(PackedResource),
    Numbered(u32),
}

impl Pending {
    fn number(&mut self, decoder: &mut Decoder<'_>) -> Result<u32, DecodeError> {
        match self {
            Self::Numbered(number) => Ok(*number),
            Self::Unnumbered(resource) => {
                decoder.budget.take(size_of::<PackedResource>())?;
                let number = decoder.builder.resource(std::mem::take(resource));
                *self = Self::Numbered(number);
                Ok(number)
            }
        }
    }
}
