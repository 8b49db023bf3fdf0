//! The symbol table: texts that occur more than once in a segment, so that blocks
//! need only their numbers.
//!
//! ```text
//! symbols:  count, varint · each text
//! a text elsewhere:  0 · the text     or     1 + its number among the symbols
//! ```
//!
//! The most frequent come first and have the shortest numbers.

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use hashbrown::HashMap;

use proto::codec::{Malformed, Reader, Writer};

/// The text of all symbols together. What does not fit stays where it occurs:
/// a table is read whole for any block.
const TABLE_BYTES_MAX: usize = 1 << 20;
/// Longer texts stay where they occur.
const SYMBOL_BYTES_MAX: usize = 1 << 10;

/// Counts texts, to find out which are worth a symbol.
#[derive(Debug, Default)]
pub(super) struct Census<'a> {
    counts: HashMap<&'a str, u32>,
}

impl<'a> Census<'a> {
    pub(super) fn add(&mut self, text: &'a str, times: u32) {
        if text.len() <= SYMBOL_BYTES_MAX {
            let count = self.counts.entry(text).or_default();
            *count = count.saturating_add(times);
        }
    }

    pub(super) fn into_symbols(self) -> SymbolNumbers<'a> {
        let mut texts: Vec<_> = self.counts.into_iter().filter(|(_, count)| *count > 1).collect();
        texts.sort_unstable_by_key(|(text, count)| (std::cmp::Reverse(*count), *text));
        let mut bytes = 0usize;
        let fitting = texts.into_iter().map(|(text, _)| text).take_while(|text| {
            bytes = bytes.saturating_add(text.len());
            bytes <= TABLE_BYTES_MAX
        });
        let texts: Vec<&str> = fitting.collect();
        let numbers = (0u64..).zip(&texts).map(|(number, text)| (*text, number)).collect();
        SymbolNumbers { texts, numbers }
    }
}

/// The symbols of a segment that is being written.
#[derive(Debug, Default)]
pub(super) struct SymbolNumbers<'a> {
    texts: Vec<&'a str>,
    numbers: HashMap<&'a str, u64>,
}

impl SymbolNumbers<'_> {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.size(self.texts.len());
        self.texts.iter().for_each(|text| writer.bytes(text.as_bytes()));
        writer.into_bytes()
    }

    /// Writes `text`, as a symbol where it is one.
    pub(super) fn write(&self, writer: &mut Writer, text: &str) {
        match self.numbers.get(text) {
            Some(number) => writer.varint(number.saturating_add(1)),
            None => {
                writer.varint(0);
                writer.bytes(text.as_bytes());
            }
        }
    }
}

/// The symbols of a segment that is read.
#[derive(Debug)]
pub(crate) struct Symbols {
    texts: Vec<Box<str>>,
    bytes: usize,
}

impl Symbols {
    pub(super) fn decode(record: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(record);
        let count = reader.count()?;
        let mut texts = Vec::with_capacity(count);
        for _ in 0..count {
            texts.push(reader.text()?.into());
        }
        reader.end()?;
        let entries = count.saturating_mul(size_of::<Box<str>>());
        Ok(Self { texts, bytes: record.len().saturating_add(entries) })
    }

    /// Reads what [`SymbolNumbers::write`] wrote.
    pub(super) fn read(&self, reader: &mut Reader) -> Result<String, Malformed> {
        match reader.size()?.checked_sub(1) {
            None => reader.text().map(str::to_owned),
            Some(number) => {
                self.texts.get(number).map(|text| (**text).to_owned()).ok_or(Malformed("symbol"))
            }
        }
    }

    /// What the table takes in memory.
    pub(super) fn memory_bytes(&self) -> usize {
        self.bytes
    }
}
