#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::sync::Arc;

use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess};

use super::decoder::Decoder;
use super::key::keys;
use super::message::{Items, List, Message, Object, Text};
use super::scalar::Number;
use super::span::ReadSpan;
use crate::otlp::{DecodeError, Decoded, Limits, Reason};
use crate::{Resource, Scope};

/// Reads an `ExportTraceServiceRequest` in JSON.
///
/// # Errors
/// Where the request is malformed or over a limit; then nothing of it is kept.
/// Single bad spans are no error: see [`Decoded::rejected`].
pub fn decode_request(body: &[u8], limits: &Limits) -> Result<Decoded, DecodeError> {
    limits.check_request(body)?;
    let mut decoder = Decoder::new(limits);
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

keys!(RequestKey { ResourceSpans = "resourceSpans" });

impl Message for Request {
    type Key = RequestKey;
    const EXPECTED: &'static str = "an object with resourceSpans";

    fn read_field<'de, A: MapAccess<'de>>(
        &mut self,
        key: RequestKey,
        values: &mut A,
        decoder: &mut Decoder,
    ) -> Result<(), A::Error> {
        match key {
            RequestKey::ResourceSpans => {
                values.next_value_seed(List(&mut AllResourceSpans, decoder))
            }
            RequestKey::Other => values.next_value::<IgnoredAny>().map(|_| ()),
        }
    }
}

struct AllResourceSpans;

impl Items for AllResourceSpans {
    const EXPECTED: &'static str = "a list of resourceSpans";

    fn read_item<'de, A: SeqAccess<'de>>(
        &mut self,
        items: &mut A,
        decoder: &mut Decoder,
    ) -> Result<bool, A::Error> {
        let first = decoder.decoded.spans.len();
        let mark = decoder.budget.mark();
        let mut item = ResourceSpans::default();
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
struct ResourceSpans {
    resource: Resource,
    refused: Option<Reason>,
    has_spans: bool,
}

keys!(ResourceSpansKey {
    Resource = "resource",
    ScopeSpans = "scopeSpans",
    SchemaUrl = "schemaUrl",
});

impl Message for ResourceSpans {
    type Key = ResourceSpansKey;
    const EXPECTED: &'static str = "an object with resource and scopeSpans";

    fn read_field<'de, A: MapAccess<'de>>(
        &mut self,
        key: ResourceSpansKey,
        values: &mut A,
        decoder: &mut Decoder,
    ) -> Result<(), A::Error> {
        match key {
            ResourceSpansKey::Resource => {
                values.next_value_seed(Object(&mut self.resource, decoder))?;
                self.refused = self.refused.take().or(decoder.refused.take());
            }
            ResourceSpansKey::ScopeSpans => {
                self.has_spans = true;
                values.next_value_seed(List(&mut AllScopeSpans, decoder))?;
            }
            ResourceSpansKey::SchemaUrl => {
                values.next_value_seed(Text(&mut self.resource.schema_url, decoder))?;
            }
            ResourceSpansKey::Other => {
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

struct AllScopeSpans;

impl Items for AllScopeSpans {
    const EXPECTED: &'static str = "a list of scopeSpans";

    fn read_item<'de, A: SeqAccess<'de>>(
        &mut self,
        items: &mut A,
        decoder: &mut Decoder,
    ) -> Result<bool, A::Error> {
        let first = decoder.decoded.spans.len();
        let mut item = ScopeSpans::default();
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
struct ScopeSpans {
    scope: Scope,
    refused: Option<Reason>,
}

keys!(ScopeSpansKey { Scope = "scope", Spans = "spans", SchemaUrl = "schemaUrl" });

impl Message for ScopeSpans {
    type Key = ScopeSpansKey;
    const EXPECTED: &'static str = "an object with scope and spans";

    fn read_field<'de, A: MapAccess<'de>>(
        &mut self,
        key: ScopeSpansKey,
        values: &mut A,
        decoder: &mut Decoder,
    ) -> Result<(), A::Error> {
        match key {
            ScopeSpansKey::Scope => {
                values.next_value_seed(Object(&mut self.scope, decoder))?;
                self.refused = self.refused.take().or(decoder.refused.take());
            }
            ScopeSpansKey::Spans => values.next_value_seed(List(&mut Spans, decoder))?,
            ScopeSpansKey::SchemaUrl => {
                values.next_value_seed(Text(&mut self.scope.schema_url, decoder))?;
            }
            ScopeSpansKey::Other => {
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
