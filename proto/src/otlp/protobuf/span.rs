#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use super::chunk::{Chunk, Field};
use super::request::Decoder;
use crate::batch::SpanHead;
use crate::batch::body::has;
use crate::codec::Writer;
use crate::otlp::fault::Fault;
use crate::otlp::{DecodeError, Reason, ids};
use crate::{Event, Link, Span, SpanId, SpanKind, StatusCode, TraceId};

/// The highest field number of a span's ids, which come first by all known senders.
const LAST_ID_FIELD: u32 = 4;

/// Parts of the body of the span that is being read. They come in any order and are
/// put in theirs at its end.
#[derive(Default)]
pub(super) struct Scratch {
    attributes: Vec<u32>,
    events: Writer,
    links: Writer,
    pub(super) body: Writer,
    pub(super) inner: Vec<u32>,
}

/// A span's ids as they came.
#[derive(Default, Clone, Copy)]
struct Ids<'a> {
    trace_id: &'a [u8],
    span_id: &'a [u8],
    parent_span_id: &'a [u8],
}

impl<'a> Ids<'a> {
    #[inline(always)]
    fn take(&mut self, number: u32, field: Field<'a>) -> Result<(), DecodeError> {
        match number {
            1 => self.trace_id = field.chunk("trace_id")?.bytes(),
            2 => self.span_id = field.chunk("span_id")?.bytes(),
            4 => self.parent_span_id = field.chunk("parent_span_id")?.bytes(),
            _ => {}
        }
        Ok(())
    }

    /// The ids of the whole span, wherever they stand in it.
    fn read(mut fields: Chunk<'a>) -> Result<Self, DecodeError> {
        let mut ids = Self::default();
        while let Some((number, field)) = fields.next_field()? {
            ids.take(number, field)?;
        }
        Ok(ids)
    }

    fn check(self) -> Result<(TraceId, SpanId, Option<SpanId>), Reason> {
        Ok((
            ids::trace_id(self.trace_id)?,
            ids::span_id(self.span_id)?,
            ids::parent_span_id(self.parent_span_id)?,
        ))
    }
}

/// What a span says once, as it came. Only the last of a repeated field counts.
#[derive(Default)]
struct Scalars<'a> {
    trace_state: &'a str,
    name: &'a str,
    status_message: &'a str,
    flags: u32,
    dropped_attributes_count: u32,
    dropped_events_count: u32,
    dropped_links_count: u32,
    events: usize,
    links: usize,
    links_dropped: u32,
}

impl<'a> Decoder<'a> {
    /// Reads a span: its `head`, but for its resource and scope, and its body, which
    /// [`Self::push_span`] takes. The inside of a span with a bad id is not looked at.
    pub(super) fn span(&mut self, chunk: Chunk<'a>, head: &mut SpanHead) -> Result<(), Fault> {
        self.read_span(chunk, head).map_err(|fault| {
            // A bad id counts first.
            match Ids::read(chunk).map(Ids::check) {
                Ok(Err(reason)) => Fault::Span(reason),
                _ => fault,
            }
        })
    }

