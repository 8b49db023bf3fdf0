#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use serde::de::{IgnoredAny, MapAccess, SeqAccess};

use super::decoder::Decoder;
use super::key::keys;
use super::message::{Item, Items, List, Message, Object, Text};
use super::scalar::{Hex, IdText, Number};
use crate::otlp::Reason;
use crate::{Event, Link, Span, SpanId, Status, TraceId};

keys!(SpanKey {
    TraceId = "traceId",
    SpanId = "spanId",
    TraceState = "traceState",
    ParentSpanId = "parentSpanId",
    Flags = "flags",
    Name = "name",
    Kind = "kind",
    StartTimeUnixNano = "startTimeUnixNano",
    EndTimeUnixNano = "endTimeUnixNano",
    Attributes = "attributes",
    DroppedAttributesCount = "droppedAttributesCount",
    Events = "events",
    DroppedEventsCount = "droppedEventsCount",
    Links = "links",
    DroppedLinksCount = "droppedLinksCount",
    Status = "status",
});

/// A span in the making.
pub(super) struct ReadSpan {
    pub(super) span: Span,
    pub(super) links_dropped: u32,
}

impl Message for ReadSpan {
    type Key = SpanKey;
    const EXPECTED: &'static str = "a span";

    fn read_field<'de, A: MapAccess<'de>>(
        &mut self,
        key: SpanKey,
        values: &mut A,
        decoder: &mut Decoder,
    ) -> Result<(), A::Error> {
        if decoder.is_refused() {
            values.next_value::<IgnoredAny>()?;
            return Ok(());
        }
        let span = &mut self.span;
        match key {
            SpanKey::TraceId => match values.next_value_seed(Hex::new())? {
                IdText::Absent => {}
                IdText::Id(id) => span.trace_id = id,
                IdText::Length(bytes) => decoder.refuse(Reason::TraceIdLength(bytes)),
                IdText::Text => decoder.refuse(Reason::TraceIdText),
            },
            SpanKey::SpanId => match values.next_value_seed(Hex::new())? {
                IdText::Absent => {}
                IdText::Id(id) => span.span_id = id,
                IdText::Length(bytes) => decoder.refuse(Reason::SpanIdLength(bytes)),
                IdText::Text => decoder.refuse(Reason::SpanIdText),
            },
            SpanKey::ParentSpanId => match values.next_value_seed(Hex::<SpanId>::new())? {
                IdText::Absent => {}
                IdText::Id(id) => span.parent_span_id = id.is_valid().then_some(id),
                IdText::Length(bytes) => decoder.refuse(Reason::ParentIdLength(bytes)),
                IdText::Text => decoder.refuse(Reason::ParentIdText),
            },
            SpanKey::Attributes => values.next_value_seed(List(&mut span.attributes, decoder))?,
            SpanKey::Events => values.next_value_seed(List(&mut span.events, decoder))?,
            SpanKey::Links => {
                let links = &mut Links { into: &mut span.links, dropped: &mut self.links_dropped };
                values.next_value_seed(List(links, decoder))?;
            }
            key => {
                self.read_plain_field(key, values, decoder)?;
            }
        }
        Ok(())
    }
}

impl ReadSpan {
    fn read_plain_field<'de, A: MapAccess<'de>>(
        &mut self,
        key: SpanKey,
        values: &mut A,
        decoder: &mut Decoder,
    ) -> Result<bool, A::Error> {
        let span = &mut self.span;
        match key {
            SpanKey::TraceState => values.next_value_seed(Text(&mut span.trace_state, decoder)),
            SpanKey::Flags => values.next_value_seed(Number(&mut span.flags)),
            SpanKey::Name => values.next_value_seed(Text(&mut span.name, decoder)),
            SpanKey::Kind => values.next_value_seed(Number(&mut span.kind)),
            SpanKey::StartTimeUnixNano => {
                values.next_value_seed(Number(&mut span.start_time_unix_nano))
            }
            SpanKey::EndTimeUnixNano => {
                values.next_value_seed(Number(&mut span.end_time_unix_nano))
            }
            SpanKey::DroppedAttributesCount => {
                values.next_value_seed(Number(&mut span.dropped_attributes_count))
            }
            SpanKey::DroppedEventsCount => {
                values.next_value_seed(Number(&mut span.dropped_events_count))
            }
            SpanKey::DroppedLinksCount => {
                values.next_value_seed(Number(&mut span.dropped_links_count))
            }
            SpanKey::Status => values.next_value_seed(Object(&mut span.status, decoder)),
            _ => values.next_value::<IgnoredAny>().map(|_| true),
        }
    }
}

