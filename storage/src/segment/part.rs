//! One trace's spans in a block, sorted by (start, span id, kind). They lie in four
//! sections, so that what repeats is together and what is random is by itself.
//!
//! ```text
//! rows:    each span:  parent: 0 none | 1, an id in the noise
//!                      | 2 + zigzag of how many places before this span it is here
//!                      name, text · kind, zigzag · status code, zigzag
//!                      resource and scope: numbers in the block's tables
//!                      body, as `proto::batch::body` has it
//! times:   each span:  start: zigzag, since the start before it, the block's base before the
//!                      first · end: zigzag, since the start
//! values:  texts and attributes that are not in the segment's table, as they come:
//!          text: bytes    attribute: key, text · value, `literal.rs`
//! noise:   each span's id, 8 bytes · ids and bytes that rows and values refer to
//! ```
//!
//! A text or an attribute in a row is one more than its place in the table, or 0 and
//! among the values. Differences of times wrap around, so that every time goes there
//! and back.

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::sync::Arc;

use hashbrown::HashMap;
use proto::batch::Head;
use proto::batch::body::{self, BodyText, Keys, Owner, Sink, Source, Wanted};
use proto::numbered::Numbered;
use proto::{Attribute, Batch, Span, SpanId, SpanKind, Status, StatusCode, TraceId};

use super::interner::{self, Interner, Text, Translation};
use super::literal;
use super::shared::{BlockTables, Lookup};
use super::table::{Places, Table};
use proto::codec::{Malformed, Reader, Writer, from_zigzag, to_zigzag};

/// Up to so many spans, parents are looked for one by one, which takes less than
/// hashing them.
const LIST_MAX: usize = 32;

/// The sections in the making.
#[derive(Debug, Default)]
pub(super) struct Sections {
    pub(super) rows: Writer,
    pub(super) times: Writer,
    pub(super) values: Writer,
    pub(super) noise: Writer,
}

/// The numbers that a segment's spans are written with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Numbers<'a> {
    pub(super) interner: &'a Interner,
    pub(super) places: &'a Places,
}

/// A span and the batch it came in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placed<'a> {
    pub(super) head: &'a Head,
    pub(super) batch: &'a Batch,
    pub(super) known: &'a Translation,
}

/// Writes a trace's `spans`, which are sorted. Times begin at the block's base.
pub(super) fn write(
    out: &mut Sections,
    numbers: Numbers,
    tables: &mut BlockTables,
    base_unix_nano: u64,
    spans: &[Placed],
) -> Result<(), Malformed> {
    spans.iter().for_each(|span| out.noise.raw(span.head.span_id.as_bytes()));
    let positions = Positions::of(spans);
    let mut start_before = base_unix_nano;
    for (position, Placed { head, batch, known }) in spans.iter().enumerate() {
        write_parent(out, &positions, position, head);
        numbers.write_text(&mut out.rows, &mut out.values, known.text(head.name));
        out.rows.zigzag(head.kind.0.into());
        out.rows.zigzag(head.status_code.0.into());
        out.rows.varint(tables.resource(known.resource(head.resource)));
        out.rows.varint(tables.scope(known.scope(head.scope)));
        let start = head.start_time_unix_nano;
        write_time(&mut out.times, start, start_before);
        write_time(&mut out.times, head.end_time_unix_nano, start);
        start_before = start;
        let Sections { rows, values, noise, .. } = out;
        body::transcribe(batch.body(head), rows, &mut BodySink { numbers, known, values, noise })?;
    }
    Ok(())
}

/// Where each span id is among a trace's spans.
enum Positions<'a> {
    List(&'a [Placed<'a>]),
    Map(HashMap<SpanId, usize>),
}

impl<'a> Positions<'a> {
    fn of(spans: &'a [Placed<'a>]) -> Self {
        if spans.len() <= LIST_MAX {
            return Self::List(spans);
        }
        let ids = spans.iter().enumerate();
        Self::Map(ids.map(|(position, span)| (span.head.span_id, position)).collect())
    }

    fn get(&self, id: SpanId) -> Option<usize> {
        match self {
            Self::List(spans) => spans.iter().position(|span| span.head.span_id == id),
            Self::Map(positions) => positions.get(&id).copied(),
        }
    }
}

fn write_parent(out: &mut Sections, positions: &Positions, position: usize, head: &Head) {
    let parent = head.parent_span_id;
    if !parent.is_valid() {
        return out.rows.varint(0);
    }
    match positions.get(parent) {
        Some(found) => {
            let before = to_zigzag((position as i64).wrapping_sub(found as i64));
            out.rows.varint(before.saturating_add(2));
        }
        None => {
            out.rows.varint(1);
            out.noise.raw(parent.as_bytes());
        }
    }
}

