//! The same span twice.

use std::collections::HashSet;

use crate::trace::WarningKind;
use crate::trace::assemble::{Assembly, Found};

/// Keeps the first of the spans that share an identity (span id and kind), as the
/// store does.
pub(in crate::trace) fn drop_repeated(assembly: &mut Assembly) {
    let mut seen = HashSet::with_capacity(assembly.len());
    let before = assembly.len();
    assembly.spans.retain(|span| seen.insert((span.span_id, span.kind)));
    let dropped = before - assembly.len();
    if dropped > 0 {
        let message = format!(
            "{dropped} of {before} spans repeat the id and kind of another and are left out"
        );
        let kind = WarningKind::Duplicate;
        assembly.warnings.push(Found { kind, index: None, message });
    }
    assembly.flags = vec![Default::default(); assembly.len()];
}
