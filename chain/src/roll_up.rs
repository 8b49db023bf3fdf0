//! The figures of many traces, by path.

use hashbrown::HashMap;
use proto::codec::{Malformed, Reader, Writer};

use crate::trace::{Marks, Row};
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
        let cell = self.cells.entry(row.path).or_default();
        let counts = &mut cell.counts;
        counts.calls += sign;
        for (count, marks) in [
            (&mut counts.errors, Marks::ERROR),
            (&mut counts.origins, Marks::ORIGIN),
            (&mut counts.absorbed, Marks::ABSORBED),
            (&mut counts.firsts, Marks::FIRST),
            (&mut counts.retries, Marks::RETRY),
            (&mut counts.unanswered, Marks::UNANSWERED),
        ] {
            *count += if row.marks.has(marks) { sign } else { 0 };
        }
        if row.step.kind.is_event() {
            return;
        }
        cell.self_time.add(row.self_nano, sign);
        if let Some(gap_nano) = row.gap_nano {
            cell.gap.add(gap_nano, sign);
        }
        if row.marks.has(Marks::BOUNDARY) {
            cell.duration.add(row.duration_nano, sign);
        }
        let micros = |nano: u64| i128::from(nano / 1_000);
        let root = micros(row.root_nano);
        cell.with_root +=
            i128::from(sign) * micros(row.self_nano + row.gap_nano.unwrap_or(0)) * root;
        if row.step.parent.is_none() {
            cell.root_squared += i128::from(sign) * root * root;
        }
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
        let count = reader.count()?;
        let mut cells = HashMap::with_capacity(count);
        for _ in 0..count {
            let path = PathId(reader.u64()?);
            cells.insert(path, Cell::decode(reader)?);
        }
        Ok(Self { cells })
    }
}
