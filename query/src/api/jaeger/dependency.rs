//! Who calls whom, counted as Jaeger counts it: each span whose parent is there, and of
//! another service, is a call of its service by its parent's.

use std::collections::BTreeMap;

use storage::{Chains, ReadError, TimeRange};

use crate::service::Questions;

/// Calls of the second service by the first.
pub(super) type Dependencies = BTreeMap<(String, String), u64>;

/// Those in the traces that began within `range`.
///
/// # Errors
/// The store's.
pub(super) fn dependencies(
    questions: &Questions<'_>,
    range: TimeRange,
) -> Result<Dependencies, ReadError> {
    Ok(of(&questions.chains(range)?))
}

fn of(chains: &Chains) -> Dependencies {
    let mut calls: BTreeMap<(u64, u64), i64> = BTreeMap::new();
    for (path, cell) in &chains.roll_up.cells {
        let Some(step) = chains.steps.get(path).filter(|step| step.kind.is_span()) else {
            continue;
        };
        let parent = step.parent.and_then(|parent| chains.steps.get(&parent));
        if let Some(parent) = parent.filter(|parent| parent.service != step.service) {
            *calls.entry((parent.service, step.service)).or_default() += cell.counts.calls;
        }
    }
    let named = |((parent, child), calls): ((u64, u64), i64)| {
        let calls = u64::try_from(calls).ok().filter(|calls| *calls > 0)?;
        Some(((chains.name(parent), chains.name(child)), calls))
    };
    calls.into_iter().filter_map(named).collect()
}
