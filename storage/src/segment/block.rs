//! A block: several traces, with the resources and scopes they refer to.
//!
//! ```text
//! counts:     traces · resources · scopes                                    varints
//! base:       a time near the traces' starts, unix nano                      varint
//! lengths:    of the tables' rows, values and noise                          varints
//!             of each trace: spans · length of its rows, times, values and noise
//! packed rows · packed times · packed values · noise
//! packed:     coding: 0 plain, 1 zstd · length · only of coding 1: length before
//!             · so many bytes
//! ```
//!
//! The sections are those of `part.rs`: first the tables' share, then each trace's,
//! in the order of their ordinals. A block's key ends with the first.

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::sync::Arc;

use proto::codec::{Malformed, Reader, Writer};
use proto::numbered::Numbered;
use proto::{Span, TraceId};
use zstd::bulk::Compressor;

use super::part::{self, Numbers, Part, Placed, ReadSections, Sections, WantedHere};
use super::shared::{BlockTables, Lookup, Made, Place, ReadTables};
use super::table::Table;

/// A block is closed once its rows have so many bytes: enough for zstd to find what
/// repeats, little to unpack for one trace. A trace that is larger has a block of
/// its own.
const ROW_BYTES_TARGET: usize = 64 << 10;
/// How hard zstd tries: beyond, it takes more time than it saves bytes.
const ZSTD_LEVEL: i32 = 3;
/// What packing must save at least: a part of so many.
const SAVING_MIN: usize = 32;

/// A block in the making.
pub(super) struct BlockWriter<'a> {
    numbers: Numbers<'a>,
    compressor: Compressor<'static>,
    tables: BlockTables,
    sections: Sections,
    lengths: Writer,
    traces: usize,
    base_unix_nano: u64,
}

impl<'a> BlockWriter<'a> {
    pub(super) fn new(numbers: Numbers<'a>) -> Result<Self, std::io::Error> {
        Ok(Self {
            numbers,
            compressor: Compressor::new(ZSTD_LEVEL)?,
            tables: BlockTables::default(),
            sections: Sections::default(),
            lengths: Writer::new(),
            traces: 0,
            base_unix_nano: 0,
        })
    }

    /// Adds a trace, whose spans are sorted.
    pub(super) fn push(&mut self, spans: &[Placed]) -> Result<(), Malformed> {
        if self.traces == 0 {
            self.base_unix_nano = spans.first().map_or(0, |span| span.head.start_time_unix_nano);
        }
        let before = self.sections.lengths();
        let base = self.base_unix_nano;
        part::write(&mut self.sections, self.numbers, &mut self.tables, base, spans)?;
        self.lengths.size(spans.len());
        for (before, after) in before.into_iter().zip(self.sections.lengths()) {
            self.lengths.size(after.saturating_sub(before));
        }
        self.traces = self.traces.saturating_add(1);
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.traces == 0
    }

    pub(super) fn is_full(&self) -> bool {
        self.sections.rows.len() >= ROW_BYTES_TARGET
    }

    /// The block. What follows is the next one.
    pub(super) fn close(&mut self) -> Vec<u8> {
        let tables = std::mem::take(&mut self.tables);
        let mut shared = tables.write(self.numbers);
        let mut out = Writer::new();
        out.size(std::mem::take(&mut self.traces));
        out.size(tables.resource_count());
        out.size(tables.scope_count());
        out.varint(self.base_unix_nano);
        out.size(shared.rows.len());
        out.size(shared.values.len());
        out.size(shared.noise.len());
        out.raw(self.lengths.as_bytes());
        self.lengths.clear();
        let Sections { rows, times, values, noise } = &mut self.sections;
        shared.rows.raw(rows.as_bytes());
        shared.values.raw(values.as_bytes());
        shared.noise.raw(noise.as_bytes());
        pack(&mut out, &mut self.compressor, shared.rows.as_bytes());
        pack(&mut out, &mut self.compressor, times.as_bytes());
        pack(&mut out, &mut self.compressor, shared.values.as_bytes());
        out.raw(shared.noise.as_bytes());
        for section in [rows, times, values, noise] {
            section.clear();
        }
        out.into_bytes()
    }
}

impl Sections {
    fn lengths(&self) -> [usize; 4] {
        [self.rows.len(), self.times.len(), self.values.len(), self.noise.len()]
    }
}

fn pack(out: &mut Writer, compressor: &mut Compressor, bytes: &[u8]) {
    let packed = compressor
        .compress(bytes)
        .ok()
        .filter(|packed| packed.len().saturating_add(bytes.len() / SAVING_MIN) < bytes.len());
    match packed {
        Some(packed) => {
            out.u8(1);
            out.size(packed.len());
            out.size(bytes.len());
            out.raw(&packed);
        }
        None => {
            out.u8(0);
            out.bytes(bytes);
        }
    }
}

fn unpack(reader: &mut Reader) -> Result<Vec<u8>, Malformed> {
    if reader.u8()? == 0 {
        return reader.bytes().map(<[u8]>::to_vec);
    }
    let length = reader.size()?;
    let raw_length = reader.size()?;
    let bytes = crate::unpack::unpack(reader.raw(length)?, raw_length)
        .map_err(|_| Malformed("zstd frame of the given length"))?;
    if bytes.len() == raw_length { Ok(bytes) } else { Err(Malformed("full length")) }
}

