//! Parents, and spans whose parent never came.

use crate::trace::assemble::Assembly;
use crate::trace::{Flags, WarningKind};

/// Finds each span's parent among the spans.
pub(in crate::trace) fn find_parents(assembly: &mut Assembly) {
    let by_id = assembly.index_by_id();
    assembly.parent = assembly
        .spans
        .iter()
        .map(|span| span.parent_span_id.and_then(|id| by_id.get(&id).copied()))
        .collect();
}

/// Flags the spans whose parent is not in the trace. Each is a root of its own.
pub(in crate::trace) fn mark_orphans(assembly: &mut Assembly) {
    let mut orphans = Vec::new();
    for (index, span) in assembly.spans.iter().enumerate() {
        let names_one = span.parent_span_id.is_some_and(|id| id.is_valid());
        if names_one && assembly.parent[index].is_none() {
            assembly.flags[index] |= Flags::ORPHAN;
            orphans.push(index);
        }
    }
    assembly.warn(WarningKind::Orphan, &orphans, |spans| {
        format!("{spans} whose parent is not in the trace; shown as roots")
    });
}
