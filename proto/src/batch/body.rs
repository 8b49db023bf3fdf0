//! A span's body: what of it has no fixed size.
//!
//! ```text
//! body:  what is there, u8, a bit each:  0 trace state   1 flags   2 dropped attributes
//!                                        3 events        4 dropped events
//!                                        5 links         6 dropped links   7 status message
//!        attributes: count · each an attribute
//!        then what is there, in this order:
//!        trace state, text · flags, varint · dropped attributes, varint
//!        events: count · each: time, zigzag since the span's start · name, text
//!                              · attributes · dropped, varint
//!        dropped events, varint
//!        links: count · each: trace id · span id · trace state, text · flags, varint
//!                             · attributes · dropped, varint
//!        dropped links, varint · status message, text
//! ```
//!
//! How a text and an attribute are written is the container's: a number in a
//! [`Batch`](super::Batch); a number or the thing itself in a segment.

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::collections::BTreeSet;

use crate::codec::{Malformed, Reader, Writer};
use crate::{Attribute, Event, Link, Span, SpanId, TraceId};

/// The bits of a body's first byte.
pub(crate) mod has {
    pub(crate) const TRACE_STATE: u8 = 1 << 0;
    pub(crate) const FLAGS: u8 = 1 << 1;
    pub(crate) const DROPPED_ATTRIBUTES: u8 = 1 << 2;
    pub(crate) const EVENTS: u8 = 1 << 3;
    pub(crate) const DROPPED_EVENTS: u8 = 1 << 4;
    pub(crate) const LINKS: u8 = 1 << 5;
    pub(crate) const DROPPED_LINKS: u8 = 1 << 6;
    pub(crate) const STATUS_MESSAGE: u8 = 1 << 7;
}

/// Whose attribute it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// The span's own.
    Span,
    /// One of its events'.
    Event,
    /// One of its links'.
    Link,
}

/// Which text of a body it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyText {
    /// A trace state, the span's or a link's.
    TraceState,
    /// An event's name.
    EventName,
    /// The status message.
    StatusMessage,
}

/// Reads a container's texts and attributes.
pub trait Source {
    /// The text that is written next.
    ///
    /// # Errors
    /// Where there is none.
    fn text(&mut self, reader: &mut Reader) -> Result<String, Malformed>;

    /// The attribute that is written next; `None` where nobody wants it.
    ///
    /// # Errors
    /// Where there is none.
    fn attribute(&mut self, reader: &mut Reader) -> Result<Option<Attribute>, Malformed>;

    /// Goes past the text that is written next.
    ///
    /// # Errors
    /// Where there is none.
    fn pass_text(&mut self, reader: &mut Reader) -> Result<(), Malformed>;

    /// Goes past the attribute that is written next.
    ///
    /// # Errors
    /// Where there is none.
    fn pass_attribute(&mut self, reader: &mut Reader) -> Result<(), Malformed>;

    /// A list of attributes of `owner` begins.
    fn begin(&mut self, _owner: Owner) {}
}

/// What of spans somebody looks at: the rest need not be read. Resources and instrumentation
/// scopes always are, since many spans share them; so is what a span has in its head, but for
/// its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted<'a> {
    /// Which attributes of spans, events and links.
    pub keys: Keys<'a>,
    /// Whether their names are.
    pub names: bool,
    /// Whether events, links, and what few spans have are (trace state, flags, status
    /// message, what was dropped).
    pub details: bool,
    /// Whether attributes with other keys are, and names, by number where the container has one
    /// for them, else made; names of spans without a parent always are.
    pub others_by_number: bool,
}

impl Wanted<'_> {
    /// All there is.
    pub const ALL: Self =
        Self { keys: Keys::All, names: true, details: true, others_by_number: false };
}

/// Which attributes are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keys<'a> {
    /// All.
    All,
    /// Those with one of these keys.
    Only(&'a BTreeSet<String>),
}