    fn read_span(&mut self, chunk: Chunk<'a>, head: &mut SpanHead) -> Result<(), Fault> {
        self.scratch.attributes.clear();
        self.scratch.events.clear();
        self.scratch.links.clear();
        *head = SpanHead::default();
        let mut ids = Ids::default();
        let mut are_ids_checked = false;
        let mut scalars = Scalars::default();
        let mut fields = chunk;
        while let Some((number, field)) = fields.next_field()? {
            if number > LAST_ID_FIELD && !are_ids_checked {
                are_ids_checked = true;
                if ids.check().is_err() {
                    Ids::read(chunk)?.check()?;
                }
            }
            match number {
                1 | 2 | 4 => ids.take(number, field)?,
                3 => scalars.trace_state = field.text("trace_state")?,
                5 => scalars.name = field.text("name")?,
                6 => head.kind = SpanKind::of_wire(field.varint("kind")? as i32),
                7 => head.start_time_unix_nano = field.fixed64("start_time_unix_nano")?,
                8 => head.end_time_unix_nano = field.fixed64("end_time_unix_nano")?,
                9 => {
                    let index = self.scratch.attributes.len();
                    let attribute = self.attribute(field, index)?;
                    self.scratch.attributes.push(attribute);
                }
                // Their times are told from the span's start, which may come later.
                11 => scalars.events = scalars.events.saturating_add(1),
                13 => {
                    let index = scalars.links;
                    match self.link(field).map_err(|f| f.within_item("links", index))? {
                        true => scalars.links = scalars.links.saturating_add(1),
                        false => {
                            scalars.links_dropped = scalars.links_dropped.saturating_add(1);
                        }
                    }
                }
                15 => self.status(field, head, &mut scalars)?,
                _ => scalars.take_number(number, field)?,
            }
        }
        (head.trace_id, head.span_id, head.parent_span_id) = ids.check()?;
        if scalars.events > 0 {
            self.events(chunk, head.start_time_unix_nano)?;
        }
        head.name = self.text(scalars.name)?;
        self.write_body(&scalars)?;
        self.links_dropped = self.links_dropped.saturating_add(scalars.links_dropped.into());
        Ok(())
    }

    /// Adds the span that was read last.
    pub(super) fn push_span(&mut self, head: &SpanHead) -> Result<(), DecodeError> {
        let body = self.scratch.body.as_bytes();
        self.budget.take(size_of::<Span>().saturating_add(body.len()))?;
        self.builder.push(head, body);
        Ok(())
    }

    /// Reads one more `Status` message: proto3 merges them.
    #[inline(always)]
    fn status(
        &mut self,
        field: Field<'a>,
        head: &mut SpanHead,
        scalars: &mut Scalars<'a>,
    ) -> Result<(), Fault> {
        let mut fields = field.chunk("status")?;
        while let Some((number, field)) = fields.next_field()? {
            match number {
                2 => scalars.status_message = field.text("status.message")?,
                3 => head.status_code = StatusCode(field.varint("status.code")? as i32),
                _ => {}
            }
        }
        Ok(())
    }

    fn write_body(&mut self, scalars: &Scalars<'a>) -> Result<(), DecodeError> {
        let trace_state = self.text(scalars.trace_state)?;
        let status_message = self.text(scalars.status_message)?;
        let dropped_links_count = scalars.dropped_links_count.saturating_add(scalars.links_dropped);
        let flag = |is_there: bool, bit: u8| if is_there { bit } else { 0 };
        let what = flag(trace_state != 0, has::TRACE_STATE)
            | flag(scalars.flags != 0, has::FLAGS)
            | flag(scalars.dropped_attributes_count != 0, has::DROPPED_ATTRIBUTES)
            | flag(scalars.events != 0, has::EVENTS)
            | flag(scalars.dropped_events_count != 0, has::DROPPED_EVENTS)
            | flag(scalars.links != 0, has::LINKS)
            | flag(dropped_links_count != 0, has::DROPPED_LINKS)
            | flag(status_message != 0, has::STATUS_MESSAGE);
        let Scratch { attributes, events, links, body, .. } = &mut self.scratch;
        body.clear();
        body.u8(what);
        body.size(attributes.len());
        attributes.iter().for_each(|number| body.varint((*number).into()));
        let mut write = |bit: u8, number: u32| {
            if what & bit != 0 {
                body.varint(number.into());
            }
        };
        write(has::TRACE_STATE, trace_state);
        write(has::FLAGS, scalars.flags);
        write(has::DROPPED_ATTRIBUTES, scalars.dropped_attributes_count);
        if what & has::EVENTS != 0 {
            body.size(scalars.events);
            body.raw(events.as_bytes());
        }
        if what & has::DROPPED_EVENTS != 0 {
            body.varint(scalars.dropped_events_count.into());
        }
        if what & has::LINKS != 0 {
            body.size(scalars.links);
            body.raw(links.as_bytes());
        }
        if what & has::DROPPED_LINKS != 0 {
            body.varint(dropped_links_count.into());
        }
        if what & has::STATUS_MESSAGE != 0 {
            body.varint(status_message.into());
        }
        Ok(())
    }

