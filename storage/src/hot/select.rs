//! Which traces are sealed, and when.

use std::sync::Arc;
use std::time::Duration;

use proto::TraceId;

use super::{Hot, HotTrace};
use crate::log::RecordNumber;

/// Hot spans of one trace that get it sealed in parts, however lively it is: what
/// a writer copies, at worst, where a reader holds the trace.
const TRACE_SPANS_MAX: usize = 50_000;

/// When the hot segment is due.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) spans_max: usize,
    pub(crate) bytes_max: usize,
    pub(crate) age_max: Duration,
    pub(crate) trace_quiet: Duration,
}

/// Traces to be sealed together.
#[derive(Debug)]
pub(crate) struct Selection {
    /// What of each was hot.
    pub(crate) traces: Vec<Arc<HotTrace>>,
    /// They are here with all that came up to this record.
    pub(crate) through: RecordNumber,
    /// The first log record that is still needed once they are sealed.
    pub(crate) log_needed_from: RecordNumber,
}

impl Hot {
    /// All there is.
    pub(crate) fn select_all(&self) -> Selection {
        self.selection(self.traces.traces().cloned().collect())
    }

    /// What is to be sealed now, if anything.
    ///
    /// The hot segment is due when it has reached a bound. Then the traces go that
    /// have been quiet, those whose first span has been hot for the whole
    /// `age_max`, and those with very many spans. Where that leaves more than half
    /// of what memory is meant for, the longest quiet of the others go, too.
    pub(crate) fn select(&self, now_unix_nano: u64, bounds: &Bounds) -> Option<Selection> {
        let since = |unix_nano: u64| Duration::from_nanos(now_unix_nano.saturating_sub(unix_nano));
        let is_old = |first_arrival_unix_nano| since(first_arrival_unix_nano) >= bounds.age_max;
        let is_large = |span_count| span_count >= TRACE_SPANS_MAX;
        let is_full = self.is_full(bounds);
        let mut extremes = self.traces.chunks().map(|chunk| chunk.extremes());
        let mut is_any_due =
            || extremes.any(|it| is_old(it.first_arrival_unix_nano) || is_large(it.span_count));
        if !is_full && !is_any_due() {
            return None;
        }
        let (mut chosen, mut others): (Vec<_>, Vec<_>) =
            self.traces.traces().cloned().partition(|trace| {
                let is_quiet = since(trace.last_arrival_unix_nano()) >= bounds.trace_quiet;
                is_quiet || is_old(trace.first_arrival_unix_nano()) || is_large(trace.span_count())
            });
        if is_full {
            let mut spans: usize = others.iter().map(|trace| trace.span_count()).sum();
            let mut bytes: usize = others.iter().map(|trace| trace.bytes()).sum();
            others.sort_by_key(|trace| std::cmp::Reverse(trace.last_arrival_unix_nano()));
            while spans > bounds.spans_max / 2 || bytes > bounds.bytes_max / 2 {
                let Some(trace) = others.pop() else { break };
                spans = spans.saturating_sub(trace.span_count());
                bytes = bytes.saturating_sub(trace.bytes());
                chosen.push(trace);
            }
        }
        (!chosen.is_empty()).then(|| self.selection(chosen))
    }

    fn selection(&self, traces: Vec<Arc<HotTrace>>) -> Selection {
        let chosen: hashbrown::HashSet<TraceId> = traces.iter().map(|trace| trace.id()).collect();
        let staying = self.traces.traces().filter(|trace| !chosen.contains(&trace.id()));
        let next = self.applied.saturating_add(1);
        let log_needed_from = staying.map(|trace| trace.first_record()).min().unwrap_or(next);
        Selection { traces, through: self.applied, log_needed_from }
    }
}