impl Keys<'_> {
    /// Whether none is.
    pub fn are_none(self) -> bool {
        matches!(self, Self::Only(keys) if keys.is_empty())
    }

    /// Whether the attribute with this key is wanted.
    pub fn has(self, key: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(keys) => keys.contains(key),
        }
    }
}

/// Reads what is `wanted` of a body into `span`, whose start is known.
///
/// # Errors
/// Where the bytes are no body.
pub fn read(
    reader: &mut Reader,
    source: &mut impl Source,
    wanted: Wanted<'_>,
    span: &mut Span,
) -> Result<(), Malformed> {
    let what = reader.u8()?;
    if wanted.keys.are_none() && !wanted.others_by_number {
        pass_attributes(reader, source)?;
    } else {
        span.attributes = read_attributes(reader, source, Owner::Span)?;
    }
    if what == 0 {
        return Ok(());
    }
    if wanted.details {
        read_details(reader, source, what, span)
    } else {
        pass_details(reader, source, what)
    }
}

/// Reads what a body has behind its attributes.
fn read_details(
    reader: &mut Reader,
    source: &mut impl Source,
    what: u8,
    span: &mut Span,
) -> Result<(), Malformed> {
    let start = span.start_time_unix_nano;
    if what & has::TRACE_STATE != 0 {
        span.trace_state = source.text(reader)?;
    }
    if what & has::FLAGS != 0 {
        span.flags = reader.varint32()?;
    }
    if what & has::DROPPED_ATTRIBUTES != 0 {
        span.dropped_attributes_count = reader.varint32()?;
    }
    if what & has::EVENTS != 0 {
        let count = reader.count()?;
        span.events.reserve_exact(count);
        for _ in 0..count {
            span.events.push(Event {
                time_unix_nano: start.wrapping_add(reader.zigzag()?.cast_unsigned()),
                name: source.text(reader)?,
                attributes: read_attributes(reader, source, Owner::Event)?,
                dropped_attributes_count: reader.varint32()?,
            });
        }
    }
    if what & has::DROPPED_EVENTS != 0 {
        span.dropped_events_count = reader.varint32()?;
    }
    if what & has::LINKS != 0 {
        let count = reader.count()?;
        span.links.reserve_exact(count);
        for _ in 0..count {
            span.links.push(Link {
                trace_id: TraceId::new(reader.array()?),
                span_id: SpanId::new(reader.array()?),
                trace_state: source.text(reader)?,
                flags: reader.varint32()?,
                attributes: read_attributes(reader, source, Owner::Link)?,
                dropped_attributes_count: reader.varint32()?,
            });
        }
    }
    if what & has::DROPPED_LINKS != 0 {
        span.dropped_links_count = reader.varint32()?;
    }
    if what & has::STATUS_MESSAGE != 0 {
        span.status.message = source.text(reader)?;
    }
    Ok(())
}

/// Goes past what a body has behind its attributes.
fn pass_details(reader: &mut Reader, source: &mut impl Source, what: u8) -> Result<(), Malformed> {
    if what & has::TRACE_STATE != 0 {
        source.pass_text(reader)?;
    }
    if what & has::FLAGS != 0 {
        reader.varint32()?;
    }
    if what & has::DROPPED_ATTRIBUTES != 0 {
        reader.varint32()?;
    }
    if what & has::EVENTS != 0 {
        for _ in 0..reader.count()? {
            reader.varint()?;
            source.pass_text(reader)?;
            pass_attributes(reader, source)?;
            reader.varint32()?;
        }
    }
    if what & has::DROPPED_EVENTS != 0 {
        reader.varint32()?;
    }
    if what & has::LINKS != 0 {
        for _ in 0..reader.count()? {
            reader.array::<16>()?;
            reader.array::<8>()?;
            source.pass_text(reader)?;
            reader.varint32()?;
            pass_attributes(reader, source)?;
            reader.varint32()?;
        }
    }
    if what & has::DROPPED_LINKS != 0 {
        reader.varint32()?;
    }
    if what & has::STATUS_MESSAGE != 0 {
        source.pass_text(reader)?;
    }
    Ok(())
}

