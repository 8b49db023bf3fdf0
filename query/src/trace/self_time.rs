//! Self time: each instant of a root belongs to the deepest span active then, see
//! [`chain::Sweep`]. So the self times of a root's spans add up to its duration.

use chain::{Sweep, Timed};

use super::{CallTree, Section};

impl Timed for CallTree {
    fn depth(&self, row: usize) -> usize {
        self.depth[row]
    }

    fn start(&self, row: usize) -> u64 {
        self.start[row]
    }

    fn end(&self, row: usize) -> u64 {
        Self::end(self, row)
    }
}

/// Who is the deepest active span, root by root, by time. The sections of a root tile
/// it: they follow one another without gap or overlap from its start to its end, and
/// no two in a row are the same row's. Fewer than twice as many as there are rows.
pub(super) fn self_sections(tree: &CallTree) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    let mut sweep = Sweep::default();
    for root in tree.roots() {
        let first = sections.len();
        sweep.hand_out(tree, root..root + tree.subtree[root], |row, time| {
            match sections[first..].last_mut() {
                // A shallower span that begins ends nobody's turn.
                Some(last) if last.row == row => last.end = time.end,
                _ => sections.push(Section { row, start: time.start, end: time.end }),
            }
        });
    }
    sections
}

/// The self time of each of `rows` rows, in nanoseconds: its sections, added up.
pub(super) fn self_times(rows: usize, sections: &[Section]) -> Vec<u64> {
    let mut self_nano = vec![0; rows];
    for section in sections {
        self_nano[section.row] += section.duration_nano();
    }
    self_nano
}
