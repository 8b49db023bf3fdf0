#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::sync::Arc;

use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess};

use super::decoder::Decoder;
use super::key::keys;
use super::log_record::LogRecords;
use super::message::{Items, List, Message, Object, Text};
use super::scalar::Number;
use super::span::ReadSpan;
use crate::otlp::{DecodeError, Decoded, Limits, Reason, Signal};
use crate::{Resource, Scope};

/// Reads an `ExportTraceServiceRequest` in JSON.
///
/// # Errors
/// Where the request is malformed or over a limit; then nothing of it is kept.
/// Single bad spans are no error: see [`Decoded::rejected`].
pub fn decode_request(body: &[u8], limits: &Limits) -> Result<Decoded, DecodeError> {
    decode(Signal::Traces, body, limits)
}

/// Reads an `ExportLogsServiceRequest` in JSON: each log record as a span of the kind
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
    let mut json = serde_json::Deserializer::from_slice(body);
    let read = Object(&mut Request, &mut decoder).deserialize(&mut json).and_then(|is_object| {
        json.end()?;
        // Elsewhere `null` means "absent".
        if is_object { Ok(()) } else { Err(Error::custom("null is no request")) }
    });
    match read {
        Ok(()) => Ok(decoder.into_decoded()),
        Err(error) => Err(decoder.into_error(&error)),
    }
}

struct Request;

keys!(RequestKey { ResourceSpans = "resourceSpans", ResourceLogs = "resourceLogs" });

impl Message for Request {
    type Key = RequestKey;
    const EXPECTED: &'static str = "an object with resourceSpans or resourceLogs";

    fn read_field<'de, A: MapAccess<'de>>(
        &mut self,
        key: RequestKey,
        values: &mut A,
        decoder: &mut Decoder,
    ) -> Result<(), A::Error> {
        match key {
            RequestKey::ResourceSpans if decoder.signal == Signal::Traces => {
                values.next_value_seed(List(&mut AllResourceItems, decoder))
            }
            RequestKey::ResourceLogs if decoder.signal == Signal::Logs => {
                values.next_value_seed(List(&mut AllResourceItems, decoder))
            }
            _ => values.next_value::<IgnoredAny>().map(|_| ()),
        }
    }
}

/// The `ResourceSpans` or `ResourceLogs`.
struct AllResourceItems;

impl Items for AllResourceItems {
    const EXPECTED: &'static str = "a list with an entry for each resource";

    fn read_item<'de, A: SeqAccess<'de>>(
        &mut self,
        items: &mut A,
        decoder: &mut Decoder,
    ) -> Result<bool, A::Error> {
        let first = decoder.decoded.spans.len();
        let mark = decoder.budget.mark();
        let mut item = ResourceItems::default();
        if items.next_element_seed(Object(&mut item, decoder))?.is_none() {
            return Ok(false);
        }
        if let Some(reason) = item.refused {
            decoder.refuse_from(first, reason);
        }
        if decoder.decoded.spans.len() > first {
            let shared = decoder.budget.share(item.resource);
            let resource = decoder.granted(shared)?;
            for span in decoder.decoded.spans.iter_mut().skip(first) {
                span.resource = Arc::clone(&resource);
            }
        } else if !item.has_spans {
            decoder.budget.give_back_since(mark);
        }
        Ok(true)
    }
}

#[derive(Default)]
struct ResourceItems {
    resource: Resource,
    refused: Option<Reason>,
    has_spans: bool,
}

keys!(ResourceItemsKey {
    Resource = "resource",
    ScopeSpans = "scopeSpans",
    ScopeLogs = "scopeLogs",
    SchemaUrl = "schemaUrl",
});

impl Message for ResourceItems {
    type Key = ResourceItemsKey;
    const EXPECTED: &'static str = "an object with resource and scopeSpans or scopeLogs";