fn pass_attributes(reader: &mut Reader, source: &mut impl Source) -> Result<(), Malformed> {
    (0..reader.count()?).try_for_each(|_| source.pass_attribute(reader))
}

fn read_attributes(
    reader: &mut Reader,
    source: &mut impl Source,
    owner: Owner,
) -> Result<Vec<Attribute>, Malformed> {
    let count = reader.count()?;
    source.begin(owner);
    let mut attributes = Vec::new();
    for left in (1..=count).rev() {
        if let Some(attribute) = source.attribute(reader)? {
            if attributes.is_empty() {
                attributes.reserve_exact(left);
            }
            attributes.push(attribute);
        }
    }
    Ok(attributes)
}

/// Takes note of what a batch's body refers to, and writes it in another container's
/// way.
pub trait Sink {
    /// The text `number` of the batch.
    fn text(&mut self, out: &mut Writer, which: BodyText, number: u32);
    /// The attribute `number` of the batch.
    fn attribute(&mut self, out: &mut Writer, owner: Owner, number: u32);
    /// A link's ids, which are written as they are.
    fn link(&mut self, trace_id: &[u8; 16], span_id: &[u8; 8]);
}

/// Writes the body of a batch's span to `out`, with the texts and attributes as `sink`
/// writes them.
///
/// # Errors
/// Where the bytes are no body.
pub fn transcribe(body: &[u8], out: &mut Writer, sink: &mut impl Sink) -> Result<(), Malformed> {
    let mut reader = Reader::new(body);
    let what = reader.u8()?;
    out.u8(what);
    transcribe_attributes(&mut reader, out, sink, Owner::Span)?;
    if what == 0 {
        return Ok(());
    }
    if what & has::TRACE_STATE != 0 {
        sink.text(out, BodyText::TraceState, reader.varint32()?);
    }
    if what & has::FLAGS != 0 {
        out.varint(reader.varint32()?.into());
    }
    if what & has::DROPPED_ATTRIBUTES != 0 {
        out.varint(reader.varint32()?.into());
    }
    if what & has::EVENTS != 0 {
        let count = reader.count()?;
        out.size(count);
        for _ in 0..count {
            out.varint(reader.varint()?);
            sink.text(out, BodyText::EventName, reader.varint32()?);
            transcribe_attributes(&mut reader, out, sink, Owner::Event)?;
            out.varint(reader.varint32()?.into());
        }
    }
    if what & has::DROPPED_EVENTS != 0 {
        out.varint(reader.varint32()?.into());
    }
    if what & has::LINKS != 0 {
        let count = reader.count()?;
        out.size(count);
        for _ in 0..count {
            let (trace_id, span_id) = (reader.array()?, reader.array()?);
            out.raw(&trace_id);
            out.raw(&span_id);
            sink.link(&trace_id, &span_id);
            sink.text(out, BodyText::TraceState, reader.varint32()?);
            out.varint(reader.varint32()?.into());
            transcribe_attributes(&mut reader, out, sink, Owner::Link)?;
            out.varint(reader.varint32()?.into());
        }
    }
    if what & has::DROPPED_LINKS != 0 {
        out.varint(reader.varint32()?.into());
    }
    if what & has::STATUS_MESSAGE != 0 {
        sink.text(out, BodyText::StatusMessage, reader.varint32()?);
    }
    reader.end()
}

fn transcribe_attributes(
    reader: &mut Reader,
    out: &mut Writer,
    sink: &mut impl Sink,
    owner: Owner,
) -> Result<(), Malformed> {
    let count = reader.count()?;
    out.size(count);
    for _ in 0..count {
        sink.attribute(out, owner, reader.varint32()?);
    }
    Ok(())
}

