//! Traces in the indented notation (`proto::testing`) against what is said of them.

mod assembling;
mod errors;
mod extremes;
mod hops;
mod random;
mod timing;

use std::fmt::Write as _;

use expect_test::Expect;
use proto::Span;
use proto::testing::{EPOCH_UNIX_NANO, trace};
use storage::{Completeness, Trace};

use super::{Explained, Flags, Hop, Section, explain};

/// Which part of an explanation a test looks at.
#[derive(Clone, Copy)]
enum Show {
    /// The call tree: service, span name, start..end, self time, marks; warnings.
    Rows,
    /// The critical path.
    Path,
    /// Who is the deepest active span, by time.
    Owners,
    /// The hops.
    Hops,
    /// Errors, retries and the failing hop.
    Errors,
    /// The sentences.
    Words,
}

/// Explains the trace that `text` notates and compares the part.
#[track_caller]
fn check(show: Show, text: &str, expect: Expect) {
    let explained = explained(trace(text));
    let shown = match show {
        Show::Rows => rows(&explained),
        Show::Path => sections(&explained, &explained.critical_path),
        Show::Owners => sections(&explained, &explained.self_sections),
        Show::Hops => explained.hops.iter().map(hop).collect(),
        Show::Errors => errors(&explained),
        Show::Words => words(&explained),
    };
    expect.assert_eq(&shown);
}

/// The explanation of `spans`, which is checked for what always holds.
#[track_caller]
fn explained(spans: Vec<Span>) -> Explained {
    let id = spans.first().map(|span| span.trace_id).unwrap_or_default();
    let explained = explain(Trace { id, spans, completeness: Completeness::Complete });
    assert_holds_together(&explained);
    explained
}

/// What is true of every explanation.
#[track_caller]
fn assert_holds_together(explained: &Explained) {
    let tree = &explained.tree;
    assert_tile(tree, &explained.critical_path, "the critical path");
    assert_tile(tree, &explained.self_sections, "the owners");
    assert!(explained.self_sections.len() < 2 * tree.len().max(1));
    let mut owned = vec![0; tree.len()];
    for section in &explained.self_sections {
        owned[section.row] += section.duration_nano();
    }
    assert_eq!(explained.self_nano, owned, "self times are what the rows own");
    let rows: usize = tree.roots().map(|root| tree.subtree[root]).sum();
    assert_eq!(rows, tree.len(), "every row hangs below a root");
    for row in 0..tree.len() {
        if let Some(parent) = tree.parent[row] {
            assert!(tree.subtree_rows(parent).contains(&row));
            assert_eq!(tree.depth[row], tree.depth[parent] + 1);
        }
        let below: usize = tree.children(row).map(|child| tree.subtree[child]).sum();
        assert_eq!(tree.subtree[row], 1 + below);
    }
    if explained.hops.len() < super::hop::HOPS_MAX {
        let sum = |nanos: &mut dyn Iterator<Item = u64>| nanos.map(u128::from).sum::<u128>();
        let of_hops = sum(&mut explained.hops.iter().map(|hop| hop.critical_nano));
        let whole = sum(&mut tree.roots().map(|root| tree.duration[root]));
        assert_eq!(of_hops, whole, "the hops tile the critical path");
    }
    assert!(!explained.sentence.is_empty());
}

/// Sections follow one another from each root's start to its end.
#[track_caller]
fn assert_tile(tree: &super::CallTree, mut sections: &[Section], what: &str) {
    for root in tree.roots() {
        let mut now = tree.start[root];
        while let Some((section, rest)) = sections.split_first()
            && tree.subtree_rows(root).contains(&section.row)
        {
            assert_eq!(section.start, now, "{what} of root {root} has no gap");
            assert!(section.start < section.end);
            (now, sections) = (section.end, rest);
        }
        assert_eq!(now, tree.end(root), "{what} of root {root} comes to its end");
    }
    assert_eq!(sections, []);
}

