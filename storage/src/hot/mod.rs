//! The hot segment: spans in memory, each trace's together, until they are sealed.
//!
//! It holds the batches as they came, and for each trace which parts of which batches
//! are its. Everything in it is in the log, too. It answers as soon as a write returns.

mod batch;
mod chunk;
mod lookup;
mod names;
mod read;
mod select;
mod summary;
mod trace;
mod view;

use std::sync::Arc;

use proto::{Batch, TraceId};

use crate::contract::Written;
use crate::log::RecordNumber;

pub(crate) use batch::HotBatch;
pub(crate) use chunk::{Chunk, Line, Lines};
pub(crate) use names::{HotNames, offer_lines};
pub(crate) use read::HotReaders;
pub(crate) use select::{Bounds, Selection};
pub(crate) use summary::summarize;
pub(crate) use trace::{Facts, HotTrace};
pub(crate) use view::HotView;

use trace::Arrival;

/// What a trace costs in memory beside its spans: its place in the table, and the
/// lists of its parts and identities.
const TRACE_BYTES: usize = 256;

/// All spans that are in no segment.
#[derive(Debug, Default)]
pub(crate) struct Hot {
    traces: HotView,
    spans: usize,
    bytes: usize,
    applied: RecordNumber,
}

impl Hot {
    /// Nothing, with the log applied up to `applied`.
    pub(crate) fn new(applied: RecordNumber) -> Self {
        Self { applied, ..Self::default() }
    }

    /// Whether every span of `batch` is here. It may be sealed where it is not.
    pub(crate) fn has_all(&self, batch: &Batch) -> bool {
        batch.traces().iter().all(|spans| {
            self.traces.get(spans.id).is_some_and(|trace| trace.has_all(batch.heads_of(spans)))
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
        let mut new_spans = 0usize;
        let span_bytes = batch.memory_bytes().checked_div(batch.len()).unwrap_or(0);
        let arrival = Arrival { record, unix_nano, span_bytes };
        let hot = HotBatch::new(batch);
        for spans in batch.traces() {
            if !is_wanted(spans.id) {
                continue;
            }
            let mut taken = (0, 0);
            let is_new = self.traces.change(spans.id, |trace| {
                taken = trace.push(&hot, *spans, arrival);
            });
            let (new, bytes) = taken;
            new_spans = new_spans.saturating_add(new);
            let trace_bytes = if is_new { TRACE_BYTES } else { 0 };
            self.bytes = self.bytes.saturating_add(bytes).saturating_add(trace_bytes);
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
        self.traces.get(id).cloned()
    }

    /// All traces, as they are now.
    pub(crate) fn view(&self) -> HotView {
        self.traces.clone()
    }

    /// Every trace, as it is now.
    pub(crate) fn traces(&self) -> impl Iterator<Item = &Arc<HotTrace>> {
        self.traces.traces()
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
        for sealed in &selection.traces {
            let mut staying = (0, 0);
            let trace = self.traces.replace(sealed.id(), |trace| {
                let left = trace.since(selection.through)?;
                staying = (left.span_count(), left.bytes().saturating_add(TRACE_BYTES));
                Some(left)
            });
            let Some(trace) = trace else { continue };
            let (spans, bytes) = staying;
            let bytes_before = trace.bytes().saturating_add(TRACE_BYTES);
            self.spans = self.spans.saturating_sub(trace.span_count()).saturating_add(spans);
            self.bytes = self.bytes.saturating_sub(bytes_before).saturating_add(bytes);
        }
    }
}
