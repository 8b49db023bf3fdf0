//! From a batch back to spans of the model.

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::borrow::Cow;
use std::sync::Arc;

use super::body::{self, Keys, Owner, Source, Wanted};
use super::{Batch, Head, PackedResource, PackedScope, ServiceOf, value};
use crate::codec::{Malformed, Reader};
use crate::numbered::{Dictionary, Numbered};
use crate::{Attribute, Resource, Scope, Span, SpanId, Status, TraceId, semconv};

/// Gives the spans of one batch, which share their resources and scopes.
#[derive(Debug)]
pub struct SpanReader<'a> {
    batch: &'a Batch,
    wanted: Wanted<'a>,
    resources: Vec<Option<Arc<Resource>>>,
    scopes: Vec<Option<Arc<Scope>>>,
}

impl<'a> SpanReader<'a> {
    /// A reader of `batch`.
    pub fn new(batch: &'a Batch) -> Self {
        Self {
            batch,
            wanted: Wanted::ALL,
            resources: vec![None; batch.resources().len()],
            scopes: vec![None; batch.scopes().len()],
        }
    }

    /// The same, but only of what is wanted of spans.
    pub fn with_only(self, wanted: Wanted<'a>) -> Self {
        Self { wanted, ..self }
    }

    /// The span of `head`, which is of the trace `trace_id`.
    pub fn span(&mut self, trace_id: TraceId, head: &Head) -> Span {
        self.read(trace_id, head, None)
    }

    /// The same, with what is not wanted by itself in `numbered`. `batch` is what this reads.
    pub fn span_numbered(
        &mut self,
        trace_id: TraceId,
        head: &Head,
        batch: &Arc<Batch>,
        numbered: &mut Numbered,
    ) -> Span {
        let span = self.read(trace_id, head, Some(numbered));
        let has_name = self.has_name(head, true);
        numbered.end_span(batch, (!has_name).then_some(head.name));
        span
    }

    /// Whether the span of `head` has its name itself.
    fn has_name(&self, head: &Head, by_number: bool) -> bool {
        self.wanted.names || by_number && !head.parent_span_id.is_valid()
    }

    fn read(&mut self, trace_id: TraceId, head: &Head, numbered: Option<&mut Numbered>) -> Span {
        let mut span = Span {
            trace_id,
            span_id: head.span_id,
            parent_span_id: Some(head.parent_span_id).filter(SpanId::is_valid),
            trace_state: String::new(),
            flags: 0,
            name: match self.has_name(head, numbered.is_some()) {
                true => self.batch.text(head.name).to_owned(),
                false => String::new(),
            },
            kind: head.kind,
            start_time_unix_nano: head.start_time_unix_nano,
            end_time_unix_nano: head.end_time_unix_nano,
            attributes: Vec::new(),
            dropped_attributes_count: 0,
            events: Vec::new(),
            dropped_events_count: 0,
            links: Vec::new(),
            dropped_links_count: 0,
            status: Status { code: head.status_code, message: String::new() },
            resource: self.resource(head.resource),
            scope: self.scope(head.scope),
        };
        if self.wanted.keys.are_none() && !self.wanted.details && numbered.is_none() {
            return span;
        }
        let mut source = Numbers { batch: self.batch, keys: self.wanted.keys, numbered };
        let mut body = Reader::new(self.batch.body(head));
        let read = body::read(&mut body, &mut source, self.wanted, &mut span);
        // Batches are only made by `Builder` and by `Batch::decode`, which checks.
        debug_assert_eq!(read, Ok(()));
        span
    }

    fn resource(&mut self, number: u32) -> Arc<Resource> {
        let Some(place) = self.resources.get_mut(number as usize) else {
            return Arc::default();
        };
        let batch = self.batch;
        Arc::clone(place.get_or_insert_with(|| Arc::new(batch.read_resource(number))))
    }

    fn scope(&mut self, number: u32) -> Arc<Scope> {
        let Some(place) = self.scopes.get_mut(number as usize) else {
            return Arc::default();
        };
        let batch = self.batch;
        Arc::clone(place.get_or_insert_with(|| Arc::new(batch.read_scope(number))))
    }
}

/// Batches are equal when their spans are.
impl PartialEq for Batch {
    fn eq(&self, other: &Self) -> bool {
        self.spans() == other.spans()
    }
}

impl Batch {
    /// Its spans, in the order in which they were added.
    pub fn spans(&self) -> Vec<Span> {
        let mut reader = SpanReader::new(self);
        let traces = self.traces().iter();
        let mut heads: Vec<_> = traces
            .flat_map(|trace| self.heads_of(trace).iter().map(|head| (trace.id, head)))
            .collect();
        heads.sort_by_key(|(_, head)| head.body);
        heads.into_iter().map(|(id, head)| reader.span(id, head)).collect()
    }

