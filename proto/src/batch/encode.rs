//! A batch as bytes: what the log keeps.
//!
//! ```text
//! batch:      texts:      count · each length · all texts, one after the other
//!             attributes: count · each: key, text number · length of the value · all values
//!             resources:  count · each: attributes · dropped · schema URL
//!             scopes:     count · each: name · version · attributes · dropped · schema URL
//!             traces:     count · each: trace id, 16 bytes · count of spans · each span
//! attributes: count · each number
//! span:       span id, 8 bytes · parent: 0 none | 1 and 8 bytes | 2 + how many spans of
//!             the trace before this one it is, less one
//!             name, text number · kind, zigzag · status code, zigzag
//!             start: zigzag, since the start of the span before it, 0 before the first
//!             end: zigzag, since the start · resource · scope
//!             length of the body · body
//! ```
//!
//! Numbers are varints. Text 0 is the empty text, which is not listed.

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use super::body::{self, BodyText, Owner, Sink};
use super::build::to_u32;
use super::{Batch, Head, PackedAttribute, PackedResource, PackedScope, TraceSpans, value};
use crate::codec::{Malformed, Reader, Writer};
use crate::{SpanId, SpanKind, StatusCode, TraceId};

/// How many spans back a parent is looked for. What is further away is written out.
const PARENT_DISTANCE_MAX: usize = 16;

impl Batch {
    /// Appends the batch.
    pub fn encode(&self, out: &mut Writer) {
        out.size(self.text_ends.len());
        out.ascending(self.text_ends.iter().copied());
        out.raw(self.texts.as_bytes());
        out.size(self.attributes.len());
        self.attributes.iter().for_each(|attribute| out.varint(attribute.key.into()));
        out.ascending(self.attributes.iter().map(|attribute| attribute.value_end));
        out.raw(&self.values);
        out.size(self.resources.len());
        for resource in &self.resources {
            write_numbers(out, &resource.attributes);
            out.varint(resource.dropped_attributes_count.into());
            out.varint(resource.schema_url.into());
        }
        out.size(self.scopes.len());
        for scope in &self.scopes {
            out.varint(scope.name.into());
            out.varint(scope.version.into());
            write_numbers(out, &scope.attributes);
            out.varint(scope.dropped_attributes_count.into());
            out.varint(scope.schema_url.into());
        }
        out.size(self.traces.len());
        for trace in &self.traces {
            let heads = self.heads_of(trace);
            out.raw(trace.id.as_bytes());
            out.size(heads.len());
            let mut start_before = 0;
            for (position, head) in heads.iter().enumerate() {
                let before = heads.get(..position).unwrap_or_default();
                self.encode_span(out, head, before, start_before);
                start_before = head.start_time_unix_nano;
            }
        }
    }

    fn encode_span(&self, out: &mut Writer, head: &Head, before: &[Head], start_before: u64) {
        out.raw(head.span_id.as_bytes());
        write_parent(out, head.parent_span_id, before);
        out.varint(head.name.into());
        out.zigzag(head.kind.0.into());
        out.zigzag(head.status_code.0.into());
        let start = head.start_time_unix_nano;
        out.zigzag(start.wrapping_sub(start_before).cast_signed());
        out.zigzag(head.end_time_unix_nano.wrapping_sub(start).cast_signed());
        out.varint(head.resource.into());
        out.varint(head.scope.into());
        out.bytes(self.body(head));
    }

    /// Reads what [`Self::encode`] wrote, from the front of `reader`.
    ///
    /// # Errors
    /// Where that is no batch, or refers to what it does not have.
    pub fn decode(reader: &mut Reader) -> Result<Self, Malformed> {
        let mut batch = Self::default();
        let count = reader.count()?;
        batch.text_ends = reader.ascending(count)?;
        let texts = reader.raw(last(&batch.text_ends))?;
        batch.texts = str::from_utf8(texts).map_err(|_| Malformed("UTF-8 text"))?.to_owned();
        let is_boundary = |end: &u32| batch.texts.is_char_boundary(*end as usize);
        if !batch.text_ends.iter().all(is_boundary) {
            return Err(Malformed("UTF-8 text"));
        }
        let count = reader.count()?;
        let keys: Vec<u32> = (0..count).map(|_| reader.varint32()).collect::<Result<_, _>>()?;
        let ends = reader.ascending(count)?;
        batch.values = reader.raw(last(&ends))?.to_vec();
        let attributes = keys.into_iter().zip(ends);
        batch.attributes =
            attributes.map(|(key, value_end)| PackedAttribute { key, value_end }).collect();
        for _ in 0..reader.count()? {
            batch.resources.push(PackedResource {
                attributes: read_numbers(reader)?,
                dropped_attributes_count: reader.varint32()?,
                schema_url: reader.varint32()?,
            });
        }
        for _ in 0..reader.count()? {
            batch.scopes.push(PackedScope {
                name: reader.varint32()?,
                version: reader.varint32()?,
                attributes: read_numbers(reader)?,
                dropped_attributes_count: reader.varint32()?,
                schema_url: reader.varint32()?,
            });
        }
        for _ in 0..reader.count()? {
            batch.decode_trace(reader)?;
        }
        batch.check()?;
        Ok(batch)
    }

