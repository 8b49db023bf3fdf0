//! One trace's part of a segment: its spans, sorted by (start, span id, kind).
//!
//! ```text
//! part:      trace id, 16 bytes · count, varint · each span id, 8 bytes · each span
//! span:      parent: 0 none | 1 and 8 bytes | 2 + position of a span here that has the id
//!            trace state, text · flags, varint · name, text · kind, zigzag
//!            start: zigzag, since the start before it · end: zigzag, since the start
//!            attributes · dropped, varint
//!            events: count · each: time, zigzag since the start · name · attributes · dropped
//!            dropped events, varint
//!            links: count · each: trace id · span id · trace state · flags
//!                                 · attributes · dropped
//!            dropped links, varint
//!            status: code, zigzag · message, text
//!            resource and scope: varint, numbers in the block's tables
//! resource:  attributes · dropped, varint · schema URL, text
//! scope:     name, text · version, text · attributes · dropped, varint · schema URL, text
//! ```
//!
//! Texts are symbols where they can be. Differences of times wrap around, so that
//! every time goes there and back.

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::sync::Arc;

use hashbrown::HashMap;
use proto::{Event, Link, Resource, Scope, Span, SpanId, SpanKind, Status, StatusCode, TraceId};

use super::symbol::{Census, SymbolNumbers, Symbols};
use super::value;
use proto::codec::{Malformed, Reader, Writer};

/// Gives resources and scopes their numbers in a block.
pub(super) trait Tables {
    fn resource(&mut self, symbols: &SymbolNumbers, resource: &Arc<Resource>) -> u64;
    fn scope(&mut self, symbols: &SymbolNumbers, scope: &Arc<Scope>) -> u64;
}

/// Finds resources and scopes by their numbers in a block.
pub(super) trait Lookup {
    fn resource(&mut self, number: usize) -> Result<Arc<Resource>, Malformed>;
    fn scope(&mut self, number: usize) -> Result<Arc<Scope>, Malformed>;
}

/// Counts the texts of `span`, but for its resource and scope.
pub(super) fn count<'a>(census: &mut Census<'a>, span: &'a Span) {
    census.add(&span.name, 1);
    census.add(&span.trace_state, 1);
    census.add(&span.status.message, 1);
    value::count(census, &span.attributes, 1);
    for event in &span.events {
        census.add(&event.name, 1);
        value::count(census, &event.attributes, 1);
    }
    for link in &span.links {
        census.add(&link.trace_state, 1);
        value::count(census, &link.attributes, 1);
    }
}

/// Writes the part of trace `id` that consists of `spans`, which are sorted.
pub(super) fn write_part(
    writer: &mut Writer,
    symbols: &SymbolNumbers,
    tables: &mut impl Tables,
    id: TraceId,
    spans: &[&Span],
) {
    writer.raw(id.as_bytes());
    writer.size(spans.len());
    spans.iter().for_each(|span| writer.raw(span.span_id.as_bytes()));
    let positions: HashMap<SpanId, u64> =
        (0u64..).zip(spans).map(|(position, span)| (span.span_id, position)).collect();
    let mut start_before = 0;
    for span in spans {
        match span.parent_span_id {
            None => writer.varint(0),
            Some(parent) => match positions.get(&parent) {
                Some(position) => writer.varint(position.saturating_add(2)),
                None => {
                    writer.varint(1);
                    writer.raw(parent.as_bytes());
                }
            },
        }
        write_span(writer, symbols, span, start_before);
        writer.varint(tables.resource(symbols, &span.resource));
        writer.varint(tables.scope(symbols, &span.scope));
        start_before = span.start_time_unix_nano;
    }
}

/// Reads what [`write_part`] wrote for trace `id`.
pub(super) fn read_part(
    reader: &mut Reader,
    symbols: &Symbols,
    tables: &mut impl Lookup,
    id: TraceId,
) -> Result<Vec<Span>, Malformed> {
    if TraceId::new(reader.array()?) != id {
        return Err(Malformed("trace that the index names"));
    }
    let count = reader.count()?;
    let mut ids = Vec::with_capacity(count);
    for _ in 0..count {
        ids.push(SpanId::new(reader.array()?));
    }
    let mut spans = Vec::with_capacity(count);
    let mut start_before = 0;
    for span_id in &ids {
        let parent_span_id = match reader.size()? {
            0 => None,
            1 => Some(SpanId::new(reader.array()?)),
            position => {
                let found = position.checked_sub(2).and_then(|position| ids.get(position));
                Some(*found.ok_or(Malformed("parent"))?)
            }
        };
        let span = Span { trace_id: id, span_id: *span_id, parent_span_id, ..blank() };
        let span = read_span(reader, symbols, tables, span, start_before)?;
        start_before = span.start_time_unix_nano;
        spans.push(span);
    }
    reader.end()?;
    Ok(spans)
}

