//! The figures of one path.

use proto::codec::{Malformed, Reader, Writer};

use crate::Sketch;
use crate::sketch::SketchSum;
use crate::trace::{Marks, Row};

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
    /// How long they took, of spans that begin the work of a service or wait for one; of
    /// calls to a peer.
    pub duration: Sketch,
    /// Self time times the root's duration, added up, in µs²: with it one knows
    /// what makes slow requests slow.
    pub with_root: i128,
    /// The root's duration squared, added up; of roots only. µs².
    pub root_squared: i128,
    /// How much sooner calls made one after the other would have been done, had they been
    /// made at once: see `in_turn`. Nanoseconds, added up.
    pub savable_nano: i64,
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
    /// Those that were calls which failed before their answer was there.
    pub given_up: i64,
    /// Those whose error did not make their parent fail.
    pub swallowed: i64,
    /// Those that made several calls one after the other, see [`Cell::savable_nano`].
    pub in_turn: i64,
}

impl Counts {
    /// Those that every figure may have had since there are any.
    fn each(&mut self) -> [&mut i64; 7] {
        let Self { calls, errors, origins, absorbed, firsts, retries, unanswered, .. } = self;
        [calls, errors, origins, absorbed, firsts, retries, unanswered]
    }

    /// Those that came later, and stand last in a record.
    fn further(&mut self) -> [&mut i64; 3] {
        let Self { given_up, swallowed, in_turn, .. } = self;
        [given_up, swallowed, in_turn]
    }
}

impl Cell {
    /// Adds what a span adds, or takes it out again where `sign` is -1.
    pub(crate) fn add(&mut self, row: &Row, sign: i64) {
        let counts = &mut self.counts;
        counts.calls += sign;
        for (count, marks) in [
            (&mut counts.errors, Marks::ERROR),
            (&mut counts.origins, Marks::ORIGIN),
            (&mut counts.absorbed, Marks::ABSORBED),
            (&mut counts.firsts, Marks::FIRST),
            (&mut counts.retries, Marks::RETRY),
            (&mut counts.unanswered, Marks::UNANSWERED),
            (&mut counts.given_up, Marks::GIVEN_UP),
            (&mut counts.swallowed, Marks::SWALLOWED),
        ] {
            *count += if row.marks.has(marks) { sign } else { 0 };
        }
        if !row.step.kind.is_span() {
            if row.step.kind.peer().is_some() {
                self.duration.add(row.duration_nano, sign);
            }
            return;
        }
        if row.savable_nano > 0 {
            self.counts.in_turn += sign;
            let nano = i64::try_from(row.savable_nano).unwrap_or(i64::MAX);
            self.savable_nano = self.savable_nano.wrapping_add(nano.wrapping_mul(sign));
        }
        self.self_time.add(row.self_nano, sign);
        if let Some(gap_nano) = row.gap_nano {
            self.gap.add(gap_nano, sign);
        }
        if row.marks.has(Marks::BOUNDARY) {
            self.duration.add(row.duration_nano, sign);
        }
        let micros = |nano: u64| i128::from(nano / 1_000);
        let root = micros(row.root_nano);
        self.with_root +=
            i128::from(sign) * micros(row.self_nano + row.gap_nano.unwrap_or(0)) * root;
        if row.step.parent.is_none() {
            self.root_squared += i128::from(sign) * root * root;
        }
    }

    /// Adds all that is in `other`.
    pub fn merge(&mut self, other: &Self) {
        self.merge_counts(other);
        self.self_time.merge(&other.self_time);
        self.gap.merge(&other.gap);
        self.duration.merge(&other.duration);
    }

    /// Adds what is in `other` but for its sketches.
    fn merge_counts(&mut self, other: &Self) {
        let mut theirs = other.counts;
        for (own, their) in self.counts.each().into_iter().zip(theirs.each()) {
            *own = own.wrapping_add(*their);
        }
        for (own, their) in self.counts.further().into_iter().zip(theirs.further()) {
            *own = own.wrapping_add(*their);
        }
        self.savable_nano = self.savable_nano.wrapping_add(other.savable_nano);
        self.with_root = self.with_root.wrapping_add(other.with_root);
        self.root_squared = self.root_squared.wrapping_add(other.root_squared);
    }

    /// How many spans there are.
    pub fn calls(&self) -> f64 {
        self.counts.calls.max(0) as f64
    }

    /// Whether everything that was added was taken out.
    pub fn is_empty(&self) -> bool {
        let Self { counts, self_time, gap, duration, with_root, root_squared, savable_nano } = self;
        *counts == Counts::default()
            && *savable_nano == 0
            && *with_root == 0
            && *root_squared == 0
            && self_time.is_empty()
            && gap.is_empty()
            && duration.is_empty()
    }

