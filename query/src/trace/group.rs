//! Hops that are alike, told as one: a loop that calls 48 times is one finding.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::CallTree;
use super::hop::{Hop, Hops};

/// Hops of one root, between the same two services and with the same span name.
pub(super) struct Alike<'a> {
    /// The one with the largest critical time, of equal ones the first.
    pub(super) longest: &'a Hop,
    /// Their common root.
    pub(super) root: usize,
    /// How many they are.
    pub(super) calls: usize,
    /// Their critical times, together.
    pub(super) critical_nano: u64,
    /// Of that, what lies in their gaps.
    pub(super) critical_gap_nano: u64,
}

/// The hops of `hops` by likeness, the largest critical time first.
pub(super) fn alike<'a>(tree: &CallTree, hops: &'a Hops) -> Vec<Alike<'a>> {
    let mut groups: Vec<Alike<'a>> = Vec::new();
    let mut known = HashMap::new();
    let mut root = 0;
    for hop in &hops.hops {
        // Hops come by row, and each root begins one.
        if tree.depth[hop.row] == 0 {
            root = hop.row;
        }
        let key = (root, hop.caller.as_deref(), &hop.callee, &hop.span_name);
        let group = *known.entry(key).or_insert_with(|| {
            groups.push(Alike::none_yet(hop, root));
            groups.len() - 1
        });
        groups[group].add(hop);
    }
    groups.sort_by_key(|group| (Reverse(group.critical_nano), group.longest.row));
    groups
}

impl<'a> Alike<'a> {
    fn none_yet(first: &'a Hop, root: usize) -> Self {
        Self { longest: first, root, calls: 0, critical_nano: 0, critical_gap_nano: 0 }
    }

    fn add(&mut self, hop: &'a Hop) {
        self.calls += 1;
        self.critical_nano += hop.critical_nano;
        self.critical_gap_nano += hop.critical_gap_nano;
        if hop.critical_nano > self.longest.critical_nano {
            self.longest = hop;
        }
    }
}
