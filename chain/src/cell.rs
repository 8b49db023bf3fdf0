//! The figures of one path.

use proto::codec::{Malformed, Reader, Writer};

use crate::Sketch;

/// What the spans at one path added up to. Counts are signed: what was added can be taken
/// out again.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cell {
    /// Counts of spans.
    pub counts: Counts,
    /// How long they were the deepest active span, see `self_time`.
    pub self_time: Sketch,
    /// Of answers: how long callers waited while nothing ran below the call: connecting,
    /// queueing, the network.
    pub gap: Sketch,
    /// How long they took, of spans that begin the work of a service or wait for one.
    pub duration: Sketch,
    /// Self time times the root's duration, added up, in µs²: with it one knows
    /// what makes slow requests slow.
    pub with_root: i128,
    /// The root's duration squared, added up; of roots only. µs².
    pub root_squared: i128,
}

/// Counts of spans at one path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// All of them.
    pub calls: i64,
    /// Those in error.
    pub errors: i64,
    /// Those in error in which it began: no child passed one up.
    pub origins: i64,
    /// Those not in error, though a call of theirs was: they absorbed it.
    pub absorbed: i64,
    /// Those that were the first of their kind below their parent: so many parents made
    /// such calls at all.
    pub firsts: i64,
    /// Those that came after one of their kind below the same parent had failed.
    pub retries: i64,
    /// Those that were calls which nobody answered.
    pub unanswered: i64,
}

impl Counts {
    fn each(&mut self) -> [&mut i64; 7] {
        let Self { calls, errors, origins, absorbed, firsts, retries, unanswered } = self;
        [calls, errors, origins, absorbed, firsts, retries, unanswered]
    }
}

impl Cell {
    /// Adds all that is in `other`.
    pub fn merge(&mut self, other: &Self) {
        let mut theirs = other.counts;
        for (own, their) in self.counts.each().into_iter().zip(theirs.each()) {
            *own = own.wrapping_add(*their);
        }
        self.self_time.merge(&other.self_time);
        self.gap.merge(&other.gap);
        self.duration.merge(&other.duration);
        self.with_root = self.with_root.wrapping_add(other.with_root);
        self.root_squared = self.root_squared.wrapping_add(other.root_squared);
    }

    /// How many spans there are.
    pub fn calls(&self) -> f64 {
        self.counts.calls.max(0) as f64
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        let sketches = [&self.self_time, &self.gap, &self.duration];
        size_of::<Self>() + sketches.map(Sketch::memory_bytes).iter().sum::<usize>()
    }

    /// Whether everything that was added was taken out.
    pub fn is_empty(&self) -> bool {
        let Self { counts, self_time, gap, duration, .. } = self;
        *counts == Counts::default()
            && self_time.is_empty()
            && gap.is_empty()
            && duration.is_empty()
    }

    /// Counts, zigzag · sketches: self time, gap, duration · sums: low and high 64 bits,
    /// zigzag.
    pub fn encode(&self, out: &mut Writer) {
        let mut counts = self.counts;
        for count in counts.each() {
            out.zigzag(*count);
        }
        for sketch in [&self.self_time, &self.gap, &self.duration] {
            sketch.encode(out);
        }
        for sum in [self.with_root, self.root_squared] {
            out.zigzag(sum as i64);
            out.zigzag((sum >> 64) as i64);
        }
    }

    /// Reads what [`Cell::encode`] wrote.
    ///
    /// # Errors
    /// Where it did not.
    pub fn decode(reader: &mut Reader) -> Result<Self, Malformed> {
        let mut cell = Self::default();
        for count in cell.counts.each() {
            *count = reader.zigzag()?;
        }
        for sketch in [&mut cell.self_time, &mut cell.gap, &mut cell.duration] {
            *sketch = Sketch::decode(reader)?;
        }
        for sum in [&mut cell.with_root, &mut cell.root_squared] {
            let low = reader.zigzag()? as u64;
            *sum = (i128::from(reader.zigzag()?) << 64) | i128::from(low);
        }
        Ok(cell)
    }
}
