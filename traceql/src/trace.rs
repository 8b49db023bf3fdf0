//! A trace as queries see it: its spans, and what follows from all of them together.

use std::cell::OnceCell;

use proto::Span;
use proto::numbered::Numbered;

use crate::tree::{Tree, is_root};

/// All spans of one trace, with their tree and the trace's own figures.
#[derive(Debug)]
pub struct Trace<'a> {
    spans: &'a [Span],
    numbered: Option<&'a Numbered>,
    tree: OnceCell<Tree>,
    root: Option<usize>,
    start_unix_nano: u64,
    end_unix_nano: u64,
}

/// How many spans a service has in a trace, and how many of them failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ServiceStats {
    /// All of its spans.
    pub span_count: u32,
    /// Those with status error.
    pub error_count: u32,
}

impl<'a> Trace<'a> {
    /// The trace of `spans`, which are all of one trace; log records given to their spans
    /// before ([`proto::log_record::attach`]).
    pub fn new(spans: &'a [Span]) -> Self {
        let roots = spans.iter().enumerate().filter(|(_, span)| is_root(span));
        let root = roots.min_by_key(|(_, span)| span.start_time_unix_nano).map(|(place, _)| place);
        let known = || spans.iter().filter(|span| span.start_time_unix_nano != 0);
        let start_unix_nano =
            known().map(|span| span.start_time_unix_nano).min().unwrap_or_default();
        let end = |span: &Span| span.end_time_unix_nano.max(span.start_time_unix_nano);
        let end_unix_nano = known().map(end).max().unwrap_or_default();
        let tree = OnceCell::new();
        Self { spans, numbered: None, tree, root, start_unix_nano, end_unix_nano }
    }

    /// The same, some of whose names and attributes of spans and events come by number: no query
    /// looks at these, they are only counted.
    pub fn with_numbered(self, numbered: Option<&'a Numbered>) -> Self {
        Self { numbered, ..self }
    }

    /// Attributes by number.
    pub(crate) fn numbered(&self) -> Option<&'a Numbered> {
        self.numbered
    }

    /// Who is whose child; found out when it is asked for, as few queries do.
    pub(crate) fn tree(&self) -> &Tree {
        self.tree.get_or_init(|| Tree::of(self.spans))
    }

    /// The spans, in the order in which they were given; others name them by their place.
    pub fn spans(&self) -> &'a [Span] {
        self.spans
    }

    /// The earliest span without a parent.
    pub fn root(&self) -> Option<&'a Span> {
        self.root.map(|place| &self.spans[place])
    }

    /// The earliest start.
    pub fn start_unix_nano(&self) -> u64 {
        self.start_unix_nano
    }

    /// The latest end minus the earliest start.
    pub fn duration_nano(&self) -> u64 {
        self.end_unix_nano.saturating_sub(self.start_unix_nano)
    }

    /// The figures of each service, by name.
    pub fn service_stats(&self) -> std::collections::BTreeMap<String, ServiceStats> {
        let mut stats = std::collections::BTreeMap::<String, ServiceStats>::new();
        for span in self.spans {
            let entry = stats.entry(span.service_name().into_owned()).or_default();
            entry.span_count += 1;
            entry.error_count += u32::from(span.is_error());
        }
        stats
    }
}