    fn events(&mut self, mut fields: Chunk<'a>, span_start: u64) -> Result<(), Fault> {
        let mut index = 0_usize;
        while let Some((number, field)) = fields.next_field()? {
            if number == 11 {
                self.event(field, span_start).map_err(|f| f.within_item("events", index))?;
                index = index.saturating_add(1);
            }
        }
        Ok(())
    }

    fn event(&mut self, field: Field<'a>, span_start: u64) -> Result<(), Fault> {
        self.budget.take(size_of::<Event>())?;
        let mut fields = field.chunk("")?;
        let mut time_unix_nano = 0u64;
        let mut name = "";
        let mut dropped_attributes_count = 0;
        self.scratch.inner.clear();
        while let Some((number, field)) = fields.next_field()? {
            match number {
                1 => time_unix_nano = field.fixed64("time_unix_nano")?,
                2 => name = field.text("name")?,
                3 => self.inner_attribute(field)?,
                4 => {
                    dropped_attributes_count = field.varint("dropped_attributes_count")? as u32;
                }
                _ => {}
            }
        }
        let name = self.text(name)?;
        let Scratch { events, inner, .. } = &mut self.scratch;
        events.zigzag(time_unix_nano.wrapping_sub(span_start).cast_signed());
        events.varint(name.into());
        write_numbers(events, inner);
        events.varint(dropped_attributes_count.into());
        Ok(())
    }

    /// Reads a link; `false` where its ids have a wrong length, and nothing of it is
    /// kept.
    fn link(&mut self, field: Field<'a>) -> Result<bool, Fault> {
        let chunk = field.chunk("")?;
        let (mut trace_id, mut span_id) = (&[][..], &[][..]);
        let mut fields = chunk;
        while let Some((number, field)) = fields.next_field()? {
            match number {
                1 => trace_id = field.chunk("trace_id")?.bytes(),
                2 => span_id = field.chunk("span_id")?.bytes(),
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
            return Ok(false);
        };
        self.budget.take(size_of::<Link>())?;
        let mut trace_state = "";
        let (mut flags, mut dropped_attributes_count) = (0, 0);
        self.scratch.inner.clear();
        let mut fields = chunk;
        while let Some((number, field)) = fields.next_field()? {
            match number {
                3 => trace_state = field.text("trace_state")?,
                4 => self.inner_attribute(field)?,
                5 => {
                    dropped_attributes_count = field.varint("dropped_attributes_count")? as u32;
                }
                6 => flags = field.fixed32("flags")?,
                _ => {}
            }
        }
        let trace_state = self.text(trace_state)?;
        let Scratch { links, inner, .. } = &mut self.scratch;
        links.raw(trace_id.as_bytes());
        links.raw(span_id.as_bytes());
        links.varint(trace_state.into());
        links.varint(flags.into());
        write_numbers(links, inner);
        links.varint(dropped_attributes_count.into());
        Ok(true)
    }

    /// Reads an attribute of an event or link.
    pub(super) fn inner_attribute(&mut self, field: Field<'a>) -> Result<(), Fault> {
        let index = self.scratch.inner.len();
        let attribute = self.attribute(field, index)?;
        self.scratch.inner.push(attribute);
        Ok(())
    }
}

impl<'a> Scalars<'a> {
    #[inline(always)]
    fn take_number(&mut self, number: u32, field: Field<'a>) -> Result<(), DecodeError> {
        match number {
            10 => {
                self.dropped_attributes_count = field.varint("dropped_attributes_count")? as u32;
            }
            12 => self.dropped_events_count = field.varint("dropped_events_count")? as u32,
            14 => self.dropped_links_count = field.varint("dropped_links_count")? as u32,
            16 => self.flags = field.fixed32("flags")?,
            _ => {}
        }
        Ok(())
    }
}

pub(super) fn write_numbers(out: &mut Writer, numbers: &[u32]) {
    out.size(numbers.len());
    numbers.iter().for_each(|number| out.varint((*number).into()));
}
