//! Self time: each instant of a root belongs to the deepest span active then.
//!
//! Subtracting children from their parent goes wrong as soon as siblings overlap: a
//! gateway's filter span beside the HTTP span that it encloses counts the same time
//! twice. Here every instant has exactly one owner, so the self times of a root's
//! spans add up to its duration. Of spans equally deep the one that started last
//! owns the instant. What a span does outside its root's time belongs to nobody.

use std::collections::BinaryHeap;

use super::{CallTree, Section};

/// Who is the deepest active span, root by root, by time. The sections of a root tile
/// it: they follow one another without gap or overlap from its start to its end, and
/// no two in a row are the same row's. Fewer than twice as many as there are rows.
pub(super) fn self_sections(tree: &CallTree) -> Vec<Section> {
    let mut sections = Vec::new();
    for root in tree.roots() {
        sweep(tree, root, &mut sections);
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

/// Hands out the time of `root` to it and the rows below it.
fn sweep(tree: &CallTree, root: usize, sections: &mut Vec<Section>) {
    let root_end = tree.end(root);
    let mut by_start: Vec<usize> = tree.subtree_rows(root).collect();
    by_start.sort_by_key(|&row| tree.start[row]);
    let mut starting = by_start.into_iter().peekable();

    let first = sections.len();
    let mut now = tree.start[root];
    let mut active = BinaryHeap::new();
    while now < root_end {
        while let Some(row) = starting.next_if(|&row| tree.start[row] <= now) {
            active.push((tree.depth[row], tree.start[row], row));
        }
        // What has ended leaves the heap when it comes to the top.
        let owner = loop {
            match active.peek() {
                Some(&(_, _, row)) if tree.end(row) <= now => active.pop(),
                other => break other.map(|&(_, _, row)| row),
            };
        };
        // The root itself is active throughout, so there is always an owner.
        let Some(owner) = owner else { break };
        let next_start = starting.peek().map_or(root_end, |&row| tree.start[row]);
        let until = tree.end(owner).min(next_start).min(root_end);
        match sections[first..].last_mut() {
            // A shallower span that begins ends nobody's turn.
            Some(last) if last.row == owner => last.end = until,
            _ => sections.push(Section { row: owner, start: now, end: until }),
        }
        now = until;
    }
}