/// The numbers of a span's own attributes, of a body in a batch. Ends early where the
/// bytes are no body.
pub fn own_attributes(body: &[u8]) -> impl Iterator<Item = u32> + '_ {
    let mut reader = Reader::new(body);
    let count = reader.u8().and_then(|_| reader.count()).unwrap_or(0);
    (0..count).map_while(move |_| reader.varint32().ok())
}

/// Hands on the events of a body in a batch: the number of each one's name, and those of its
/// attributes. Ends early where the bytes are no body.
pub fn each_event(body: &[u8], mut take: impl FnMut(u32, &[u32])) {
    // Most spans have none, and their attributes need not be passed.
    if body.first().is_none_or(|what| what & has::EVENTS == 0) {
        return;
    }
    read_events(&mut Reader::new(body), &mut take).unwrap_or_default();
}

fn read_events(reader: &mut Reader, take: &mut impl FnMut(u32, &[u32])) -> Result<(), Malformed> {
    pass_to_events(reader)?;
    let mut attributes = Vec::new();
    for _ in 0..reader.count()? {
        reader.varint()?;
        let name = reader.varint32()?;
        attributes.clear();
        for _ in 0..reader.count()? {
            attributes.push(reader.varint32()?);
        }
        reader.varint32()?;
        take(name, &attributes);
    }
    Ok(())
}

/// Goes past what a batch's body has before its events; what there is.
fn pass_to_events(reader: &mut Reader) -> Result<u8, Malformed> {
    let what = reader.u8()?;
    for _ in 0..reader.count()? {
        reader.varint32()?;
    }
    for before in [has::TRACE_STATE, has::FLAGS, has::DROPPED_ATTRIBUTES] {
        if what & before != 0 {
            reader.varint32()?;
        }
    }
    Ok(what)
}

/// What the events and links in a batch's body say, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum More {
    /// An event's name.
    EventName(u32),
    /// An attribute of an event or a link.
    Attribute(u32),
}

/// Whether `is_it` holds of something that events and links of a batch's body say. Where the
/// bytes are no body it may.
pub fn any_more(body: &[u8], mut is_it: impl FnMut(More) -> bool) -> bool {
    if !has_more(body) {
        return false;
    }
    find_more(&mut Reader::new(body), &mut is_it).unwrap_or(true)
}

fn find_more(reader: &mut Reader, is_it: &mut impl FnMut(More) -> bool) -> Result<bool, Malformed> {
    let what = pass_to_events(reader)?;
    if what & has::EVENTS != 0 {
        for _ in 0..reader.count()? {
            reader.varint()?;
            let name = More::EventName(reader.varint32()?);
            if is_it(name) || find_attribute(reader, is_it)? {
                return Ok(true);
            }
            reader.varint32()?;
        }
    }
    if what & has::DROPPED_EVENTS != 0 {
        reader.varint32()?;
    }
    if what & has::LINKS != 0 {
        for _ in 0..reader.count()? {
            reader.array::<16>()?;
            reader.array::<8>()?;
            reader.varint32()?;
            reader.varint32()?;
            if find_attribute(reader, is_it)? {
                return Ok(true);
            }
            reader.varint32()?;
        }
    }
    Ok(false)
}

fn find_attribute(
    reader: &mut Reader,
    is_it: &mut impl FnMut(More) -> bool,
) -> Result<bool, Malformed> {
    let mut is_found = false;
    for _ in 0..reader.count()? {
        is_found |= is_it(More::Attribute(reader.varint32()?));
    }
    Ok(is_found)
}

/// Whether a body has events, links, or a status message: what
/// [`own_attributes`] does not tell.
pub fn has_more(body: &[u8]) -> bool {
    body.first().is_some_and(|what| what & (has::EVENTS | has::LINKS | has::STATUS_MESSAGE) != 0)
}
