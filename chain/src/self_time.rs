//! Self time: each instant of a root belongs to the deepest span active then, and of
//! spans equally deep to the one that started last. So the self times of a root's rows
//! add up to its duration, whatever overlaps. What a span does outside its root's time
//! belongs to nobody.
//!
//! Subtracting children from their parent goes wrong as soon as siblings overlap: a
//! gateway's filter span beside the HTTP span that it encloses counts the same time
//! twice.

use std::collections::BinaryHeap;
use std::ops::Range;

/// A call tree in pre-order, row by row: a parent stands before its children.
pub trait Timed {
    /// How many ancestors the row has.
    fn depth(&self, row: usize) -> usize;
    /// When it starts, in nanoseconds.
    fn start(&self, row: usize) -> u64;
    /// When it ends, not before.
    fn end(&self, row: usize) -> u64;
}

/// Hands out the time of roots. Kept from one to the next, so that nothing is allocated.
#[derive(Debug, Default)]
pub struct Sweep {
    by_start: Vec<u32>,
    active: BinaryHeap<(usize, u64, u32)>,
}

impl Sweep {
    /// Hands out the time of a root, which is the first of `rows`, to it and all below it,
    /// which are the others: whose each stretch is, from when until when, in order and
    /// without a gap. One row may have several in a row.
    pub fn hand_out(
        &mut self,
        tree: &impl Timed,
        rows: Range<usize>,
        mut take: impl FnMut(usize, Range<u64>),
    ) {
        let Self { by_start, active } = self;
        let root = rows.start;
        let root_end = tree.end(root);
        by_start.clear();
        by_start.extend(rows.map(|row| row as u32));
        by_start.sort_by_key(|row| tree.start(*row as usize));
        let mut starting = by_start.iter().copied().peekable();
        active.clear();
        let mut now = tree.start(root);
        while now < root_end {
            while let Some(row) = starting.next_if(|row| tree.start(*row as usize) <= now) {
                active.push((tree.depth(row as usize), tree.start(row as usize), row));
            }
            // What has ended leaves the heap when it comes to the top.
            let owner = loop {
                match active.peek() {
                    Some((_, _, row)) if tree.end(*row as usize) <= now => active.pop(),
                    other => break other.map(|(_, _, row)| *row as usize),
                };
            };
            // The root itself is active throughout, so there is always an owner.
            let Some(owner) = owner else { break };
            let next_start = starting.peek().map_or(root_end, |row| tree.start(*row as usize));
            let until = tree.end(owner).min(next_start).min(root_end);
            take(owner, now..until);
            now = until;
        }
    }
}