keys!(StatusKey { Code = "code", Message = "message" });

impl Message for Status {
    type Key = StatusKey;
    const EXPECTED: &'static str = "a status";

    fn read_field<'de, A: MapAccess<'de>>(
        &mut self,
        key: StatusKey,
        values: &mut A,
        decoder: &mut Decoder,
    ) -> Result<(), A::Error> {
        match key {
            StatusKey::Code => values.next_value_seed(Number(&mut self.code))?,
            StatusKey::Message => values.next_value_seed(Text(&mut self.message, decoder))?,
            StatusKey::Other => values.next_value::<IgnoredAny>().map(|_| true)?,
        };
        Ok(())
    }
}

keys!(EventKey {
    TimeUnixNano = "timeUnixNano",
    Name = "name",
    Attributes = "attributes",
    DroppedAttributesCount = "droppedAttributesCount",
});

impl Message for Event {
    type Key = EventKey;
    const EXPECTED: &'static str = "an event";

    fn read_field<'de, A: MapAccess<'de>>(
        &mut self,
        key: EventKey,
        values: &mut A,
        decoder: &mut Decoder,
    ) -> Result<(), A::Error> {
        match key {
            EventKey::TimeUnixNano => values.next_value_seed(Number(&mut self.time_unix_nano))?,
            EventKey::Name => values.next_value_seed(Text(&mut self.name, decoder))?,
            EventKey::Attributes => {
                return values.next_value_seed(List(&mut self.attributes, decoder));
            }
            EventKey::DroppedAttributesCount => {
                values.next_value_seed(Number(&mut self.dropped_attributes_count))?
            }
            EventKey::Other => values.next_value::<IgnoredAny>().map(|_| true)?,
        };
        Ok(())
    }
}

impl Item for Event {
    const LIST_EXPECTED: &'static str = "a list of events";
}

/// A span's links; those with ids of a wrong length are dropped and counted.
struct Links<'a> {
    into: &'a mut Vec<Link>,
    dropped: &'a mut u32,
}

impl Items for Links<'_> {
    const EXPECTED: &'static str = "a list of links";

    fn read_item<'de, A: SeqAccess<'de>>(
        &mut self,
        items: &mut A,
        decoder: &mut Decoder,
    ) -> Result<bool, A::Error> {
        let mut item = ReadLink { link: Link::default(), is_bad: false };
        if items.next_element_seed(Object(&mut item, decoder))?.is_none() {
            return Ok(false);
        }
        if item.is_bad {
            *self.dropped = self.dropped.saturating_add(1);
        } else {
            let pushed = decoder.budget.push(self.into, item.link);
            decoder.granted(pushed)?;
        }
        Ok(true)
    }
}

struct ReadLink {
    link: Link,
    is_bad: bool,
}

keys!(LinkKey {
    TraceId = "traceId",
    SpanId = "spanId",
    TraceState = "traceState",
    Attributes = "attributes",
    DroppedAttributesCount = "droppedAttributesCount",
    Flags = "flags",
});

impl Message for ReadLink {
    type Key = LinkKey;
    const EXPECTED: &'static str = "a link";

    fn read_field<'de, A: MapAccess<'de>>(
        &mut self,
        key: LinkKey,
        values: &mut A,
        decoder: &mut Decoder,
    ) -> Result<(), A::Error> {
        let link = &mut self.link;
        match key {
            LinkKey::TraceId => match values.next_value_seed(Hex::<TraceId>::new())? {
                IdText::Absent => {}
                IdText::Id(id) => link.trace_id = id,
                IdText::Length(_) | IdText::Text => self.is_bad = true,
            },
            LinkKey::SpanId => match values.next_value_seed(Hex::<SpanId>::new())? {
                IdText::Absent => {}
                IdText::Id(id) => link.span_id = id,
                IdText::Length(_) | IdText::Text => self.is_bad = true,
            },
            LinkKey::TraceState => {
                values.next_value_seed(Text(&mut link.trace_state, decoder))?;
            }
            LinkKey::Attributes => values.next_value_seed(List(&mut link.attributes, decoder))?,
            LinkKey::DroppedAttributesCount => {
                values.next_value_seed(Number(&mut link.dropped_attributes_count))?;
            }
            LinkKey::Flags => {
                values.next_value_seed(Number(&mut link.flags))?;
            }
            LinkKey::Other => {
                values.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}
