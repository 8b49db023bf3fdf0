//! Adds up what each hop took.

use super::{Hop, Hops, Place};
use crate::trace::{CallTree, Section};

impl Hops {
    /// Adds up what each hop's rows take.
    pub(super) fn measure(
        &mut self,
        tree: &CallTree,
        self_nano: &[u64],
        critical_path: &[Section],
    ) {
        let mut client_self = vec![0u64; self.hops.len()];
        for (row, &self_nano) in self_nano.iter().enumerate() {
            let hop = self.of_row[row];
            if self.on_client_side[row] {
                client_self[hop] += self_nano;
            } else {
                self.hops[hop].callee_self_nano += self_nano;
            }
        }
        for section in critical_path {
            let hop = &mut self.hops[self.of_row[section.row]];
            hop.critical_nano += section.duration_nano();
            if self.on_client_side[section.row] {
                hop.critical_gap_nano += section.duration_nano();
            }
        }
        let below = critical_below(tree, critical_path);
        let root_of = roots(tree);
        for (hop, client_self) in self.hops.iter_mut().zip(client_self) {
            let root_nano = tree.duration[root_of[hop.row]];
            hop.share = hop.critical_nano as f64 / root_nano.max(1) as f64;
            match hop.server_row {
                Some(server) => {
                    hop.downstream_nano =
                        tree.duration[server].saturating_sub(hop.callee_self_nano);
                }
                None => {
                    hop.callee_self_nano = client_self;
                    hop.critical_gap_nano = 0;
                }
            }
            if hop.place != Place::Silent {
                hop.place = hop.slowest_part(below[hop.row]);
            }
        }
    }
}

impl Hop {
    /// Where most of the time is. `critical_within` is the time on the critical path
    /// of the hop and everything below it; where there is none, all time counts.
    fn slowest_part(&self, critical_within: u64) -> Place {
        let parts = if critical_within > 0 {
            [
                (self.critical_nano.saturating_sub(self.critical_gap_nano), Place::Callee),
                (self.critical_gap_nano, Place::Gap),
                (critical_within.saturating_sub(self.critical_nano), Place::Downstream),
            ]
        } else {
            [
                (self.callee_self_nano, Place::Callee),
                (self.gap_nano.unwrap_or(0), Place::Gap),
                (self.downstream_nano, Place::Downstream),
            ]
        };
        let mut slowest = parts[0];
        for part in parts {
            if part.0 > slowest.0 {
                slowest = part;
            }
        }
        slowest.1
    }
}

/// By row: time on the critical path of the row and everything below it.
fn critical_below(tree: &CallTree, critical_path: &[Section]) -> Vec<u64> {
    let mut critical = vec![0u64; tree.len()];
    for section in critical_path {
        critical[section.row] += section.duration_nano();
    }
    for row in (0..tree.len()).rev() {
        if let Some(parent) = tree.parent[row] {
            critical[parent] += critical[row];
        }
    }
    critical
}

/// By row: the root it is below.
fn roots(tree: &CallTree) -> Vec<usize> {
    let mut roots: Vec<usize> = Vec::with_capacity(tree.len());
    for row in 0..tree.len() {
        roots.push(tree.parent[row].map_or(row, |parent| roots[parent]));
    }
    roots
}