    fn decode_trace(&mut self, reader: &mut Reader) -> Result<(), Malformed> {
        let id = TraceId::new(reader.array()?);
        let first = self.heads.len();
        let mut start_before = 0u64;
        for _ in 0..reader.count()? {
            let span_id = SpanId::new(reader.array()?);
            let before = self.heads.get(first..).unwrap_or_default();
            let parent_span_id = read_parent(reader, before)?;
            let name = reader.varint32()?;
            let kind = SpanKind(reader.zigzag32()?);
            let status_code = StatusCode(reader.zigzag32()?);
            let start = start_before.wrapping_add(reader.zigzag()?.cast_unsigned());
            let end = start.wrapping_add(reader.zigzag()?.cast_unsigned());
            start_before = start;
            let (resource, scope) = (reader.varint32()?, reader.varint32()?);
            let body = reader.bytes()?;
            self.heads.push(Head {
                span_id,
                parent_span_id,
                start_time_unix_nano: start,
                end_time_unix_nano: end,
                kind,
                status_code,
                name,
                resource,
                scope,
                body: to_u32(self.bodies.len()),
                body_bytes: to_u32(body.len()),
            });
            self.bodies.extend_from_slice(body);
        }
        self.traces.push(TraceSpans { id, first: to_u32(first), end: to_u32(self.heads.len()) });
        Ok(())
    }

    /// That every number refers to something, and that bodies are bodies.
    fn check(&self) -> Result<(), Malformed> {
        let text = |number: u32| (number as usize) < self.text_count();
        let attribute = |number: &u32| (*number as usize) < self.attributes.len();
        let attributes = self.attributes.iter().all(|attribute| text(attribute.key));
        let resources = self
            .resources
            .iter()
            .all(|resource| text(resource.schema_url) && resource.attributes.iter().all(attribute));
        let scopes = self.scopes.iter().all(|scope| {
            [scope.name, scope.version, scope.schema_url].into_iter().all(text)
                && scope.attributes.iter().all(attribute)
        });
        let heads = self.heads.iter().all(|head| {
            text(head.name)
                && (head.resource as usize) < self.resources.len()
                && (head.scope as usize) < self.scopes.len()
        });
        if !(attributes && resources && scopes && heads) {
            return Err(Malformed("text, attribute, resource or scope of the batch"));
        }
        for number in 0..self.attributes.len() {
            value::read(self.attribute(to_u32(number)).1)?;
        }
        let mut numbers = NumberCheck { batch: self, are_known: true };
        let mut out = Writer::new();
        for head in &self.heads {
            out.clear();
            body::transcribe(self.body(head), &mut out, &mut numbers)?;
        }
        if numbers.are_known { Ok(()) } else { Err(Malformed("text or attribute of the batch")) }
    }
}

/// Looks whether a body's numbers refer to something.
struct NumberCheck<'a> {
    batch: &'a Batch,
    are_known: bool,
}

impl Sink for NumberCheck<'_> {
    fn text(&mut self, _: &mut Writer, _: BodyText, number: u32) {
        self.are_known &= (number as usize) < self.batch.text_count();
    }

    fn attribute(&mut self, _: &mut Writer, _: Owner, number: u32) {
        self.are_known &= (number as usize) < self.batch.attributes.len();
    }

    fn link(&mut self, _: &[u8; 16], _: &[u8; 8]) {}
}

fn last(ends: &[u32]) -> usize {
    ends.last().map_or(0, |end| *end as usize)
}

fn write_numbers(out: &mut Writer, numbers: &[u32]) {
    out.size(numbers.len());
    numbers.iter().for_each(|number| out.varint((*number).into()));
}

fn read_numbers(reader: &mut Reader) -> Result<Vec<u32>, Malformed> {
    (0..reader.count()?).map(|_| reader.varint32()).collect()
}

fn write_parent(out: &mut Writer, parent: SpanId, before: &[Head]) {
    if !parent.is_valid() {
        return out.varint(0);
    }
    let mut near = before.iter().rev().take(PARENT_DISTANCE_MAX);
    match near.position(|head| head.span_id == parent) {
        Some(distance) => out.size(distance.saturating_add(2)),
        None => {
            out.varint(1);
            out.raw(parent.as_bytes());
        }
    }
}

fn read_parent(reader: &mut Reader, before: &[Head]) -> Result<SpanId, Malformed> {
    match reader.size()? {
        0 => Ok(SpanId::default()),
        1 => Ok(SpanId::new(reader.array()?)),
        distance => {
            let head = distance.checked_sub(2).and_then(|back| before.iter().rev().nth(back));
            head.map(|head| head.span_id).ok_or(Malformed("parent"))
        }
    }
}