    fn read_field<'de, A: MapAccess<'de>>(
        &mut self,
        key: ResourceItemsKey,
        values: &mut A,
        decoder: &mut Decoder,
    ) -> Result<(), A::Error> {
        match key {
            ResourceItemsKey::Resource => {
                values.next_value_seed(Object(&mut self.resource, decoder))?;
                self.refused = self.refused.take().or(decoder.refused.take());
            }
            ResourceItemsKey::ScopeSpans if decoder.signal == Signal::Traces => {
                self.has_spans = true;
                values.next_value_seed(List(&mut AllScopeItems, decoder))?;
            }
            ResourceItemsKey::ScopeLogs if decoder.signal == Signal::Logs => {
                self.has_spans = true;
                values.next_value_seed(List(&mut AllScopeItems, decoder))?;
            }
            ResourceItemsKey::SchemaUrl => {
                values.next_value_seed(Text(&mut self.resource.schema_url, decoder))?;
            }
            _ => {
                values.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

keys!(ResourceKey {
    Attributes = "attributes",
    DroppedAttributesCount = "droppedAttributesCount",
});

impl Message for Resource {
    type Key = ResourceKey;
    const EXPECTED: &'static str = "a resource";

    fn read_field<'de, A: MapAccess<'de>>(
        &mut self,
        key: ResourceKey,
        values: &mut A,
        decoder: &mut Decoder,
    ) -> Result<(), A::Error> {
        match key {
            ResourceKey::Attributes => values.next_value_seed(List(&mut self.attributes, decoder)),
            ResourceKey::DroppedAttributesCount => {
                values.next_value_seed(Number(&mut self.dropped_attributes_count)).map(|_| ())
            }
            ResourceKey::Other => values.next_value::<IgnoredAny>().map(|_| ()),
        }
    }
}

/// The `ScopeSpans` or `ScopeLogs`.
struct AllScopeItems;

impl Items for AllScopeItems {
    const EXPECTED: &'static str = "a list with an entry for each scope";

    fn read_item<'de, A: SeqAccess<'de>>(
        &mut self,
        items: &mut A,
        decoder: &mut Decoder,
    ) -> Result<bool, A::Error> {
        let first = decoder.decoded.spans.len();
        let mut item = ScopeItems::default();
        if items.next_element_seed(Object(&mut item, decoder))?.is_none() {
            return Ok(false);
        }
        if let Some(reason) = item.refused {
            decoder.refuse_from(first, reason);
        }
        if decoder.decoded.spans.len() > first {
            let shared = decoder.budget.share(item.scope);
            let scope = decoder.granted(shared)?;
            for span in decoder.decoded.spans.iter_mut().skip(first) {
                span.scope = Arc::clone(&scope);
            }
        }
        Ok(true)
    }
}

#[derive(Default)]
struct ScopeItems {
    scope: Scope,
    refused: Option<Reason>,
}

keys!(ScopeItemsKey {
    Scope = "scope",
    Spans = "spans",
    LogRecords = "logRecords",
    SchemaUrl = "schemaUrl",
});

impl Message for ScopeItems {
    type Key = ScopeItemsKey;
    const EXPECTED: &'static str = "an object with scope and spans or logRecords";

    fn read_field<'de, A: MapAccess<'de>>(
        &mut self,
        key: ScopeItemsKey,
        values: &mut A,
        decoder: &mut Decoder,
    ) -> Result<(), A::Error> {
        match key {
            ScopeItemsKey::Scope => {
                values.next_value_seed(Object(&mut self.scope, decoder))?;
                self.refused = self.refused.take().or(decoder.refused.take());
            }
            ScopeItemsKey::Spans if decoder.signal == Signal::Traces => {
                values.next_value_seed(List(&mut Spans, decoder))?;
            }
            ScopeItemsKey::LogRecords if decoder.signal == Signal::Logs => {
                values.next_value_seed(List(&mut LogRecords, decoder))?;
            }
            ScopeItemsKey::SchemaUrl => {
                values.next_value_seed(Text(&mut self.scope.schema_url, decoder))?;
            }
            _ => {
                values.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

keys!(ScopeKey {
    Name = "name",
    Version = "version",
    Attributes = "attributes",
    DroppedAttributesCount = "droppedAttributesCount",
});

impl Message for Scope {
    type Key = ScopeKey;
    const EXPECTED: &'static str = "a scope";

    fn read_field<'de, A: MapAccess<'de>>(
        &mut self,
        key: ScopeKey,
        values: &mut A,
        decoder: &mut Decoder,
    ) -> Result<(), A::Error> {
        match key {
            ScopeKey::Name => values.next_value_seed(Text(&mut self.name, decoder))?,
            ScopeKey::Version => values.next_value_seed(Text(&mut self.version, decoder))?,
            ScopeKey::Attributes => {
                return values.next_value_seed(List(&mut self.attributes, decoder));
            }
            ScopeKey::DroppedAttributesCount => {
                values.next_value_seed(Number(&mut self.dropped_attributes_count))?
            }
            ScopeKey::Other => values.next_value::<IgnoredAny>().map(|_| true)?,
        };
        Ok(())
    }
}

/// The list of spans: each is kept or refused.
struct Spans;

impl Items for Spans {
    const EXPECTED: &'static str = "a list of spans";

    fn read_item<'de, A: SeqAccess<'de>>(
        &mut self,
        items: &mut A,
        decoder: &mut Decoder,
    ) -> Result<bool, A::Error> {
        let mark = decoder.budget.mark();
        let mut read = ReadSpan { span: decoder.blank_span(), links_dropped: 0 };
        if items.next_element_seed(Object(&mut read, decoder))?.is_none() {
            return Ok(false);
        }
        decoder.finish_span(read, mark)?;
        Ok(true)
    }
}
