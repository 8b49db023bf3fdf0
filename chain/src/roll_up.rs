//! The figures of many traces, by path.

use hashbrown::hash_map::Entry;
use hashbrown::{HashMap, HashSet};
use proto::codec::{Malformed, Reader, Writer};

use crate::cell::CellSum;
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

    /// Adds all that is in `other`: of large ones see [`RollUp::sum`].
    pub fn merge(&mut self, other: &Self) {
        for (path, cell) in &other.cells {
            self.cells.entry(*path).or_default().merge(cell);
        }
    }

    /// What `parts` add up to.
    pub fn sum(parts: &[&Self]) -> Self {
        let mut figures = Self::default();
        figures.cells.reserve(parts.iter().map(|part| part.cells.len()).max().unwrap_or(0));
        let mut sum = CellSum::default();
        let mut parts = parts.iter();
        while let Some(part) = parts.next() {
            for (path, cell) in &part.cells {
                let Entry::Vacant(place) = figures.cells.entry(*path) else { continue };
                let mut others = parts.clone().filter_map(|other| other.cells.get(path)).peekable();
                if others.peek().is_none() {
                    place.insert(cell.clone());
                    continue;
                }
                sum.add(cell);
                others.for_each(|other| sum.add(other));
                place.insert(sum.take());
            }
        }
        figures
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

    /// What the figures add up to that [`RollUp::encode`] wrote, each in one of `records`.
    ///
    /// # Errors
    /// Where one is nothing else.
    pub fn sum_encoded(records: &[impl AsRef<[u8]>]) -> Result<Self, Malformed> {
        let records = Encoded::all(records)?;
        let mut figures = Self::default();
        figures.cells.reserve(records.iter().map(|record| record.further).max().unwrap_or(0));
        add_up(records, |path, sum| drop(figures.cells.insert(path, sum.take())))?;
        figures.cells.shrink_to_fit();
        Ok(figures)
    }

    /// The same but for paths of which nothing is left, as [`RollUp::encode`] writes it: cells
    /// are never in memory together, other than as bytes.
    ///
    /// # Errors
    /// Where one of `records` is nothing else.
    pub fn encode_sum(records: &[impl AsRef<[u8]>]) -> Result<Vec<u8>, Malformed> {
        let longest = records.iter().map(|record| record.as_ref().len()).max().unwrap_or(0);
        let mut cells = Writer::with_capacity(longest);
        let (mut count, mut cell) = (0, Cell::default());
        add_up(Encoded::all(records)?, |path, sum| {
            sum.take_into(&mut cell);
            if !cell.is_empty() {
                count += 1;
                cells.u64(path.0);
                cell.encode(&mut cells);
            }
        })?;
        let mut head = Writer::new();
        head.size(count);
        // The count is known last and stands first. All is moved along, so that no more memory
        // is touched.
        let mut out = cells.into_bytes();
        out.splice(..0, head.into_bytes());
        out.shrink_to_fit();
        Ok(out)
    }

    /// What of `paths` is in the figures that [`RollUp::encode`] wrote; what else is there is
    /// passed over, and hardly looked at.
    ///
    /// # Errors
    /// Where it wrote something else.
    pub fn of_paths(record: &[u8], paths: &HashSet<PathId>) -> Result<Self, Malformed> {
        let mut record = Encoded::new(record)?;
        let mut figures = Self::default();
        let mut sum = CellSum::default();
        while let Some(path) = record.next {
            if paths.contains(&path) {
                sum.add_encoded(&mut record.reader)?;
                figures.cells.insert(path, sum.take());
            } else {
                Cell::pass_encoded(&mut record.reader)?;
            }
            record.advance()?;
        }
        Ok(figures)
    }
}

/// Adds up `records` path by path, in their order: all of a path is handed on at once.
fn add_up(
    mut records: Vec<Encoded>,
    mut take: impl FnMut(PathId, &mut CellSum),
) -> Result<(), Malformed> {
    let mut sum = CellSum::default();
    while let Some(path) = records.iter().filter_map(|record| record.next).min() {
        for record in records.iter_mut().filter(|record| record.next == Some(path)) {
            sum.add_encoded(&mut record.reader)?;
            record.advance()?;
        }
        take(path, &mut sum);
    }
    Ok(())
}

/// Figures as they were written, read cell by cell.
struct Encoded<'a> {
    /// At the cell of `next`.
    reader: Reader<'a>,
    next: Option<PathId>,
    /// Cells after it.
    further: usize,
}

impl<'a> Encoded<'a> {
    fn all(records: &'a [impl AsRef<[u8]>]) -> Result<Vec<Self>, Malformed> {
        records.iter().map(|record| Self::new(record.as_ref())).collect()
    }

    fn new(record: &'a [u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(record);
        let further = reader.count()?;
        let mut encoded = Self { reader, next: None, further };
        encoded.advance()?;
        Ok(encoded)
    }

    /// Goes on to the next path.
    fn advance(&mut self) -> Result<(), Malformed> {
        let Some(further) = self.further.checked_sub(1) else {
            self.next = None;
            return self.reader.end();
        };
        let next = Some(PathId(self.reader.u64()?));
        if next <= self.next {
            return Err(Malformed("ascending paths"));
        }
        (self.next, self.further) = (next, further);
        Ok(())
    }
}