/// A block that is read: its sections unpacked, what is in its tables found, nothing made of
/// it yet.
#[derive(Debug)]
pub(crate) struct Block {
    rows: Vec<u8>,
    times: Vec<u8>,
    values: Vec<u8>,
    noise: Vec<u8>,
    tables: ReadTables,
    /// The tables' share of each section.
    shared: Share,
    /// Of each trace: how many spans it has, and its share of each section.
    parts: Vec<(usize, Share)>,
    base_unix_nano: u64,
}

impl Block {
    pub(super) fn read(record: &[u8], table: &Table) -> Result<Self, Malformed> {
        let mut reader = Reader::new(record);
        let (traces, resources, scopes) = (reader.count()?, reader.count()?, reader.count()?);
        let base_unix_nano = reader.varint()?;
        let mut end = Share::default();
        let shared = end.next([reader.size()?, 0, reader.size()?, reader.size()?])?;
        let mut parts = Vec::with_capacity(traces);
        for _ in 0..traces {
            let spans = reader.size()?;
            let lengths = [reader.size()?, reader.size()?, reader.size()?, reader.size()?];
            parts.push((spans, end.next(lengths)?));
        }
        let mut block = Self {
            rows: unpack(&mut reader)?,
            times: unpack(&mut reader)?,
            values: unpack(&mut reader)?,
            noise: reader.rest().to_vec(),
            tables: ReadTables::default(),
            shared,
            parts,
            base_unix_nano,
        };
        block.tables = ReadTables::read(block.sections(&shared)?, table, resources, scopes)?;
        Ok(block)
    }

    /// How many traces it has.
    pub(super) fn traces(&self) -> usize {
        self.parts.len()
    }

    /// How many spans the trace at `position` has.
    pub(super) fn span_count(&self, position: usize) -> usize {
        self.parts.get(position).map_or(0, |(spans, _)| *spans)
    }

    /// Calls `take` with what is `wanted` of each span of trace `id`, the one at `position`, in
    /// order. Attributes that are told by number go to `numbered`.
    pub(super) fn trace(
        &self,
        position: usize,
        table: &Arc<Table>,
        id: TraceId,
        wanted: &WantedHere<'_>,
        numbered: Option<&mut Numbered>,
        take: &mut dyn FnMut(Span),
    ) -> Result<(), Malformed> {
        let (spans, share) = self.parts.get(position).ok_or(Malformed("trace of that ordinal"))?;
        let part = Part { id, spans: *spans, base_unix_nano: self.base_unix_nano };
        let sections = self.sections(&self.shared)?;
        let shared = Lookup { tables: &self.tables, sections, table };
        part::read(self.sections(share)?, shared, &part, wanted, numbered, take)
    }

    /// Takes from `made` the resources and scopes that are here, too.
    pub(super) fn take_from(&self, made: &Made) {
        let (rows, end) = self.shared_rows();
        self.tables.take_from(made, rows, end);
    }

    /// Adds to `made` the resources and scopes that were made here.
    pub(super) fn add_to(&self, made: &mut Made) {
        let (rows, end) = self.shared_rows();
        self.tables.add_to(made, rows, end);
    }

    /// The rows of the tables, and where their share of rows, values and noise ends.
    fn shared_rows(&self) -> (&[u8], Place) {
        let [(_, rows), _, (_, values), (_, noise)] = self.shared.0;
        (self.rows.get(..rows).unwrap_or_default(), Place([rows, values, noise]))
    }

    /// What it takes in memory, in bytes, its tables estimated.
    pub(super) fn memory_bytes(&self) -> usize {
        let sections = [&self.rows, &self.times, &self.values, &self.noise];
        let sections = sections.iter().map(|section| section.len()).fold(0, usize::saturating_add);
        sections
            .saturating_add(size_of_val(&*self.parts))
            .saturating_add(self.tables.memory_bytes())
    }

    fn sections(&self, share: &Share) -> Result<ReadSections<'_>, Malformed> {
        let [rows, times, values, noise] = share.0;
        Ok(ReadSections {
            rows: cut(&self.rows, rows)?,
            times: cut(&self.times, times)?,
            values: cut(&self.values, values)?,
            noise: cut(&self.noise, noise)?,
        })
    }
}

fn cut(section: &[u8], (start, end): (usize, usize)) -> Result<Reader<'_>, Malformed> {
    section.get(start..end).map(Reader::new).ok_or(Malformed("share of a section"))
}

/// Where shares of the four sections begin and end.
#[derive(Debug, Clone, Copy, Default)]
struct Share([(usize, usize); 4]);

impl Share {
    /// Goes on by `lengths`.
    fn next(&mut self, lengths: [usize; 4]) -> Result<Self, Malformed> {
        for ((start, end), length) in self.0.iter_mut().zip(lengths) {
            *start = *end;
            *end = end.checked_add(length).ok_or(Malformed("length"))?;
        }
        Ok(*self)
    }
}