impl Numbers<'_> {
    /// Writes a text to `rows`, or to `values` where it is not in the table.
    pub(super) fn write_text(self, rows: &mut Writer, values: &mut Writer, text: Text) {
        let code = self.places.text_code(text);
        rows.varint(code.into());
        if code == 0 {
            values.bytes(self.interner.text(text).as_bytes());
        }
    }

    fn write_attribute(
        self,
        rows: &mut Writer,
        values: &mut Writer,
        noise: &mut Writer,
        attribute: interner::Attribute,
    ) {
        let code = self.places.attribute_code(attribute);
        rows.varint(code.into());
        if code == 0 {
            let (key, value) = self.interner.attribute(attribute);
            self.write_text(rows, values, key);
            literal::write(values, noise, value);
        }
    }

    pub(super) fn write_attributes(
        self,
        rows: &mut Writer,
        values: &mut Writer,
        noise: &mut Writer,
        attributes: &[interner::Attribute],
    ) {
        rows.size(attributes.len());
        for attribute in attributes {
            self.write_attribute(rows, values, noise, *attribute);
        }
    }
}

/// Writes what a body refers to.
struct BodySink<'a> {
    numbers: Numbers<'a>,
    known: &'a Translation,
    values: &'a mut Writer,
    noise: &'a mut Writer,
}

impl Sink for BodySink<'_> {
    fn text(&mut self, out: &mut Writer, _: BodyText, number: u32) {
        self.numbers.write_text(out, self.values, self.known.text(number));
    }

    fn attribute(&mut self, out: &mut Writer, _: Owner, number: u32) {
        let attribute = self.known.attribute(number);
        self.numbers.write_attribute(out, self.values, self.noise, attribute);
    }

    fn link(&mut self, _: &[u8; 16], _: &[u8; 8]) {}
}

/// The sections of one trace, or of a block's tables, to be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct ReadSections<'a> {
    pub(super) rows: Reader<'a>,
    pub(super) times: Reader<'a>,
    pub(super) values: Reader<'a>,
    pub(super) noise: Reader<'a>,
}

/// What a block knows of a trace beside its sections.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub(super) id: TraceId,
    pub(super) spans: usize,
    pub(super) base_unix_nano: u64,
}

/// Reads what is `wanted` of what [`write()`] wrote, and calls `take` with each span, in order.
/// Attributes that are told by number go to `numbered`.
pub(super) fn read(
    sections: ReadSections,
    shared: Lookup,
    part: &Part,
    wanted: &WantedHere<'_>,
    numbered: Option<&mut Numbered>,
    take: &mut dyn FnMut(Span),
) -> Result<(), Malformed> {
    let ReadSections { mut rows, mut times, values, mut noise } = sections;
    // There are no more than bytes, whatever is said.
    let mut ids = Vec::with_capacity(part.spans.min(noise.left()));
    for _ in 0..part.spans {
        ids.push(SpanId::new(noise.array()?));
    }
    let WantedHere { wanted, places } = wanted;
    let wanted = *wanted;
    let keys = WantedKeys::of(wanted.keys, places);
    let mut source = BodySource { table: shared.table, values, noise, keys, numbered };
    let mut start_before = part.base_unix_nano;
    for (position, span_id) in ids.iter().enumerate() {
        let parent_span_id = match rows.varint()? {
            0 => None,
            1 => Some(SpanId::new(source.noise.array()?)),
            code => Some(read_parent(code.saturating_sub(2), position, &ids)?),
        };
        let (name, name_number) = match (wanted.names, source.numbered.is_some()) {
            (false, true) if parent_span_id.is_some() => source.text_by_number(&mut rows)?,
            (false, false) => source.pass_text(&mut rows).map(|()| (String::new(), None))?,
            _ => (source.text(&mut rows)?, None),
        };
        let kind = SpanKind(rows.zigzag32()?);
        let status = Status { code: StatusCode(rows.zigzag32()?), message: String::new() };
        let resource = shared.resource(rows.size()?)?;
        let scope = shared.scope(rows.size()?)?;
        let start = read_time(&mut times, start_before)?;
        let mut span = Span {
            trace_id: part.id,
            span_id: *span_id,
            parent_span_id,
            trace_state: String::new(),
            flags: 0,
            name,
            kind,
            start_time_unix_nano: start,
            end_time_unix_nano: read_time(&mut times, start)?,
            attributes: Vec::new(),
            dropped_attributes_count: 0,
            events: Vec::new(),
            dropped_events_count: 0,
            links: Vec::new(),
            dropped_links_count: 0,
            status,
            resource: Arc::clone(resource),
            scope: Arc::clone(scope),
        };
        body::read(&mut rows, &mut source, wanted, &mut span)?;
        if let Some(numbered) = &mut source.numbered {
            numbered.end_span(shared.table, name_number);
        }
        start_before = start;
        take(span);
    }
    [rows, times, source.values, source.noise].into_iter().try_for_each(|rest| rest.end())
}