fn write_span(writer: &mut Writer, symbols: &SymbolNumbers, span: &Span, start_before: u64) {
    let start = span.start_time_unix_nano;
    symbols.write(writer, &span.trace_state);
    writer.varint(span.flags.into());
    symbols.write(writer, &span.name);
    writer.zigzag(span.kind.0.into());
    write_time(writer, start, start_before);
    write_time(writer, span.end_time_unix_nano, start);
    value::write(writer, symbols, &span.attributes);
    writer.varint(span.dropped_attributes_count.into());
    writer.size(span.events.len());
    for event in &span.events {
        write_time(writer, event.time_unix_nano, start);
        symbols.write(writer, &event.name);
        value::write(writer, symbols, &event.attributes);
        writer.varint(event.dropped_attributes_count.into());
    }
    writer.varint(span.dropped_events_count.into());
    writer.size(span.links.len());
    for link in &span.links {
        writer.raw(link.trace_id.as_bytes());
        writer.raw(link.span_id.as_bytes());
        symbols.write(writer, &link.trace_state);
        writer.varint(link.flags.into());
        value::write(writer, symbols, &link.attributes);
        writer.varint(link.dropped_attributes_count.into());
    }
    writer.varint(span.dropped_links_count.into());
    writer.zigzag(span.status.code.0.into());
    symbols.write(writer, &span.status.message);
}

fn read_span(
    reader: &mut Reader,
    symbols: &Symbols,
    tables: &mut impl Lookup,
    mut span: Span,
    start_before: u64,
) -> Result<Span, Malformed> {
    span.trace_state = symbols.read(reader)?;
    span.flags = reader.varint32()?;
    span.name = symbols.read(reader)?;
    span.kind = SpanKind(read_i32(reader)?);
    let start = read_time(reader, start_before)?;
    span.start_time_unix_nano = start;
    span.end_time_unix_nano = read_time(reader, start)?;
    span.attributes = value::read(reader, symbols)?;
    span.dropped_attributes_count = reader.varint32()?;
    for _ in 0..reader.count()? {
        span.events.push(Event {
            time_unix_nano: read_time(reader, start)?,
            name: symbols.read(reader)?,
            attributes: value::read(reader, symbols)?,
            dropped_attributes_count: reader.varint32()?,
        });
    }
    span.dropped_events_count = reader.varint32()?;
    for _ in 0..reader.count()? {
        span.links.push(Link {
            trace_id: TraceId::new(reader.array()?),
            span_id: SpanId::new(reader.array()?),
            trace_state: symbols.read(reader)?,
            flags: reader.varint32()?,
            attributes: value::read(reader, symbols)?,
            dropped_attributes_count: reader.varint32()?,
        });
    }
    span.dropped_links_count = reader.varint32()?;
    span.status = Status { code: StatusCode(read_i32(reader)?), message: symbols.read(reader)? };
    span.resource = tables.resource(reader.size()?)?;
    span.scope = tables.scope(reader.size()?)?;
    Ok(span)
}

pub(super) fn write_resource(writer: &mut Writer, symbols: &SymbolNumbers, resource: &Resource) {
    value::write(writer, symbols, &resource.attributes);
    writer.varint(resource.dropped_attributes_count.into());
    symbols.write(writer, &resource.schema_url);
}

pub(super) fn read_resource(record: &[u8], symbols: &Symbols) -> Result<Resource, Malformed> {
    let mut reader = Reader::new(record);
    Ok(Resource {
        attributes: value::read(&mut reader, symbols)?,
        dropped_attributes_count: reader.varint32()?,
        schema_url: symbols.read(&mut reader)?,
    })
}

pub(super) fn write_scope(writer: &mut Writer, symbols: &SymbolNumbers, scope: &Scope) {
    symbols.write(writer, &scope.name);
    symbols.write(writer, &scope.version);
    value::write(writer, symbols, &scope.attributes);
    writer.varint(scope.dropped_attributes_count.into());
    symbols.write(writer, &scope.schema_url);
}

pub(super) fn read_scope(record: &[u8], symbols: &Symbols) -> Result<Scope, Malformed> {
    let mut reader = Reader::new(record);
    Ok(Scope {
        name: symbols.read(&mut reader)?,
        version: symbols.read(&mut reader)?,
        attributes: value::read(&mut reader, symbols)?,
        dropped_attributes_count: reader.varint32()?,
        schema_url: symbols.read(&mut reader)?,
    })
}

fn write_time(writer: &mut Writer, unix_nano: u64, since: u64) {
    writer.zigzag(unix_nano.wrapping_sub(since).cast_signed());
}

fn read_time(reader: &mut Reader, since: u64) -> Result<u64, Malformed> {
    Ok(since.wrapping_add(reader.zigzag()?.cast_unsigned()))
}

fn read_i32(reader: &mut Reader) -> Result<i32, Malformed> {
    i32::try_from(reader.zigzag()?).map_err(|_| Malformed("number of 32 bits"))
}

/// A span that says nothing.
fn blank() -> Span {
    Span {
        trace_id: TraceId::default(),
        span_id: SpanId::default(),
        parent_span_id: None,
        trace_state: String::new(),
        flags: 0,
        name: String::new(),
        kind: SpanKind::default(),
        start_time_unix_nano: 0,
        end_time_unix_nano: 0,
        attributes: Vec::new(),
        dropped_attributes_count: 0,
        events: Vec::new(),
        dropped_events_count: 0,
        links: Vec::new(),
        dropped_links_count: 0,
        status: Status::default(),
        resource: Arc::default(),
        scope: Arc::default(),
    }
}