    /// One of its attributes.
    pub fn read_attribute(&self, number: u32) -> Attribute {
        let (key, value) = self.attribute(number);
        let value = value::read(value).unwrap_or_default();
        Attribute { key: self.text(key).to_owned(), value }
    }

    /// The service's name by the resource of this number, see [`Resource::service_name`].
    /// Each is found out once for the batch.
    pub fn service_name(&self, resource: u32) -> &str {
        self.service_of(resource).map_or(semconv::UNKNOWN_SERVICE, |service| &service.name)
    }

    /// The service's version by the resource of this number, see
    /// [`Resource::service_version`]. Each is found out once for the batch.
    pub fn service_version(&self, resource: u32) -> Option<&str> {
        self.service_of(resource)?.version.as_deref()
    }

    fn service_of(&self, resource: u32) -> Option<&ServiceOf> {
        let services = self.services.get_or_init(|| {
            let read = |resource: &PackedResource| ServiceOf {
                name: self
                    .read_text(resource, semconv::SERVICE_NAME)
                    .map_or(Cow::Borrowed(semconv::UNKNOWN_SERVICE), Cow::Owned),
                version: self.read_text(resource, semconv::SERVICE_VERSION),
            };
            self.resources().iter().map(read).collect()
        });
        services.get(resource as usize)
    }

    /// The value of `key` as text, unless that is empty. Where a key occurs twice the last wins.
    fn read_text(&self, resource: &PackedResource, key: &str) -> Option<String> {
        let numbers = resource.attributes.iter().rev();
        let mut attributes = numbers.map(|number| self.attribute(*number));
        let (_, value) = attributes.find(|(number, _)| self.text(*number) == key)?;
        let text = value::read(value).unwrap_or_default().text().into_owned();
        (!text.is_empty()).then_some(text)
    }

    fn read_resource(&self, number: u32) -> Resource {
        let packed = self.resources().get(number as usize);
        let PackedResource { attributes, dropped_attributes_count, schema_url } =
            packed.cloned().unwrap_or_default();
        Resource {
            attributes: self.read_attributes(&attributes),
            dropped_attributes_count,
            schema_url: self.text(schema_url).to_owned(),
        }
    }

    fn read_scope(&self, number: u32) -> Scope {
        let packed = self.scopes().get(number as usize).cloned().unwrap_or_default();
        let PackedScope { name, version, attributes, dropped_attributes_count, schema_url } =
            packed;
        Scope {
            name: self.text(name).to_owned(),
            version: self.text(version).to_owned(),
            attributes: self.read_attributes(&attributes),
            dropped_attributes_count,
            schema_url: self.text(schema_url).to_owned(),
        }
    }

    fn read_attributes(&self, numbers: &[u32]) -> Vec<Attribute> {
        numbers.iter().map(|number| self.read_attribute(*number)).collect()
    }
}

/// Texts and attributes by their numbers in a batch.
struct Numbers<'a, 'n> {
    batch: &'a Batch,
    keys: Keys<'a>,
    numbered: Option<&'n mut Numbered>,
}

impl Dictionary for Batch {
    fn attribute_of(&self, number: u32) -> Option<Attribute> {
        Some(self.read_attribute(number))
    }

    fn text_of(&self, number: u32) -> Option<String> {
        Some(self.text(number).to_owned())
    }
}

impl Source for Numbers<'_, '_> {
    fn text(&mut self, reader: &mut Reader) -> Result<String, Malformed> {
        Ok(self.batch.text(reader.varint32()?).to_owned())
    }

    fn attribute(&mut self, reader: &mut Reader) -> Result<Option<Attribute>, Malformed> {
        let number = reader.varint32()?;
        let key = self.batch.attribute_key(number);
        let is_wanted = self.keys == Keys::All || self.keys.has(self.batch.text(key));
        let is_made = match &mut self.numbered {
            Some(numbered) if is_wanted => {
                numbered.pass(key);
                true
            }
            Some(numbered) => !numbered.take(key, number),
            None => is_wanted,
        };
        Ok(is_made.then(|| self.batch.read_attribute(number)))
    }

    fn pass_text(&mut self, reader: &mut Reader) -> Result<(), Malformed> {
        reader.varint32().map(drop)
    }

    fn pass_attribute(&mut self, reader: &mut Reader) -> Result<(), Malformed> {
        reader.varint32().map(drop)
    }

    fn begin(&mut self, owner: Owner) {
        if let Some(numbered) = &mut self.numbered {
            numbered.begin(Some(owner));
        }
    }
}
