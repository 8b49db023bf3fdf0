#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::sync::Arc;

use super::chunk::{Chunk, Field};
use super::request::Decoder;
use crate::otlp::fault::Fault;
use crate::otlp::{DecodeError, ids};
use crate::{Event, Link, Resource, Scope, Span, SpanId, SpanKind, Status, StatusCode, TraceId};

/// What a first look at a span tells without allocating: whether it will be
/// refused, and how much room its lists need.
#[derive(Default)]
struct Outline<'a> {
    trace_id: &'a [u8],
    span_id: &'a [u8],
    parent_span_id: &'a [u8],
    attributes: usize,
    events: usize,
    links: usize,
}

impl<'a> Outline<'a> {
    fn read(mut fields: Chunk<'a>) -> Result<Self, DecodeError> {
        let mut outline = Self::default();
        while let Some((number, field)) = fields.next_field()? {
            match number {
                1 => outline.trace_id = field.chunk("trace_id")?.bytes(),
                2 => outline.span_id = field.chunk("span_id")?.bytes(),
                4 => outline.parent_span_id = field.chunk("parent_span_id")?.bytes(),
                9 => outline.attributes = outline.attributes.saturating_add(1),
                11 => outline.events = outline.events.saturating_add(1),
                13 => outline.links = outline.links.saturating_add(1),
                _ => {}
            }
        }
        Ok(outline)
    }
}

impl Decoder<'_> {
    pub(super) fn span(
        &mut self,
        chunk: Chunk<'_>,
        resource: &Arc<Resource>,
        scope: &Arc<Scope>,
    ) -> Result<Span, Fault> {
        let outline = Outline::read(chunk)?;
        let mut span = Span {
            trace_id: ids::trace_id(outline.trace_id)?,
            span_id: ids::span_id(outline.span_id)?,
            parent_span_id: ids::parent_span_id(outline.parent_span_id)?,
            trace_state: String::new(),
            flags: 0,
            name: String::new(),
            kind: SpanKind::UNSPECIFIED,
            start_time_unix_nano: 0,
            end_time_unix_nano: 0,
            attributes: self.budget.vec(outline.attributes)?,
            dropped_attributes_count: 0,
            events: self.budget.vec(outline.events)?,
            dropped_events_count: 0,
            links: self.budget.vec(outline.links)?,
            dropped_links_count: 0,
            status: Status::default(),
            resource: Arc::clone(resource),
            scope: Arc::clone(scope),
        };
        // Only the last of a repeated text is worth a copy.
        let (mut trace_state, mut name, mut status_message) = ("", "", "");
        let mut links_dropped = 0_u32;
        let mut fields = chunk;
        while let Some((number, field)) = fields.next_field()? {
            match number {
                3 => trace_state = field.text("trace_state")?,
                5 => name = field.text("name")?,
                6 => span.kind = SpanKind(field.varint("kind")? as i32),
                7 => span.start_time_unix_nano = field.fixed64("start_time_unix_nano")?,
                8 => span.end_time_unix_nano = field.fixed64("end_time_unix_nano")?,
                9 => self.attribute(field, &mut span.attributes)?,
                10 => {
                    span.dropped_attributes_count =
                        field.varint("dropped_attributes_count")? as u32;
                }
                11 => {
                    let index = span.events.len();
                    let event = self.event(field).map_err(|f| f.within_item("events", index))?;
                    span.events.push(event);
                }
                12 => span.dropped_events_count = field.varint("dropped_events_count")? as u32,
                13 => {
                    let index = span.links.len();
                    match self.link(field).map_err(|f| f.within_item("links", index))? {
                        Some(link) => span.links.push(link),
                        None => links_dropped = links_dropped.saturating_add(1),
                    }
                }
                14 => span.dropped_links_count = field.varint("dropped_links_count")? as u32,
                15 => {
                    let mut fields = field.chunk("status")?;
                    while let Some((number, field)) = fields.next_field()? {
                        match number {
                            2 => status_message = field.text("status.message")?,
                            3 => {
                                let code = field.varint("status.code")?;
                                span.status.code = StatusCode(code as i32);
                            }
                            _ => {}
                        }
                    }
                }
                16 => span.flags = field.fixed32("flags")?,
                _ => {}
            }
        }
        span.trace_state = self.budget.text(trace_state)?;
        span.name = self.budget.text(name)?;
        span.status.message = self.budget.text(status_message)?;
        span.dropped_links_count = span.dropped_links_count.saturating_add(links_dropped);
        self.decoded.links_dropped =
            self.decoded.links_dropped.saturating_add(u64::from(links_dropped));
        Ok(span)
    }

    fn event(&mut self, field: Field<'_>) -> Result<Event, Fault> {
        let chunk = field.chunk("")?;
        let attributes = self.budget.vec(chunk.count(3)?)?;
        let mut event = Event { attributes, ..Event::default() };
        let mut name = "";
        let mut fields = chunk;
        while let Some((number, field)) = fields.next_field()? {
            match number {
                1 => event.time_unix_nano = field.fixed64("time_unix_nano")?,
                2 => name = field.text("name")?,
                3 => self.attribute(field, &mut event.attributes)?,
                4 => {
                    event.dropped_attributes_count =
                        field.varint("dropped_attributes_count")? as u32;
                }
                _ => {}
            }
        }
        event.name = self.budget.text(name)?;
        Ok(event)
    }

    /// The link, or `None` where its ids have a wrong length.
    fn link(&mut self, field: Field<'_>) -> Result<Option<Link>, Fault> {
        let chunk = field.chunk("")?;
        let (mut trace_id, mut span_id) = (&[][..], &[][..]);
        let mut attributes = 0_usize;
        let mut fields = chunk;
        while let Some((number, field)) = fields.next_field()? {
            match number {
                1 => trace_id = field.chunk("trace_id")?.bytes(),
                2 => span_id = field.chunk("span_id")?.bytes(),
                4 => attributes = attributes.saturating_add(1),
                _ => {}
            }
        }
        let trace_id = if trace_id.is_empty() {
            Some(TraceId::default())
        } else {
            TraceId::from_slice(trace_id)
        };
        let span_id =
            if span_id.is_empty() { Some(SpanId::default()) } else { SpanId::from_slice(span_id) };
        let (Some(trace_id), Some(span_id)) = (trace_id, span_id) else {
            return Ok(None);
        };

        let attributes = self.budget.vec(attributes)?;
        let mut link = Link { trace_id, span_id, attributes, ..Link::default() };
        let mut trace_state = "";
        let mut fields = chunk;
        while let Some((number, field)) = fields.next_field()? {
            match number {
                3 => trace_state = field.text("trace_state")?,
                4 => self.attribute(field, &mut link.attributes)?,
                5 => {
                    link.dropped_attributes_count =
                        field.varint("dropped_attributes_count")? as u32;
                }
                6 => link.flags = field.fixed32("flags")?,
                _ => {}
            }
        }
        link.trace_state = self.budget.text(trace_state)?;
        Ok(Some(link))
    }
}