fn read_parent(zigzag: u64, position: usize, ids: &[SpanId]) -> Result<SpanId, Malformed> {
    let found = (position as i64).wrapping_sub(from_zigzag(zigzag));
    let found = usize::try_from(found).ok().and_then(|found| ids.get(found));
    found.copied().ok_or(Malformed("parent"))
}

/// What is wanted of the spans of a segment.
pub(super) struct WantedHere<'a> {
    wanted: Wanted<'a>,
    /// The places that its keys have in the segment's table.
    places: Vec<u32>,
}

impl<'a> WantedHere<'a> {
    /// What is `wanted`, of the segment with this table.
    pub(super) fn of(wanted: Wanted<'a>, table: &Table) -> Self {
        Self { wanted, places: table.places_of(wanted.keys) }
    }
}

/// Which attributes are wanted of a block: by their keys, and by the places that these have in
/// the segment's table, which takes less to compare.
#[derive(Debug, Clone, Copy)]
pub(super) enum WantedKeys<'a> {
    All,
    Only(Keys<'a>, &'a [u32]),
}

impl<'a> WantedKeys<'a> {
    fn of(keys: Keys<'a>, places: &'a [u32]) -> Self {
        if keys == Keys::All { Self::All } else { Self::Only(keys, places) }
    }

    fn have(self, key: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(keys, _) => keys.has(key),
        }
    }

    fn have_place(self, place: u32) -> bool {
        match self {
            Self::All => true,
            Self::Only(_, places) => places.contains(&place),
        }
    }
}

/// Reads what bodies, resources and scopes refer to.
pub(super) struct BodySource<'a, 'b> {
    pub(super) table: &'a Table,
    pub(super) values: Reader<'b>,
    pub(super) noise: Reader<'b>,
    pub(super) keys: WantedKeys<'b>,
    /// Takes what is not wanted by itself.
    pub(super) numbered: Option<&'b mut Numbered>,
}

impl Source for BodySource<'_, '_> {
    fn text(&mut self, rows: &mut Reader) -> Result<String, Malformed> {
        match rows.varint32()? {
            0 => self.values.text().map(str::to_owned),
            code => self.table.text(code).map(str::to_owned),
        }
    }

    fn attribute(&mut self, rows: &mut Reader) -> Result<Option<Attribute>, Malformed> {
        match rows.varint32()? {
            0 => {
                let key_code = rows.varint32()?;
                let key = match key_code {
                    0 => self.values.text()?,
                    code => self.table.text(code)?,
                };
                if self.numbered.is_none() && !self.keys.have(key) {
                    literal::pass(&mut self.values, &mut self.noise)?;
                    return Ok(None);
                }
                // A key that is not in the table is no attribute's that is.
                if let (Some(numbered), Some(place)) = (&mut self.numbered, key_code.checked_sub(1))
                {
                    numbered.pass(place);
                }
                let value = literal::read(&mut self.values, &mut self.noise)?;
                Ok(Some(Attribute { key: key.to_owned(), value }))
            }
            code => {
                let key = self.table.key_place(code)?;
                let is_wanted = self.keys.have_place(key);
                let is_made = match &mut self.numbered {
                    Some(numbered) if is_wanted => {
                        numbered.pass(key);
                        true
                    }
                    Some(numbered) => !numbered.take(key, code),
                    None => is_wanted,
                };
                is_made.then(|| self.table.attribute(code)).transpose()
            }
        }
    }

    fn begin(&mut self, owner: Owner) {
        if let Some(numbered) = &mut self.numbered {
            numbered.begin(Some(owner));
        }
    }

    fn pass_text(&mut self, rows: &mut Reader) -> Result<(), Malformed> {
        match rows.varint32()? {
            0 => self.values.bytes().map(drop),
            _ => Ok(()),
        }
    }

    fn pass_attribute(&mut self, rows: &mut Reader) -> Result<(), Malformed> {
        match rows.varint32()? {
            0 => {
                self.pass_text(rows)?;
                literal::pass(&mut self.values, &mut self.noise)
            }
            _ => Ok(()),
        }
    }
}

impl BodySource<'_, '_> {
    /// The text that is written next: itself, or its number.
    fn text_by_number(&mut self, rows: &mut Reader) -> Result<(String, Option<u32>), Malformed> {
        match rows.varint32()? {
            0 => Ok((self.values.text()?.to_owned(), None)),
            code => self.table.text(code).map(|_| (String::new(), Some(code))),
        }
    }

    pub(super) fn attributes(&mut self, rows: &mut Reader) -> Result<Vec<Attribute>, Malformed> {
        let all = (0..rows.count()?).map(|_| self.attribute(rows));
        all.filter_map(Result::transpose).collect()
    }
}

fn write_time(writer: &mut Writer, unix_nano: u64, since: u64) {
    writer.zigzag(unix_nano.wrapping_sub(since).cast_signed());
}

fn read_time(reader: &mut Reader, since: u64) -> Result<u64, Malformed> {
    Ok(since.wrapping_add(reader.zigzag()?.cast_unsigned()))
}
