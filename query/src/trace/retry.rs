//! Calls that were made again after they failed.

use std::collections::HashMap;

use proto::SpanKind;

use super::CallTree;
use super::hop::Hops;
use super::peer::{peer_name, resend_count};

/// A call and its repetitions: client spans of one parent that call the same span
/// name of the same service, one after the other, each but the last failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retry {
    /// The row that called.
    pub caller_row: usize,
    /// The attempts, at least two, by time.
    pub rows: Vec<usize>,
    /// Whether the last attempt succeeded, so that the failures did no harm but to
    /// the clock. Otherwise the attempts were exhausted.
    pub masked: bool,
}

impl Retry {
    /// The attempts that were followed by another.
    pub fn failed_rows(&self) -> &[usize] {
        self.rows.split_last().map_or(&[], |(_, failed)| failed)
    }
}

/// Every retry in `tree`, by the row of the first attempt.
pub(super) fn retries(tree: &CallTree, hops: &Hops) -> Vec<Retry> {
    // Rows come by start within a parent, so the lists are in order of time.
    let mut alike: HashMap<(usize, String, usize), Vec<usize>> = HashMap::new();
    for hop in &hops.hops {
        let Some(row) = hop.client_row else { continue };
        if let (Some(parent), SpanKind::CLIENT) = (tree.parent[row], tree.spans[row].kind) {
            // What the client says is the same whether an answer came or not.
            let peer = peer_name(&tree.spans[row]).unwrap_or_else(|| hop.callee.clone());
            alike.entry((parent, peer, tree.name[row])).or_default().push(row);
        }
    }
    let mut found = Vec::new();
    for ((caller_row, ..), rows) in alike {
        let mut rest = rows.as_slice();
        while let Some((first, others)) = rest.split_first() {
            let again = others.iter().scan(*first, |last, &row| {
                let before = std::mem::replace(last, row);
                repeats(tree, before, row).then_some(())
            });
            let attempts = 1 + again.count();
            let (run, after) = rest.split_at(attempts);
            rest = after;
            if let [_, .., last] = run {
                let masked = !tree.spans[*last].is_error();
                found.push(Retry { caller_row, rows: run.to_vec(), masked });
            }
        }
    }
    found.sort_by_key(|retry| retry.rows[0]);
    found
}

/// Whether the call `next` repeats the call `before`.
fn repeats(tree: &CallTree, before: usize, next: usize) -> bool {
    let is_after = tree.start[next] >= tree.end(before);
    is_after && (tree.spans[before].is_error() || resend_count(&tree.spans[next]) > 0)
}
