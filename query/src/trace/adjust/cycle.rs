//! Spans that are their own ancestors.

use crate::trace::assemble::Assembly;
use crate::trace::{Flags, WarningKind};

/// How far the walk along the parents has come with a span.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Walked {
    No,
    /// By the walk with this number.
    By(usize),
}

/// Cuts each cycle above its earliest span by (start, span id, kind), which becomes
/// a root. A span that names itself is a cycle of one.
pub(in crate::trace) fn cut_cycles(assembly: &mut Assembly) {
    let mut walked = vec![Walked::No; assembly.len()];
    let mut cut = Vec::new();
    for first in 0..assembly.len() {
        let mut at = first;
        while walked[at] == Walked::No {
            walked[at] = Walked::By(first);
            match assembly.parent[at] {
                Some(parent) => at = parent,
                None => break,
            }
        }
        // A walk that comes back to its own trail has found a cycle.
        let came_back = walked[at] == Walked::By(first) && assembly.parent[at].is_some();
        if came_back {
            let earliest = earliest_of_cycle(assembly, at);
            assembly.parent[earliest] = None;
            assembly.flags[earliest] |= Flags::CYCLE_CUT;
            cut.push(earliest);
        }
    }
    assembly.warn(WarningKind::Cycle, &cut, |spans| {
        format!("parents that lead back to where they began; cut above {spans}")
    });
}

fn earliest_of_cycle(assembly: &Assembly, member: usize) -> usize {
    let rank = |index: usize| {
        let span = &assembly.spans[index];
        (assembly.start[index], span.span_id, span.kind)
    };
    let mut earliest = member;
    let mut at = member;
    while let Some(parent) = assembly.parent[at] {
        if parent == member {
            break;
        }
        at = parent;
        if rank(at) < rank(earliest) {
            earliest = at;
        }
    }
    earliest
}