    /// Which of what follows there are, a bit each, varint · those, in this order: counts,
    /// zigzag · sketches of self time, gap and duration · self time with the root's, root's
    /// squared: the low and the high 64 bits, zigzag · further counts and what could be saved,
    /// zigzag.
    pub fn encode(&self, out: &mut Writer) {
        let (mut counts, mut further) = (self.counts, self.counts);
        let sketches = [&self.self_time, &self.gap, &self.duration];
        let sums = [self.with_root, self.root_squared];
        let are_there = (counts.each().into_iter().map(|count| *count != 0))
            .chain(sketches.map(|sketch| !sketch.is_empty()))
            .chain(sums.map(|sum| sum != 0))
            .chain(further.further().into_iter().map(|count| *count != 0))
            .chain([self.savable_nano != 0]);
        let mask =
            are_there.zip(0..).fold(0, |mask, (is_there, bit)| mask | u64::from(is_there) << bit);
        out.varint(mask);
        counts.each().into_iter().filter(|count| **count != 0).for_each(|count| out.zigzag(*count));
        sketches
            .into_iter()
            .filter(|sketch| !sketch.is_empty())
            .for_each(|sketch| sketch.encode(out));
        for sum in sums.into_iter().filter(|sum| *sum != 0) {
            out.zigzag(sum as i64);
            out.zigzag((sum >> 64) as i64);
        }
        for count in further.further().map(|count| *count).into_iter().chain([self.savable_nano]) {
            if count != 0 {
                out.zigzag(count);
            }
        }
    }

    /// Goes to the end of what [`Cell::encode`] wrote.
    ///
    /// # Errors
    /// Where that is seen not to be one: what its numbers say is not looked at.
    pub(crate) fn pass_encoded(reader: &mut Reader) -> Result<(), Malformed> {
        let mut mask = reader.varint()?;
        let mut are_there = |parts: u32| {
            let there = mask & ((1 << parts) - 1);
            mask >>= parts;
            there.count_ones()
        };
        let (counts, sketches, sums, further) =
            (are_there(7), are_there(3), are_there(2), are_there(4));
        if mask != 0 {
            return Err(Malformed("parts of a cell"));
        }
        (0..counts).try_for_each(|_| reader.varint().map(drop))?;
        (0..sketches).try_for_each(|_| Sketch::pass_encoded(reader))?;
        (0..2 * sums + further).try_for_each(|_| reader.varint().map(drop))
    }
}

/// Adds up the cells of one path.
#[derive(Debug, Default)]
pub(crate) struct CellSum {
    /// Without its sketches.
    counts: Cell,
    self_time: SketchSum,
    gap: SketchSum,
    duration: SketchSum,
}

impl CellSum {
    /// Adds all that is in `cell`.
    pub(crate) fn add(&mut self, cell: &Cell) {
        self.counts.merge_counts(cell);
        self.self_time.add(&cell.self_time);
        self.gap.add(&cell.gap);
        self.duration.add(&cell.duration);
    }

    /// Adds what [`Cell::encode`] wrote.
    ///
    /// # Errors
    /// Where it did not: then some of it was added.
    pub(crate) fn add_encoded(&mut self, reader: &mut Reader) -> Result<(), Malformed> {
        let cell = &mut self.counts;
        let mut mask = reader.varint()?;
        let mut is_there = || {
            let is_there = mask & 1 != 0;
            mask >>= 1;
            is_there
        };
        for count in cell.counts.each() {
            if is_there() {
                *count = count.wrapping_add(reader.zigzag()?);
            }
        }
        for sketch in [&mut self.self_time, &mut self.gap, &mut self.duration] {
            if is_there() {
                sketch.add_encoded(reader)?;
            }
        }
        for sum in [&mut cell.with_root, &mut cell.root_squared] {
            if is_there() {
                let low = reader.zigzag()? as u64;
                let further = (i128::from(reader.zigzag()?) << 64) | i128::from(low);
                *sum = sum.wrapping_add(further);
            }
        }
        for count in cell.counts.further().into_iter().chain([&mut cell.savable_nano]) {
            if is_there() {
                *count = count.wrapping_add(reader.zigzag()?);
            }
        }
        match mask {
            0 => Ok(()),
            _ => Err(Malformed("parts of a cell")),
        }
    }

    /// Makes `cell` what was added since the last time.
    pub(crate) fn take_into(&mut self, cell: &mut Cell) {
        let Cell { self_time, gap, duration, .. } = cell;
        self.self_time.take_into(self_time);
        self.gap.take_into(gap);
        self.duration.take_into(duration);
        *cell = Cell {
            self_time: std::mem::take(self_time),
            gap: std::mem::take(gap),
            duration: std::mem::take(duration),
            ..std::mem::take(&mut self.counts)
        };
    }

    /// What was added since the last time.
    pub(crate) fn take(&mut self) -> Cell {
        let mut cell = Cell::default();
        self.take_into(&mut cell);
        cell
    }
}
