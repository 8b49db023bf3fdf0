//! Finds the hops and hands out the rows to them.

use proto::SpanKind;

use super::{Hop, Hops};
use crate::trace::CallTree;

impl Hops {
    /// The hops of `tree`, nothing measured yet; callees without a span have no name.
    pub(super) fn edges(tree: &CallTree) -> Self {
        let is_call = calls(tree);
        let mut found = Self { hops: Vec::new(), of_row: Vec::new(), on_client_side: Vec::new() };
        for row in 0..tree.len() {
            let parent = tree.parent[row];
            let called = parent.filter(|&parent| is_call[parent] && is_answer(tree, parent, row));
            let (hop, on_client_side) = if let Some(client) = called {
                (found.answer(tree, client, row), false)
            } else if is_call[row] {
                (found.begin(Hop::called(tree, row)), true)
            } else {
                match parent {
                    Some(parent) if tree.service[parent] == tree.service[row] => {
                        (found.of_row[parent], found.on_client_side[parent])
                    }
                    _ => {
                        let caller = parent.map(|parent| tree.service_name(parent).to_owned());
                        (found.begin(Hop::served(tree, row, caller)), false)
                    }
                }
            };
            found.of_row.push(hop);
            found.on_client_side.push(on_client_side);
        }
        found
    }

    fn begin(&mut self, hop: Hop) -> usize {
        self.hops.push(hop);
        self.hops.len() - 1
    }

    /// The hop that `server` answers. A second answer to one call, as after a
    /// redirect, is a hop of its own.
    fn answer(&mut self, tree: &CallTree, client: usize, server: usize) -> usize {
        let first = self.of_row[client];
        let caller = Some(tree.service_name(client).to_owned());
        let served = Hop::served(tree, server, caller);
        let hop = &mut self.hops[first];
        if hop.server_row.is_some() {
            hop.gap_nano = hop.gap_nano.map(|gap| gap.saturating_sub(served.duration_nano));
            return self.begin(served);
        }
        hop.callee = served.callee;
        hop.span_name = served.span_name;
        hop.server_row = served.server_row;
        hop.server_span_id = served.server_span_id;
        hop.error |= served.error;
        if tree.spans[client].kind == SpanKind::CLIENT {
            hop.gap_nano = Some(hop.duration_nano.saturating_sub(served.duration_nano));
        }
        first
    }
}

/// By row: whether it is the client side of a hop. A CLIENT or PRODUCER span is,
/// unless it only wraps one, as an SDK's span does around the HTTP client's: then
/// the inner one is.
fn calls(tree: &CallTree) -> Vec<bool> {
    let is_client = |row: usize| {
        let kind = tree.spans[row].kind;
        kind == SpanKind::CLIENT || kind == SpanKind::PRODUCER
    };
    let mut answered = vec![false; tree.len()];
    let mut calls_below = vec![false; tree.len()];
    for row in (0..tree.len()).rev() {
        if let Some(parent) = tree.parent[row] {
            let answers = is_answer(tree, parent, row);
            answered[parent] |= answers;
            calls_below[parent] |= calls_below[row] || is_client(row) || answers;
        }
    }
    (0..tree.len()).map(|row| is_client(row) && (answered[row] || !calls_below[row])).collect()
}

/// Whether `child` is the answering side, if `parent` is a call.
fn is_answer(tree: &CallTree, parent: usize, child: usize) -> bool {
    let kind = tree.spans[child].kind;
    kind == SpanKind::SERVER
        || kind == SpanKind::CONSUMER
        || tree.service[parent] != tree.service[child]
}
