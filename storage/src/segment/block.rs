//! A block: several traces, with the resources and scopes they refer to.
//!
//! ```text
//! resources: count · each, as bytes
//! scopes:    count · each, as bytes
//! traces:    count · each part, as bytes
//! ```

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::sync::Arc;

use hashbrown::HashMap;
use proto::{Resource, Scope, Span, TraceId};

use super::span::{self, Lookup, Tables};
use super::symbol::{SymbolNumbers, Symbols};
use proto::codec::{Malformed, Reader, Writer};

/// A block is closed once it has this many bytes before compression: enough for
/// zstd to find what repeats, little to unpack for one trace. A trace that is
/// larger has a block of its own.
const BLOCK_BYTES_TARGET: usize = 64 << 10;

/// A block in the making.
#[derive(Debug, Default)]
pub(super) struct BlockWriter {
    tables: BlockTables,
    parts: Vec<Vec<u8>>,
    bytes: usize,
}

impl BlockWriter {
    /// Adds a trace; its position in the block.
    pub(super) fn push(&mut self, symbols: &SymbolNumbers, id: TraceId, spans: &[&Span]) -> u32 {
        let mut part = Writer::new();
        span::write_part(&mut part, symbols, &mut self.tables, id, spans);
        self.bytes = self.bytes.saturating_add(part.len());
        self.parts.push(part.into_bytes());
        u32::try_from(self.parts.len().saturating_sub(1)).unwrap_or(u32::MAX)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    pub(super) fn is_full(&self) -> bool {
        self.bytes >= BLOCK_BYTES_TARGET
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        let mut writer = Writer::new();
        for list in [&self.tables.resources.encoded, &self.tables.scopes.encoded, &self.parts] {
            writer.size(list.len());
            list.iter().for_each(|bytes| writer.bytes(bytes));
        }
        writer.into_bytes()
    }
}

/// Resources and scopes that spans of a block refer to, once each.
#[derive(Debug, Default)]
struct BlockTables {
    resources: Table,
    scopes: Table,
}

/// Encoded things and their numbers. Most spans share the very same thing in
/// memory, which spares encoding it again.
#[derive(Debug, Default)]
struct Table {
    encoded: Vec<Vec<u8>>,
    by_bytes: HashMap<Vec<u8>, u64>,
    by_address: HashMap<usize, u64>,
}

impl Table {
    /// `address` stays that of the same thing as long as the block is written.
    fn number(&mut self, address: usize, encode: impl FnOnce(&mut Writer)) -> u64 {
        if let Some(number) = self.by_address.get(&address) {
            return *number;
        }
        let mut writer = Writer::new();
        encode(&mut writer);
        let bytes = writer.into_bytes();
        let next = self.encoded.len() as u64;
        let number = *self.by_bytes.entry(bytes.clone()).or_insert(next);
        if number == next {
            self.encoded.push(bytes);
        }
        self.by_address.insert(address, number);
        number
    }
}

impl Tables for BlockTables {
    fn resource(&mut self, symbols: &SymbolNumbers, resource: &Arc<Resource>) -> u64 {
        let address = Arc::as_ptr(resource).addr();
        self.resources.number(address, |writer| span::write_resource(writer, symbols, resource))
    }

    fn scope(&mut self, symbols: &SymbolNumbers, scope: &Arc<Scope>) -> u64 {
        let address = Arc::as_ptr(scope).addr();
        self.scopes.number(address, |writer| span::write_scope(writer, symbols, scope))
    }
}

/// The spans of trace `id`, the one at `position` in the block `record`, sorted.
pub(super) fn read_trace(
    record: &[u8],
    position: u32,
    symbols: &Symbols,
    id: TraceId,
) -> Result<Vec<Span>, Malformed> {
    let mut reader = Reader::new(record);
    let resources = read_list(&mut reader)?;
    let scopes = read_list(&mut reader)?;
    let count = reader.count()?;
    let position = usize::try_from(position).map_err(|_| Malformed("position"))?;
    if position >= count {
        return Err(Malformed("trace at the position that the index names"));
    }
    for _ in 0..position {
        reader.bytes()?;
    }
    let mut part = Reader::new(reader.bytes()?);
    let mut tables = ReadTables {
        symbols,
        read_resources: vec![None; resources.len()],
        read_scopes: vec![None; scopes.len()],
        resources,
        scopes,
    };
    span::read_part(&mut part, symbols, &mut tables, id)
}

fn read_list<'a>(reader: &mut Reader<'a>) -> Result<Vec<&'a [u8]>, Malformed> {
    (0..reader.count()?).map(|_| reader.bytes()).collect()
}

/// A block's tables, read as far as spans ask for them.
struct ReadTables<'a> {
    symbols: &'a Symbols,
    resources: Vec<&'a [u8]>,
    scopes: Vec<&'a [u8]>,
    read_resources: Vec<Option<Arc<Resource>>>,
    read_scopes: Vec<Option<Arc<Scope>>>,
}

impl Lookup for ReadTables<'_> {
    fn resource(&mut self, number: usize) -> Result<Arc<Resource>, Malformed> {
        let place = self.read_resources.get_mut(number).ok_or(Malformed("resource"))?;
        if let Some(resource) = place {
            return Ok(Arc::clone(resource));
        }
        let record = self.resources.get(number).ok_or(Malformed("resource"))?;
        let resource = Arc::new(span::read_resource(record, self.symbols)?);
        Ok(Arc::clone(place.insert(resource)))
    }

    fn scope(&mut self, number: usize) -> Result<Arc<Scope>, Malformed> {
        let place = self.read_scopes.get_mut(number).ok_or(Malformed("scope"))?;
        if let Some(scope) = place {
            return Ok(Arc::clone(scope));
        }
        let record = self.scopes.get(number).ok_or(Malformed("scope"))?;
        let scope = Arc::new(span::read_scope(record, self.symbols)?);
        Ok(Arc::clone(place.insert(scope)))
    }
}
