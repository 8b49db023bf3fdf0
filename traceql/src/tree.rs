//! Who is whose child in a trace, and the numbers of a walk over it.
//!
//! The walk enters and leaves every span once, roots first to last, children in the order
//! in which the spans came; both times it counts. Spans between the two numbers of another
//! are its descendants. Spans that no root leads to have no numbers (0), but parents and
//! children all the same.

use proto::{Span, SpanId, SpanKind};

/// The relations of a trace's spans, which are named by their place.
#[derive(Debug)]
pub(crate) struct Tree {
    /// Each span's parent.
    pub(crate) parent: Vec<Option<usize>>,
    /// How many children each has.
    pub(crate) child_count: Vec<u32>,
    /// Where the walk enters each.
    pub(crate) left: Vec<i64>,
    /// Where it leaves each.
    pub(crate) right: Vec<i64>,
    /// Parents before their children; without spans that are their own ancestors.
    pub(crate) order: Vec<usize>,
}

impl Tree {
    /// The tree of `spans`, in time linear in their number.
    pub(crate) fn of(spans: &[Span]) -> Self {
        let parent = parents(spans);
        let children = Children::of(&parent);
        let mut tree = Self {
            child_count: (0..spans.len()).map(|span| children.of_span(span).len() as u32).collect(),
            left: vec![0; spans.len()],
            right: vec![0; spans.len()],
            order: Vec::with_capacity(spans.len()),
            parent,
        };
        let mut next = 1;
        for root in (0..spans.len()).filter(|&span| is_root(&spans[span])) {
            tree.walk(root, &children, Some(&mut next));
        }
        for top in (0..spans.len()).filter(|&span| !is_root(&spans[span])) {
            if tree.parent[top].is_none() {
                tree.walk(top, &children, None);
            }
        }
        tree
    }

    /// Visits `top` and all below it, counting where there is a count.
    fn walk(&mut self, top: usize, children: &Children, mut next: Option<&mut i64>) {
        let mut open: Vec<(usize, usize)> = Vec::new();
        let mut entered = Some(top);
        loop {
            if let Some(span) = entered.take() {
                self.order.push(span);
                if let Some(next) = next.as_deref_mut() {
                    self.left[span] = *next;
                    *next += 1;
                }
                open.push((span, 0));
            }
            let Some((span, position)) = open.last_mut() else {
                return;
            };
            if let Some(child) = children.of_span(*span).get(*position) {
                *position += 1;
                entered = Some(*child);
                continue;
            }
            if let Some(next) = next.as_deref_mut() {
                self.right[*span] = *next;
                *next += 1;
            }
            open.pop();
        }
    }

    /// The parent's left number; -1 of a root, 0 where it is not known.
    pub(crate) fn parent_number(&self, span: usize) -> i64 {
        match self.parent[span] {
            Some(parent) => self.left[parent],
            None if self.left[span] > 0 => -1,
            None => 0,
        }
    }
}

/// The children of every span, one span's after the other's.
struct Children {
    ends: Vec<usize>,
    all: Vec<usize>,
}

impl Children {
    /// Of spans with these parents; children stand in the order in which the spans came.
    fn of(parents: &[Option<usize>]) -> Self {
        let mut ends = vec![0; parents.len()];
        parents.iter().flatten().for_each(|parent| ends[*parent] += 1);
        let mut end = 0;
        for count in &mut ends {
            // Where they begin, for now.
            end += std::mem::replace(count, end);
        }
        let mut all = vec![0; end];
        for (span, parent) in parents.iter().enumerate() {
            if let Some(parent) = parent {
                all[ends[*parent]] = span;
                ends[*parent] += 1;
            }
        }
        Self { ends, all }
    }

    fn of_span(&self, span: usize) -> &[usize] {
        let start = span.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.all[start..self.ends[span]]
    }
}

pub(crate) fn is_root(span: &Span) -> bool {
    span.parent_span_id.is_none_or(|id| !id.is_valid())
}

/// Each span's parent. Where a client and a server share an id (Zipkin), children belong
/// to the server, but the server itself, and any other server, to the client.
fn parents(spans: &[Span]) -> Vec<Option<usize>> {
    let places = spans.iter().enumerate();
    let mut by_id: Vec<(SpanId, usize)> =
        places.map(|(place, span)| (span.span_id, place)).collect();
    by_id.sort_unstable();
    let parent_of = |(place, span): (usize, &Span)| {
        let id = span.parent_span_id.filter(SpanId::is_valid)?;
        let candidates = &by_id[by_id.partition_point(|(other, _)| *other < id)..];
        let wanted =
            if span.kind == SpanKind::SERVER { SpanKind::CLIENT } else { SpanKind::SERVER };
        // More than two of one id are no pair: the first is as good as any, and looking at
        // all of them for each child would take the square of their number.
        let pair = candidates.iter().take(2).take_while(|(other, _)| *other == id);
        let others = || pair.clone().map(|(_, other)| *other).filter(|&other| other != place);
        others().find(|&other| spans[other].kind == wanted).or_else(|| others().next())
    };
    spans.iter().enumerate().map(parent_of).collect()
}

#[cfg(test)]
mod tests {
    use proto::testing::trace;

    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &[(i64, i64, i64)]) {
        let tree = Tree::of(&trace(text));
        let found: Vec<_> = (0..tree.left.len())
            .map(|span| (tree.left[span], tree.right[span], tree.parent_number(span)))
            .collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn a_walk_counts_on_entry_and_exit() {
        check(
            "a root 0..9\n  b one 1..2\n  c two 3..4\n    d three 3..4\na other 0..9",
            &[(1, 8, -1), (2, 3, 1), (4, 7, 1), (5, 6, 4), (9, 10, -1)],
        );
    }

    #[test]
    fn what_no_root_leads_to_has_no_numbers_but_relations() {
        let text = "a root 0..9\nb lost 1..2 parent=gone\n  c below 1..2";
        check(text, &[(1, 2, -1), (0, 0, 0), (0, 0, 0)]);
        assert_eq!(Tree::of(&trace(text)).parent, [None, None, Some(1)]);
    }

    #[test]
    fn a_shared_id_is_a_client_above_a_server() {
        check(
            "a root 0..9\n  a call 1..8 id=x kind=client\nb serve 2..7 id=x parent=x kind=server\nc below 3..4 parent=x",
            &[(1, 8, -1), (2, 7, 1), (3, 6, 2), (4, 5, 3)],
        );
    }

    #[test]
    fn cycles_end() {
        check("a one 0..9 id=x parent=y\nb two 1..2 id=y parent=x", &[(0, 0, 0), (0, 0, 0)]);
        check("a one 0..9 id=x parent=x", &[(0, 0, 0)]);
    }
}
