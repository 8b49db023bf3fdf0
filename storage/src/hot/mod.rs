//! The hot segment: spans in memory, each trace's together, until they are sealed.
//!
//! Everything in it is in the log, too. It answers as soon as a write returns.

mod bytes;
mod select;

use std::sync::{Arc, OnceLock};

use hashbrown::{HashMap, HashSet};
use proto::{Span, SpanId, SpanKind, TraceId};

use crate::contract::summary::TraceSummary;
use crate::log::RecordNumber;
use crate::segment::SegmentId;

pub(crate) use bytes::Sizes;
pub(crate) use select::{Bounds, Selection};

/// All spans that are in no segment.
#[derive(Debug, Default)]
pub(crate) struct Hot {
    traces: HashMap<TraceId, Arc<HotTrace>>,
    spans: usize,
    bytes: usize,
    applied: RecordNumber,
}

/// What of one trace is hot. Readers hold it as it was; a writer that meets one
/// they hold makes a copy.
#[derive(Debug, Clone)]
pub(crate) struct HotTrace {
    id: TraceId,
    spans: Vec<Span>,
    identities: HashSet<(SpanId, SpanKind)>,
    arrivals: Vec<Arrival>,
    facts: OnceLock<Arc<Facts>>,
}

/// Spans of a trace that came with one log record: the next `spans` of them.
#[derive(Debug, Clone, Copy)]
struct Arrival {
    record: RecordNumber,
    unix_nano: u64,
    spans: usize,
    bytes: usize,
}

/// What is known of a hot trace as a whole, its sealed parts included.
#[derive(Debug)]
pub(crate) struct Facts {
    pub(crate) summary: TraceSummary,
    /// The segments that hold further parts of it.
    pub(crate) sealed_in: Vec<SegmentId>,
    /// How many segments had been retired when this was found out: parts may have
    /// gone with later ones.
    pub(crate) retired: u64,
}

impl Hot {
    /// Nothing, with the log applied up to `applied`.
    pub(crate) fn new(applied: RecordNumber) -> Self {
        Self { applied, ..Self::default() }
    }

    /// Whether the span is here. It may be sealed where it is not.
    pub(crate) fn knows(&self, span: &Span) -> bool {
        self.traces
            .get(&span.trace_id)
            .is_some_and(|trace| trace.identities.contains(&(span.span_id, span.kind)))
    }

    /// Takes the spans of a log record, in their order. Those that are known stay
    /// as they are.
    pub(crate) fn apply(&mut self, record: RecordNumber, unix_nano: u64, spans: Vec<Span>) {
        let mut sizes = Sizes::default();
        for span in spans {
            let trace = self.traces.entry(span.trace_id);
            let trace = trace.or_insert_with(|| Arc::new(HotTrace::new(span.trace_id)));
            if trace.identities.contains(&(span.span_id, span.kind)) {
                continue;
            }
            let bytes = sizes.of(&span);
            self.spans = self.spans.saturating_add(1);
            self.bytes = self.bytes.saturating_add(bytes);
            Arc::make_mut(trace).push(span, Arrival { record, unix_nano, spans: 1, bytes });
        }
        self.applied = record;
    }

    /// The trace, as it is now.
    pub(crate) fn trace(&self, id: TraceId) -> Option<Arc<HotTrace>> {
        self.traces.get(&id).cloned()
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
        for sealed in &selection.traces {
            let Some(trace) = self.traces.remove(&sealed.id) else {
                continue;
            };
            let (left, spans, bytes) = trace.since(selection.through);
            self.spans = self.spans.saturating_sub(spans);
            self.bytes = self.bytes.saturating_sub(bytes);
            if let Some(left) = left {
                self.traces.insert(sealed.id, Arc::new(left));
            }
        }
    }
}

impl HotTrace {
    fn new(id: TraceId) -> Self {
        Self {
            id,
            spans: Vec::new(),
            identities: HashSet::new(),
            arrivals: Vec::new(),
            facts: OnceLock::new(),
        }
    }

    pub(crate) fn id(&self) -> TraceId {
        self.id
    }

    /// Its spans in the order they came, once each.
    pub(crate) fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// What was found out about it, if anyone did and it holds after `retired`
    /// segments went.
    pub(crate) fn facts(&self, retired: u64) -> Option<&Arc<Facts>> {
        let holds = |facts: &&Arc<Facts>| facts.sealed_in.is_empty() || facts.retired == retired;
        self.facts.get().filter(holds)
    }

    /// Keeps what was found out for later readers, unless another was first.
    pub(crate) fn keep_facts(&self, facts: &Arc<Facts>) {
        self.facts.get_or_init(|| Arc::clone(facts));
    }

    fn push(&mut self, span: Span, arrival: Arrival) {
        self.identities.insert((span.span_id, span.kind));
        self.spans.push(span);
        self.facts = OnceLock::new();
        match self.arrivals.last_mut().filter(|last| last.record == arrival.record) {
            Some(last) => {
                last.spans = last.spans.saturating_add(arrival.spans);
                last.bytes = last.bytes.saturating_add(arrival.bytes);
            }
            None => self.arrivals.push(arrival),
        }
    }

    /// What came after the record `through`, if anything; and how many spans and
    /// bytes came before.
    fn since(&self, through: RecordNumber) -> (Option<Self>, usize, usize) {
        let cut = self.arrivals.partition_point(|arrival| arrival.record <= through);
        let (gone, left) = self.arrivals.split_at(cut);
        let spans = gone.iter().map(|arrival| arrival.spans).sum();
        let bytes = gone.iter().map(|arrival| arrival.bytes).sum();
        if left.is_empty() {
            return (None, spans, bytes);
        }
        let remaining = self.spans.get(spans..).unwrap_or_default().to_vec();
        let rest = Self {
            id: self.id,
            identities: remaining.iter().map(|span| (span.span_id, span.kind)).collect(),
            spans: remaining,
            arrivals: left.to_vec(),
            facts: OnceLock::new(),
        };
        (Some(rest), spans, bytes)
    }
}
