//! Dependency links: which service calls which, by Zipkin's algorithm
//! (`DependencyLinker.java`), so that its pages show what they show with Zipkin.
//!
//! The figures of hops are no substitute: they are kept by services that sent spans, and
//! know neither the names that callers give to what sends none, nor Zipkin's rules for
//! errors. So links are made of the traces themselves.

mod merge;
#[cfg(test)]
mod tests;
mod tree;

use std::collections::{BTreeMap, VecDeque};

use proto::zipkin::{Kind, Span};

use merge::{Part, merge};
use tree::Tree;

/// Calls from one service to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Calls {
    pub(super) count: u64,
    pub(super) errors: u64,
}

/// The calls between services, by caller and callee.
#[derive(Debug, Default)]
pub(super) struct Links(pub(super) BTreeMap<(String, String), Calls>);

/// Which way a span's own and other name stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Call {
    Asked,
    Answered,
}

impl Links {
    /// Adds the calls of one trace.
    pub(super) fn add_trace(&mut self, spans: &[Span]) {
        let parts = merge(spans);
        let tree = Tree::of(&parts);
        // Breadth first; what hangs in a cycle is not reached.
        let mut next: VecDeque<usize> = tree.roots().iter().copied().collect();
        while let Some(place) = next.pop_front() {
            next.extend(tree.children(place));
            self.add_span(&parts, &tree, place);
        }
    }

    fn add_span(&mut self, parts: &[Part], tree: &Tree, place: usize) {
        let Some(part) = parts.get(place) else { return };
        let has_children = !tree.children(place).is_empty();
        // The answering side's own name is better than the one the caller gave it.
        if part.kind == Some(Kind::Client) && has_children {
            return;
        }
        let own = Some(&part.local.service_name).filter(|name| !name.is_empty());
        let other = Some(&part.remote_name).filter(|name| !name.is_empty());
        let (kind, call) = match part.kind {
            Some(kind @ (Kind::Server | Kind::Consumer)) => (kind, Call::Answered),
            Some(kind) => (kind, Call::Asked),
            None if own.is_some() && other.is_some() => (Kind::Client, Call::Asked),
            None => return,
        };
        let (mut caller, callee) = match call {
            Call::Answered => (other, own),
            Call::Asked => (own, other),
        };
        if call == Call::Answered && tree.is_root(place) && caller.is_none() {
            return;
        }
        let mut is_error = part.is_error;
        // Messages wait in a broker: who sent them is no ancestor's business.
        if !matches!(kind, Kind::Producer | Kind::Consumer)
            && let Some(ancestor) = remote_ancestor(parts, tree, place)
        {
            let name = Some(&ancestor.local.service_name).filter(|name| !name.is_empty());
            if let Some(name) = name {
                // A caller that is not the service above it was called by that.
                if kind == Kind::Client
                    && let Some(own) = own.filter(|own| *own != name)
                {
                    self.add(name, own, false);
                }
                if kind == Kind::Server || caller.is_none() {
                    caller = Some(name);
                }
                let is_its_call =
                    ancestor.kind == Some(Kind::Client) && part.parent_id == Some(ancestor.id);
                is_error |= is_its_call && ancestor.is_error;
            }
        }
        if let (Some(caller), Some(callee)) = (caller, callee) {
            self.add(caller, callee, is_error);
        }
    }

    fn add(&mut self, caller: &str, callee: &str, is_error: bool) {
        let calls = self.0.entry((caller.to_owned(), callee.to_owned())).or_default();
        calls.count = calls.count.saturating_add(1);
        calls.errors = calls.errors.saturating_add(is_error.into());
    }
}

/// The nearest span above that is one side of a call.
fn remote_ancestor<'a>(parts: &'a [Part], tree: &Tree, place: usize) -> Option<&'a Part> {
    let mut above = tree.parent(place);
    // Whoever is reached from a root has a way back to it, without a cycle.
    while let Some(place) = above {
        let part = parts.get(place)?;
        if part.kind.is_some() {
            return Some(part);
        }
        above = tree.parent(place);
    }
    None
}
