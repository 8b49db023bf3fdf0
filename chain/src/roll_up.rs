//! The figures of many traces, by path.

use hashbrown::HashMap;
use proto::codec::{Malformed, Reader, Writer};

use crate::trace::Row;
use crate::{Cell, PathId};

/// The figures of some traces, by path.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RollUp {
    /// None of them empty, once [`RollUp::tidy`] ran.
    pub cells: HashMap<PathId, Cell>,
}

impl RollUp {
    /// Adds what a span adds, or takes it out again where `sign` is -1.
    pub fn add(&mut self, row: &Row, sign: i64) {
        self.cells.entry(row.path).or_default().add(row, sign);
    }

    /// Adds what a span adds whose path is there already; whether it is.
    pub fn add_known(&mut self, row: &Row, sign: i64) -> bool {
        let known = self.cells.get_mut(&row.path);
        known.map(|cell| cell.add(row, sign)).is_some()
    }

    /// Adds all that is in `other`.
    pub fn merge(&mut self, other: &Self) {
        for (path, cell) in &other.cells {
            self.cells.entry(*path).or_default().merge(cell);
        }
    }

    /// What it takes in memory, in bytes, estimated.
    pub fn memory_bytes(&self) -> usize {
        let cells = self.cells.values().map(Cell::memory_bytes);
        self.cells.capacity() * size_of::<PathId>() + cells.sum::<usize>()
    }

    /// Gives back the room that it does not need.
    pub fn shrink(&mut self) {
        self.cells.shrink_to_fit();
        self.cells.values_mut().for_each(Cell::shrink);
    }

    /// Leaves out paths of which all that was added was taken out again.
    pub fn tidy(&mut self) {
        self.cells.retain(|_, cell| !cell.is_empty());
    }

    /// `cells: count, varint · each, by path: path, 8 bytes · the cell`.
    pub fn encode(&self, out: &mut Writer) {
        let mut cells: Vec<_> = self.cells.iter().collect();
        cells.sort_unstable_by_key(|(path, _)| **path);
        out.size(cells.len());
        for (path, cell) in cells {
            out.u64(path.0);
            cell.encode(out);
        }
    }

    /// Reads what [`RollUp::encode`] wrote.
    ///
    /// # Errors
    /// Where it did not.
    pub fn decode(reader: &mut Reader) -> Result<Self, Malformed> {
        let mut figures = Self::default();
        figures.add_encoded(reader)?;
        Ok(figures)
    }

    /// Adds what [`RollUp::encode`] wrote.
    ///
    /// # Errors
    /// Where it did not: then some of it was added.
    pub fn add_encoded(&mut self, reader: &mut Reader) -> Result<(), Malformed> {
        let count = reader.count()?;
        if self.cells.is_empty() {
            self.cells.reserve(count);
        }
        for _ in 0..count {
            let path = PathId(reader.u64()?);
            self.cells.entry(path).or_default().add_encoded(reader)?;
        }
        Ok(())
    }
}