fn rows(explained: &Explained) -> String {
    let tree = &explained.tree;
    let mut out = String::new();
    for row in 0..tree.len() {
        let indent = "  ".repeat(tree.depth[row]);
        let time = time(explained, tree.start[row], tree.end(row));
        let self_nano = millis(explained.self_nano[row]);
        let (service, name) = (tree.service_name(row), tree.span_name(row));
        let marks = marks(explained.flags[row]);
        writeln!(out, "{indent}{service} {name} {time} self {self_nano}{marks}").unwrap();
    }
    for warning in &explained.warnings {
        let row = warning.row.map_or("-".to_owned(), |row| row.to_string());
        writeln!(out, "{} at {row}: {}", warning.kind.as_str(), warning.message).unwrap();
    }
    out
}

fn marks(flags: Flags) -> String {
    [
        (Flags::ERROR_ORIGIN, " origin"),
        (Flags::ORPHAN, " orphan"),
        (Flags::SKEW_CORRECTED, " moved"),
        (Flags::SERVER_MISSING, " server-missing"),
        (Flags::RETRIED, " retried"),
        (Flags::CYCLE_CUT, " cut"),
    ]
    .into_iter()
    .filter(|(flag, _)| flags.contains(*flag))
    .map(|(_, word)| word)
    .collect()
}

fn sections(explained: &Explained, sections: &[Section]) -> String {
    let mut out = String::new();
    for section in sections {
        let name = explained.tree.span_name(section.row);
        let time = time(explained, section.start, section.end);
        writeln!(out, "{time} {name}").unwrap();
    }
    out
}

fn hop(hop: &Hop) -> String {
    let caller = hop.caller.as_deref().unwrap_or("-");
    let gap = hop.gap_nano.map_or("-".to_owned(), millis);
    let error = if hop.error { ", error" } else { "" };
    format!(
        "{caller} → {} {}: critical {} of {} ({:.0} %), gap {gap}, callee {}, downstream {}; {}{error}\n",
        hop.callee,
        hop.span_name,
        millis(hop.critical_nano),
        millis(hop.duration_nano),
        hop.share * 100.0,
        millis(hop.callee_self_nano),
        millis(hop.downstream_nano),
        hop.place.as_str(),
    )
}

fn errors(explained: &Explained) -> String {
    let mut out = String::new();
    for error in &explained.errors {
        let kind = error.kind.as_str();
        write!(out, "{kind} at {}: {} {}", error.row, error.service, error.span_name).unwrap();
        if !error.message.is_empty() {
            write!(out, ": {}", error.message).unwrap();
        }
        if !error.passed_up_through.is_empty() {
            write!(out, "; up through {}", error.passed_up_through.join(", ")).unwrap();
        }
        if let Some(row) = error.absorbed_by_row {
            write!(out, "; absorbed by {row}").unwrap();
        }
        out.push('\n');
    }
    for retry in &explained.retries {
        let end = if retry.masked { "masked" } else { "exhausted" };
        writeln!(out, "retry by {}: {:?} {end}", retry.caller_row, retry.rows).unwrap();
    }
    if let Some(hop) = &explained.failing_hop {
        let caller = hop.caller.as_deref().unwrap_or("-");
        writeln!(out, "failing: {caller} → {}, {}", hop.callee, hop.place.as_str()).unwrap();
    }
    writeln!(out, "{}", explained.sentence).unwrap();
    out
}

fn words(explained: &Explained) -> String {
    let mut out = format!("{}\n", explained.sentence);
    for detail in &explained.detail {
        writeln!(out, "- {detail}").unwrap();
    }
    out
}

/// Offsets from the trace's start, as the notation writes times.
fn time(explained: &Explained, start: u64, end: u64) -> String {
    let notated = |offset: u64| {
        let unix_nano = i128::from(explained.start_unix_nano) + i128::from(offset);
        (unix_nano - i128::from(EPOCH_UNIX_NANO)) as f64 / 1e6
    };
    if explained.start_unix_nano == 0 {
        return "?..?".to_owned();
    }
    format!("{}..{}", notated(start), notated(end))
}

fn millis(nano: u64) -> String {
    format!("{}", nano as f64 / 1e6)
}
