//! The critical path: what the root waited for, at each instant of it.
//!
//! The rules are Jaeger UI's (`packages/jaeger-ui/src/components/TracePage/
//! CriticalPath`): a PRODUCER does not wait for its CONSUMER, so that subtree is
//! left out; a child wholly outside its parent is left out, one that reaches beyond
//! it is clipped. Then, from the end of a span backwards, its last-finishing child
//! is what it waited for, and before that child's start, the last one to finish by
//! then. In one thing we differ: a child that ends at the very instant at which the
//! next one starts is on the path, where Jaeger asks that it ends before.

use proto::SpanKind;

use super::CallTree;

/// A stretch of a root's time that is put down to one row. On the critical path: for
/// so long, the root waited for this row's own work. Of self time: for so long, this
/// row was the deepest active one. Offsets from the trace's start, nanoseconds; never
/// empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Section {
    /// The row.
    pub row: usize,
    /// Where it begins.
    pub start: u64,
    /// Where it ends.
    pub end: u64,
}

impl Section {
    /// Nanoseconds.
    pub fn duration_nano(&self) -> u64 {
        self.end.saturating_sub(self.start)
    }
}

/// A span that is being walked backwards.
struct Frame {
    row: usize,
    /// Where it starts, clipped to its ancestors.
    start: u64,
    /// What lies after this is explained.
    until: u64,
    /// Its children as clipped stretches; the last to finish is the last.
    children: Vec<Section>,
}

/// The critical paths of all roots, root by root. Each tiles its root: sections
/// follow one another without gap or overlap from its start to its end.
pub(super) fn critical_path(tree: &CallTree) -> Vec<Section> {
    let mut path = Vec::new();
    for root in tree.roots() {
        let whole = Section { row: root, start: tree.start[root], end: tree.end(root) };
        let first = path.len();
        walk_backwards(tree, whole, &mut path);
        path[first..].reverse();
    }
    path
}

/// Appends the sections of `root`, from its end to its start.
fn walk_backwards(tree: &CallTree, root: Section, path: &mut Vec<Section>) {
    let mut emit = |row, start, end| {
        if start < end {
            path.push(Section { row, start, end });
        }
    };
    let mut stack = vec![Frame::new(tree, root)];
    while let Some(frame) = stack.last_mut() {
        let child = loop {
            match frame.children.pop() {
                // It ran while a later one did, which is what was waited for.
                Some(child) if child.end > frame.until => {}
                other => break other,
            }
        };
        match child {
            Some(child) => {
                emit(frame.row, child.end, frame.until);
                frame.until = child.start;
                stack.push(Frame::new(tree, child));
            }
            None => {
                emit(frame.row, frame.start, frame.until);
                stack.pop();
            }
        }
    }
}

impl Frame {
    fn new(tree: &CallTree, clipped: Section) -> Self {
        let mut children: Vec<Section> = tree
            .children(clipped.row)
            .filter(|&child| !is_asynchronous(tree, clipped.row, child))
            .map(|child| Section {
                row: child,
                start: tree.start[child].max(clipped.start),
                end: tree.end(child).min(clipped.end),
            })
            .filter(|child| child.start < child.end)
            .collect();
        // Of those that finish together, the one that began first explains most.
        children.sort_by_key(|child| (child.end, std::cmp::Reverse((child.start, child.row))));
        Self { row: clipped.row, start: clipped.start, until: clipped.end, children }
    }
}

/// Whether `parent` does not wait for `child`.
fn is_asynchronous(tree: &CallTree, parent: usize, child: usize) -> bool {
    tree.spans[parent].kind == SpanKind::PRODUCER && tree.spans[child].kind == SpanKind::CONSUMER
}
