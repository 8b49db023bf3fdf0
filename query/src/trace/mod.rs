//! Explains one trace: spans in, values and sentences out.
//!
//! [`explain`] is pure and total. Whatever spans come in, it answers: trouble with
//! them is a [`Warning`], never an error or a panic. Every walk is iterative and
//! costs O(n log n), so that 100,000 levels or siblings are nothing special.
//!
//! The parts run in this order, each reading only what stands before it:
//!
//! 1. `assemble`: parents found and repaired, clocks aligned, by the adjusters listed
//!    there
//! 2. [`call_tree`]: rows in pre-order
//! 3. `self_time`, [`critical_path`]: where the time went, tiling each root
//! 4. [`hop`]: the calls between services and their share of it
//! 5. [`retry`], [`errors`]: where errors began and how far they came
//! 6. [`service`], `group`, `sentence`, `detail`: the summary, in figures and in words

mod adjust;
mod assemble;
pub mod call_tree;
pub mod critical_path;
mod detail;
pub mod errors;
pub mod flags;
pub mod format;
mod group;
pub mod hop;
pub mod message;
mod peer;
pub mod retry;
mod self_time;
mod sentence;
pub mod service;
pub mod warning;

#[cfg(test)]
mod tests;

pub use call_tree::CallTree;
pub use critical_path::Section;
pub use errors::{ErrorKind, TraceError};
pub use flags::Flags;
pub use hop::{Hop, Place};
pub use retry::Retry;
pub use service::ServiceTotal;
pub use warning::{Warning, WarningKind};

use proto::TraceId;
use storage::{Completeness, Trace};

use assemble::Assembly;
use errors::Errors;
use hop::Hops;
use sentence::Findings;

/// One trace and everything said about it.
///
/// Offsets and durations are nanoseconds. Offsets count from `start_unix_nano`.
/// A row is an index into the columns of `tree`, `self_nano` and `flags`.
#[derive(Debug, Clone, PartialEq)]
pub struct Explained {
    /// Its id.
    pub trace_id: TraceId,
    /// The earliest start after correction, nanoseconds since the Unix epoch; 0
    /// where no span knows its start.
    pub start_unix_nano: u64,
    /// From there to the latest end.
    pub duration_nano: u64,
    /// Spans that say of themselves that they failed.
    pub error_count: usize,
    /// The spans, as a call tree in pre-order.
    pub tree: CallTree,
    /// By row: the time during which the span is the deepest active one of its
    /// root. Adds up to each root's duration.
    pub self_nano: Vec<u64>,
    /// The same as stretches of time, root by root. Tiles each root exactly.
    pub self_sections: Vec<Section>,
    /// By row: the row's marks.
    pub flags: Vec<Flags>,
    /// What the trace waited for, by time. Tiles each root exactly.
    pub critical_path: Vec<Section>,
    /// The call edges, the largest critical time first; at most [`hop::HOPS_MAX`].
    pub hops: Vec<Hop>,
    /// The hop that most of the time is due to. Among many calls of the same kind,
    /// the longest of them. Its `place` says where the time is.
    pub slowest_hop: Option<Hop>,
    /// The hop that the most important error began in. Its `place` says where the
    /// error is.
    pub failing_hop: Option<Hop>,
    /// Where errors began, the most important first; at most
    /// [`errors::ERRORS_MAX`].
    pub errors: Vec<TraceError>,
    /// Calls that were made again, by row.
    pub retries: Vec<Retry>,
    /// What each service contributes, the largest critical time first.
    pub services: Vec<ServiceTotal>,
    /// What was wrong with the spans.
    pub warnings: Vec<Warning>,
    /// The whole explanation in one sentence, without a full stop.
    pub sentence: String,
    /// Further sentences, the most important first.
    pub detail: Vec<String>,
    /// Whether these are all spans of the trace.
    pub completeness: Completeness,
}

/// Explains `trace`. Total: any spans have an explanation, in whatever order they
/// come, even none.
pub fn explain(trace: Trace) -> Explained {
    let Trace { id, spans, completeness } = trace;
    let mut assembly = Assembly::of(spans);
    let start_unix_nano = assembly.start_unix_nano();
    let found_flags = std::mem::take(&mut assembly.flags);
    let found_warnings = std::mem::take(&mut assembly.warnings);
    let (tree, row_of) = CallTree::build(assembly);

    let duration_nano = (0..tree.len()).map(|row| tree.end(row)).max().unwrap_or(0);
    let self_sections = self_time::self_sections(&tree);
    let self_nano = self_time::self_times(tree.len(), &self_sections);
    let critical_path = critical_path::critical_path(&tree);
    let hops = Hops::of(&tree, &self_nano, &critical_path);
    let retries = retry::retries(&tree, &hops);
    let errors = Errors::of(&tree, &hops, &retries);
    let failing_hop = errors.listed.first().map(|error| errors::failing_hop(&tree, &hops, error));

    let findings = Findings {
        tree: &tree,
        hops: &hops,
        critical_path: &critical_path,
        errors: &errors.listed,
        retries: &retries,
        trace_nano: duration_nano,
    };
    let alike = group::alike(&tree, &hops);
    let sentence = findings.sentence(&alike);
    let detail = findings.detail(&alike);
    let slowest = alike.first().filter(|alike| alike.longest.critical_nano > 0);
    let slowest_hop = slowest.map(|alike| alike.longest.clone());

    let mut flags = vec![Flags::default(); tree.len()];
    for (index, found) in found_flags.into_iter().enumerate() {
        flags[row_of[index]] |= found;
    }
    mark(&mut flags, &tree, &hops, &critical_path, &errors, &retries);
    let services = service::totals(&tree, &self_nano, &critical_path);
    let warnings = found_warnings
        .into_iter()
        .map(|found| Warning {
            kind: found.kind,
            row: found.index.map(|index| row_of[index]),
            message: found.message,
        })
        .collect();
    Explained {
        trace_id: id,
        start_unix_nano,
        duration_nano,
        error_count: tree.spans.iter().filter(|span| span.is_error()).count(),
        self_nano,
        self_sections,
        flags,
        critical_path,
        slowest_hop,
        failing_hop,
        hops: hops.into_listed(),
        errors: errors.listed,
        retries,
        services,
        warnings,
        sentence,
        detail,
        completeness,
        tree,
    }
}

/// Sets the marks that the analysis found; the adjusters' are there already.
fn mark(
    flags: &mut [Flags],
    tree: &CallTree,
    hops: &Hops,
    critical_path: &[Section],
    errors: &Errors,
    retries: &[Retry],
) {
    for (flags, span) in flags.iter_mut().zip(&tree.spans) {
        for (is_so, flag) in [
            (span.is_error(), Flags::ERROR),
            (!span.events.is_empty(), Flags::HAS_EVENTS),
            (!span.links.is_empty(), Flags::HAS_LINKS),
        ] {
            if is_so {
                *flags |= flag;
            }
        }
    }
    for section in critical_path {
        flags[section.row] |= Flags::CRITICAL;
    }
    for &row in &errors.origins {
        flags[row] |= Flags::ERROR_ORIGIN;
    }
    for row in hops.missing_servers(tree) {
        flags[row] |= Flags::SERVER_MISSING;
    }
    for row in retries.iter().flat_map(Retry::failed_rows) {
        flags[*row] |= Flags::RETRIED;
    }
}
