//! The hot segment: spans in memory, each trace's together, until they are sealed.
//!
//! It holds the batches as they came, and for each trace which parts of which batches
//! are its. Everything in it is in the log, too. It answers as soon as a write returns.

mod names;
mod precheck;
mod select;
mod summary;
mod trace;
mod view;

use std::sync::{Arc, OnceLock};

use hashbrown::HashMap;
use proto::{Batch, TraceId};

use crate::contract::Written;
use crate::log::RecordNumber;

pub(crate) use names::HotNames;
pub(crate) use precheck::Precheck;
pub(crate) use select::{Bounds, Selection};
pub(crate) use summary::summarize;
pub(crate) use trace::{Facts, HotTrace};
pub(crate) use view::{HotView, Line};

use trace::Arrival;

/// What a trace costs in memory beside its spans: its place in the table, and the
/// lists of its parts and identities.
const TRACE_BYTES: usize = 256;

/// All spans that are in no segment.
#[derive(Debug, Default)]
pub(crate) struct Hot {
    traces: HashMap<TraceId, Arc<HotTrace>>,
    spans: usize,
    bytes: usize,
    applied: RecordNumber,
    /// What readers were shown since the last change.
    view: OnceLock<Arc<HotView>>,
}

impl Hot {
    /// Nothing, with the log applied up to `applied`.
    pub(crate) fn new(applied: RecordNumber) -> Self {
        Self { applied, ..Self::default() }
    }

    /// Whether every span of `batch` is here. It may be sealed where it is not.
    pub(crate) fn has_all(&self, batch: &Batch) -> bool {
        batch.traces().iter().all(|spans| {
            self.traces.get(&spans.id).is_some_and(|trace| trace.has_all(batch.heads_of(spans)))
        })
    }

    /// Takes a batch of the log record `record`, which is not yet done, but for spans
    /// of traces that `is_wanted` refuses. Spans that are known stay as they are.
    pub(crate) fn take(
        &mut self,
        record: RecordNumber,
        unix_nano: u64,
        batch: &Arc<Batch>,
        mut is_wanted: impl FnMut(TraceId) -> bool,
    ) -> Written {
        // Before anything changes: a trace that readers hold would be copied.
        self.view.take();
        let mut new_spans = 0usize;
        let span_bytes = batch.memory_bytes().checked_div(batch.len()).unwrap_or(0);
        let arrival = Arrival { record, unix_nano, span_bytes };
        for spans in batch.traces() {
            if !is_wanted(spans.id) {
                continue;
            }
            let traces_before = self.traces.len();
            let trace = self.traces.entry(spans.id);
            let trace = trace.or_insert_with(|| Arc::new(HotTrace::new(spans.id)));
            let (new, bytes) = Arc::make_mut(trace).push(batch, *spans, arrival);
            new_spans = new_spans.saturating_add(new);
            self.bytes = self.bytes.saturating_add(bytes);
            if self.traces.len() > traces_before {
                self.bytes = self.bytes.saturating_add(TRACE_BYTES);
            }
        }
        self.spans = self.spans.saturating_add(new_spans);
        Written { new_spans, known_spans: batch.len().saturating_sub(new_spans) }
    }

    /// Takes note that the log record `record` is done.
    pub(crate) fn applied(&mut self, record: RecordNumber) {
        self.applied = record;
    }

    /// The trace, as it is now.
    pub(crate) fn trace(&self, id: TraceId) -> Option<Arc<HotTrace>> {
        self.traces.get(&id).cloned()
    }

    /// All traces, as they are now.
    pub(crate) fn view(&self) -> Arc<HotView> {
        Arc::clone(self.view.get_or_init(|| Arc::new(HotView::of(&self.traces))))
    }

    /// Every trace, as it is now.
    pub(crate) fn traces(&self) -> impl Iterator<Item = &Arc<HotTrace>> {
        self.traces.values()
    }

    pub(crate) fn span_count(&self) -> usize {
        self.spans
    }

    pub(crate) fn trace_count(&self) -> usize {
        self.traces.len()
    }

    /// Whether there is more than memory is meant for.
    pub(crate) fn is_full(&self, bounds: &Bounds) -> bool {
        self.spans >= bounds.spans_max || self.bytes >= bounds.bytes_max
    }

    /// What the spans take in memory, estimated.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Forgets what `selection` holds: it is in a segment now. What came of its
    /// traces since then stays.
    pub(crate) fn remove(&mut self, selection: &Selection) {
        self.view.take();
        for sealed in &selection.traces {
            let Some(trace) = self.traces.remove(&sealed.id()) else {
                continue;
            };
            self.spans = self.spans.saturating_sub(trace.span_count());
            self.bytes = self.bytes.saturating_sub(trace.bytes().saturating_add(TRACE_BYTES));
            if let Some(left) = trace.since(selection.through) {
                self.spans = self.spans.saturating_add(left.span_count());
                self.bytes = self.bytes.saturating_add(left.bytes().saturating_add(TRACE_BYTES));
                self.traces.insert(sealed.id(), Arc::new(left));
            }
        }
    }
}
