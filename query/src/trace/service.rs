//! What each service contributes to a trace.

use super::{CallTree, Section};

/// One service's part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceTotal {
    /// Its name.
    pub service: String,
    /// Its spans.
    pub spans: usize,
    /// Those that say that they failed.
    pub errors: usize,
    /// Their self time, nanoseconds.
    pub self_nano: u64,
    /// Their time on the critical path, nanoseconds.
    pub critical_nano: u64,
}

/// The parts of all services: the largest critical time first, then the largest self
/// time, then by name.
pub(super) fn totals(tree: &CallTree, self_nano: &[u64], path: &[Section]) -> Vec<ServiceTotal> {
    let mut totals: Vec<ServiceTotal> = tree
        .services
        .iter()
        .map(|service| ServiceTotal {
            service: service.clone(),
            spans: 0,
            errors: 0,
            self_nano: 0,
            critical_nano: 0,
        })
        .collect();
    for (row, self_nano) in self_nano.iter().enumerate() {
        let total = &mut totals[tree.service[row]];
        total.spans += 1;
        total.errors += usize::from(tree.spans[row].is_error());
        // Roots may overlap, so even a trace's times can add up to more than fits.
        total.self_nano = total.self_nano.saturating_add(*self_nano);
    }
    for section in path {
        let total = &mut totals[tree.service[section.row]];
        total.critical_nano = total.critical_nano.saturating_add(section.duration_nano());
    }
    totals.sort_by(|one, other| {
        let figures = |total: &ServiceTotal| (total.critical_nano, total.self_nano);
        figures(other).cmp(&figures(one)).then_with(|| one.service.cmp(&other.service))
    });
    totals
}
