//! The call tree as columns in pre-order.
//!
//! Row *i* is entry *i* of each column. A parent stands before its children, and a
//! row's subtree is the `subtree[row]` rows that begin with it, so that walking
//! needs no links and no recursion. Children, and roots, are ordered by (start,
//! span id, kind).

use std::collections::HashMap;

use proto::Span;

use super::assemble::Assembly;

/// The spans of a trace, arranged.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CallTree {
    /// The spans as stored, their own times uncorrected.
    pub spans: Vec<Span>,
    /// Offset of the start from the trace's start, nanoseconds, corrected.
    pub start: Vec<u64>,
    /// Nanoseconds.
    pub duration: Vec<u64>,
    /// The row of the parent; `None` for a root.
    pub parent: Vec<Option<usize>>,
    /// How many ancestors the row has.
    pub depth: Vec<usize>,
    /// The row and everything below it, counted.
    pub subtree: Vec<usize>,
    /// The service, as an index into `services`.
    pub service: Vec<usize>,
    /// The span name, as an index into `names`.
    pub name: Vec<usize>,
    /// The services that take part, by first appearance.
    pub services: Vec<String>,
    /// The span names that occur, by first appearance.
    pub names: Vec<String>,
}

impl CallTree {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The offset at which the row ends, nanoseconds.
    pub fn end(&self, row: usize) -> u64 {
        self.start[row].saturating_add(self.duration[row])
    }

    /// The row's service by name.
    pub fn service_name(&self, row: usize) -> &str {
        &self.services[self.service[row]]
    }

    /// The row's span name.
    pub fn span_name(&self, row: usize) -> &str {
        &self.names[self.name[row]]
    }

    /// The rows without a parent, in order.
    pub fn roots(&self) -> impl Iterator<Item = usize> + '_ {
        self.siblings(0, self.len())
    }

    /// The row's children, in order.
    pub fn children(&self, row: usize) -> impl Iterator<Item = usize> + '_ {
        self.siblings(row + 1, row + self.subtree[row])
    }

    /// The row and everything below it.
    pub fn subtree_rows(&self, row: usize) -> std::ops::Range<usize> {
        row..row + self.subtree[row]
    }

    /// `first` and the rows after its subtree and its siblings' subtrees.
    fn siblings(&self, first: usize, end: usize) -> impl Iterator<Item = usize> + '_ {
        let mut next = first;
        std::iter::from_fn(move || {
            let row = next;
            if row >= end {
                return None;
            }
            next += self.subtree[row];
            Some(row)
        })
    }

    /// Arranges what the adjusters left: every span becomes one row. Also returns
    /// the row of each span of `assembly`.
    pub(super) fn build(assembly: Assembly) -> (Self, Vec<usize>) {
        let order = pre_order(&assembly);
        let mut row_of = vec![0; order.len()];
        for (row, &index) in order.iter().enumerate() {
            row_of[index] = row;
        }

        let origin = assembly.start_unix_nano();
        let mut tree = Self::default();
        let mut services = Interner::default();
        let mut names = Interner::default();
        let mut spans: Vec<Option<Span>> = assembly.spans.into_iter().map(Some).collect();
        for &index in &order {
            let Some(span) = spans[index].take() else {
                continue;
            };
            let parent = assembly.parent[index].map(|parent| row_of[parent]);
            let (start, end) = (assembly.start[index], assembly.end[index]);
            tree.start.push(start.saturating_sub(origin));
            tree.duration.push(end.saturating_sub(start));
            tree.parent.push(parent);
            tree.depth.push(parent.map_or(0, |parent| tree.depth[parent] + 1));
            tree.service.push(services.intern(&span.service_name()));
            tree.name.push(names.intern(&span.name));
            tree.spans.push(span);
        }
        tree.services = services.names;
        tree.names = names.names;
        tree.subtree = vec![1; tree.len()];
        for row in (0..tree.len()).rev() {
            if let Some(parent) = tree.parent[row] {
                tree.subtree[parent] += tree.subtree[row];
            }
        }
        (tree, row_of)
    }
}

/// The spans' indexes, parents first, each subtree together.
fn pre_order(assembly: &Assembly) -> Vec<usize> {
    let spans = &assembly.spans;
    let mut sorted: Vec<usize> = (0..spans.len()).collect();
    sorted.sort_by_key(|&index| {
        (assembly.start[index], spans[index].span_id, spans[index].kind, index)
    });

    let mut children: Vec<Vec<usize>> = vec![Vec::new(); spans.len()];
    let mut pending = Vec::new();
    for &index in sorted.iter().rev() {
        match assembly.parent[index] {
            Some(parent) => children[parent].push(index),
            None => pending.push(index),
        }
    }
    // The lists stand latest first, so that the earliest is taken from the end.
    let mut order = Vec::with_capacity(spans.len());
    while let Some(index) = pending.pop() {
        order.push(index);
        pending.append(&mut children[index]);
    }
    order
}

/// Texts, each once, numbered by first appearance.
#[derive(Default)]
struct Interner {
    names: Vec<String>,
    numbers: HashMap<String, usize>,
}

impl Interner {
    fn intern(&mut self, name: &str) -> usize {
        if let Some(&number) = self.numbers.get(name) {
            return number;
        }
        let number = self.names.len();
        self.names.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        number
    }
}
