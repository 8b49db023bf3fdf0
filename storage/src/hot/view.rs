//! The hot traces as readers see them: all of them, at one moment.

use std::sync::{Arc, OnceLock};

use hashbrown::HashMap;
use proto::TraceId;

use super::{Facts, HotTrace};
use crate::contract::search::{Cursor, Order};

/// Hot traces at one moment. As long as nothing is written, all readers have the same.
#[derive(Debug, Default)]
pub(crate) struct HotView {
    traces: HashMap<TraceId, Arc<HotTrace>>,
    lines: OnceLock<Lines>,
}

/// A line for each trace, so that a search looks at a list instead of at each trace.
#[derive(Debug)]
struct Lines {
    /// How many segments had been retired: parts may have gone with later ones.
    retired: u64,
    lines: Vec<Line>,
}

/// The figures that a trace is ordered by.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    start_unix_nano: u64,
    duration_nano: u64,
    error_count: u32,
    /// All that is known of the trace.
    pub(crate) facts: Arc<Facts>,
}

impl Line {
    pub(crate) fn of(facts: Arc<Facts>) -> Self {
        let summary = &facts.summary;
        Self {
            start_unix_nano: summary.start_unix_nano,
            duration_nano: summary.duration_nano,
            error_count: summary.error_count,
            facts,
        }
    }

    pub(crate) fn start_unix_nano(&self) -> u64 {
        self.start_unix_nano
    }

    /// Where the trace stands in `order`.
    pub(crate) fn cursor(&self, order: Order) -> Cursor {
        let figure = match order {
            Order::Newest => self.start_unix_nano,
            Order::Slowest => self.duration_nano,
            Order::MostErrors => self.error_count.into(),
        };
        let trace_id = self.facts.summary.trace_id;
        Cursor { figure, start_unix_nano: self.start_unix_nano, trace_id }
    }
}

impl HotView {
    pub(super) fn of(traces: &HashMap<TraceId, Arc<HotTrace>>) -> Self {
        Self { traces: traces.clone(), lines: OnceLock::new() }
    }

    pub(crate) fn get(&self, id: TraceId) -> Option<&HotTrace> {
        self.traces.get(&id).map(|trace| &**trace)
    }

    pub(crate) fn contains(&self, id: TraceId) -> bool {
        self.traces.contains_key(&id)
    }

    pub(crate) fn traces(&self) -> impl Iterator<Item = &HotTrace> {
        self.traces.values().map(|trace| &**trace)
    }

    /// The lines, if somebody kept them and they hold after `retired` segments went.
    pub(crate) fn lines(&self, retired: u64) -> Option<&[Line]> {
        let kept = self.lines.get().filter(|kept| kept.retired == retired)?;
        Some(&kept.lines)
    }

    /// Keeps a line for each trace for later readers, unless another was first; answers
    /// what is kept.
    pub(crate) fn keep_lines(&self, retired: u64, lines: Vec<Line>) -> &[Line] {
        &self.lines.get_or_init(|| Lines { retired, lines }).lines
    }
}
