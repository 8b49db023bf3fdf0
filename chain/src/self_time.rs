//! Self time: each instant of a root belongs to the deepest span active then, and of
//! spans equally deep to the one that started last. So the self times of a root's rows
//! add up to its duration, whatever overlaps. What a span does outside its root's time
//! belongs to nobody.

use std::collections::BinaryHeap;

use crate::tree::Tree;

/// The self time of each row, in nanoseconds, and what it takes to find it out.
#[derive(Debug, Default)]
pub(crate) struct SelfTimes {
    pub(crate) nano: Vec<u64>,
    by_start: Vec<u32>,
    active: BinaryHeap<(u32, u64, u32)>,
}

impl SelfTimes {
    pub(crate) fn measure(&mut self, tree: &Tree) {
        self.nano.clear();
        self.nano.resize(tree.len(), 0);
        let mut root = 0;
        while root < tree.len() {
            self.sweep(tree, root);
            root += tree.subtree[root] as usize;
        }
    }

    /// Hands out the time of `root` to it and the rows below it.
    fn sweep(&mut self, tree: &Tree, root: usize) {
        let Self { nano, by_start, active, .. } = self;
        let root_end = tree.end[root];
        by_start.clear();
        by_start.extend(root as u32..root as u32 + tree.subtree[root]);
        by_start.sort_by_key(|row| tree.start[*row as usize]);
        let mut starting = by_start.iter().copied().peekable();
        active.clear();
        let mut now = tree.start[root];
        while now < root_end {
            while let Some(row) = starting.next_if(|row| tree.start[*row as usize] <= now) {
                active.push((tree.depth[row as usize], tree.start[row as usize], row));
            }
            // What has ended leaves the heap when it comes to the top.
            let owner = loop {
                match active.peek() {
                    Some((_, _, row)) if tree.end[*row as usize] <= now => active.pop(),
                    other => break other.map(|(_, _, row)| *row as usize),
                };
            };
            // The root itself is active throughout, so there is always an owner.
            let Some(owner) = owner else { break };
            let next_start = starting.peek().map_or(root_end, |row| tree.start[*row as usize]);
            let until = tree.end[owner].min(next_start).min(root_end);
            nano[owner] += until - now;
            now = until;
        }
    }
}
