//! Hot traces in the order they came, some hundreds together: what readers hold of
//! them, and what a search looks at instead of at each trace.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use hashbrown::HashSet;
use parking_lot::Mutex;

use super::{Facts, HotBatch, HotTrace};
use crate::chains::HotChains;
use crate::contract::search::{Cursor, Order};
use crate::contract::versions::Versions;
use crate::segment::Reach;
use crate::versions::count_hot;

/// Traces to a chunk. A writer that changes a trace copies the list of its chunk where
/// a reader holds it.
pub(super) const CHUNK_TRACES: usize = 256;

/// Hot traces that came one after the other.
#[derive(Debug, Default)]
pub(crate) struct Chunk {
    /// What was sealed leaves its place empty.
    traces: Vec<Option<Arc<HotTrace>>>,
    /// Found out for the first search since a trace was changed.
    lines: Mutex<Option<Arc<Lines>>>,
    /// Likewise for the first that asks for the figures of hops.
    chains: Mutex<Option<Arc<HotChains>>>,
    /// Likewise for the first that looks whether something is to be sealed.
    extremes: OnceLock<Extremes>,
    /// Likewise for the first that asks for the versions of services.
    versions: OnceLock<Versions>,
}

/// What a chunk's traces are at most.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extremes {
    /// When the oldest was first heard of, in nanoseconds since the Unix epoch.
    pub(super) first_arrival_unix_nano: u64,
    /// The hot spans of the largest.
    pub(super) span_count: usize,
}

/// A line for each trace of a chunk.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    /// How many segments had been retired: parts may have gone with later ones.
    retired: u64,
    pub(crate) has_sealed_parts: bool,
    pub(crate) has_log_records: bool,
    pub(crate) reach: Reach,
    pub(crate) lines: Vec<Line>,
    /// The batches that have the traces' hot spans, each once.
    pub(crate) batches: Vec<Arc<HotBatch>>,
    names: OnceLock<SpanNames>,
}

/// Span names by service.
pub(crate) type SpanNames = BTreeMap<String, BTreeSet<String>>;

/// A trace, and when it started: that is looked at first.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    start_unix_nano: u64,
    /// All that is known of the trace.
    pub(crate) facts: Arc<Facts>,
    pub(crate) trace: Arc<HotTrace>,
}

impl Clone for Chunk {
    fn clone(&self) -> Self {
        Self { traces: self.traces.clone(), ..Self::default() }
    }
}

impl Chunk {
    /// All its traces.
    pub(crate) fn traces(&self) -> impl Iterator<Item = &Arc<HotTrace>> {
        self.traces.iter().flatten()
    }

    pub(super) fn get(&self, place: usize) -> Option<&Arc<HotTrace>> {
        self.traces.get(place)?.as_ref()
    }

    /// The place of a trace, to be changed.
    pub(super) fn change(&mut self, place: usize) -> Option<&mut Option<Arc<HotTrace>>> {
        self.forget();
        self.traces.get_mut(place)
    }

    /// Adds a trace; its place.
    pub(super) fn push(&mut self, trace: Arc<HotTrace>) -> usize {
        self.forget();
        self.traces.push(Some(trace));
        self.traces.len().saturating_sub(1)
    }

    /// What was found out does not hold any more.
    fn forget(&mut self) {
        *self.lines.get_mut() = None;
        *self.chains.get_mut() = None;
        self.extremes.take();
        self.versions.take();
    }

    pub(super) fn extremes(&self) -> Extremes {
        *self.extremes.get_or_init(|| {
            let none = Extremes { first_arrival_unix_nano: u64::MAX, span_count: 0 };
            self.traces().fold(none, |extremes, trace| Extremes {
                first_arrival_unix_nano: trace
                    .first_arrival_unix_nano()
                    .min(extremes.first_arrival_unix_nano),
                span_count: trace.span_count().max(extremes.span_count),
            })
        })
    }

    pub(super) fn is_full(&self) -> bool {
        self.traces.len() >= CHUNK_TRACES
    }

    pub(super) fn is_empty(&self) -> bool {
        self.traces.iter().all(Option::is_none)
    }

    /// The lines, if somebody kept them and they hold after `retired` segments went.
    pub(crate) fn lines(&self, retired: u64) -> Option<Arc<Lines>> {
        let holds = |lines: &&Arc<Lines>| !lines.has_sealed_parts || lines.retired == retired;
        self.lines.lock().as_ref().filter(holds).cloned()
    }

    /// What its traces add to the figures of hops, likewise.
    pub(crate) fn chains(&self, retired: u64) -> Option<Arc<HotChains>> {
        self.chains.lock().as_ref().filter(|chains| chains.holds(retired)).cloned()
    }

    /// The versions of services that its traces are of.
    pub(crate) fn versions(&self) -> &Versions {
        self.versions.get_or_init(|| count_hot(self.traces()))
    }

    /// Keeps what its traces add for later readers.
    pub(crate) fn keep_chains(&self, chains: &Arc<HotChains>) {
        *self.chains.lock() = Some(Arc::clone(chains));
    }

    /// Keeps the lines for later readers.
    pub(crate) fn keep_lines(&self, lines: &Arc<Lines>) {
        *self.lines.lock() = Some(Arc::clone(lines));
    }
}

impl Lines {
    /// Of traces with these facts, found out after `retired` segments went.
    pub(crate) fn of(traces: Vec<(Arc<HotTrace>, Arc<Facts>)>, retired: u64) -> Self {
        let mut lines = Self { retired, ..Self::default() };
        let mut batches = HashSet::new();
        for (trace, facts) in traces {
            lines.reach.widen(&facts.summary);
            lines.has_sealed_parts |= !facts.sealed_in.is_empty();
            lines.has_log_records |= trace.has_log_records();
            for batch in trace.batches() {
                if batches.insert(Arc::as_ptr(batch)) {
                    lines.batches.push(Arc::clone(batch));
                }
            }
            lines.lines.push(Line::of(trace, facts));
        }
        lines
    }

    /// The span names of the traces' hot spans, by service; found out the first time.
    pub(crate) fn names(&self) -> &SpanNames {
        self.names.get_or_init(|| {
            let mut numbers = HashSet::new();
            let mut names = SpanNames::new();
            for line in &self.lines {
                for (batch, heads) in line.trace.parts() {
                    for head in heads {
                        let of_batch = (std::ptr::from_ref(batch), head.resource, head.name);
                        if numbers.insert(of_batch) {
                            let service = batch.service_name(head.resource).to_owned();
                            let of_service = names.entry(service).or_default();
                            of_service.insert(batch.text(head.name).to_owned());
                        }
                    }
                }
            }
            names
        })
    }
}

impl Line {
    fn of(trace: Arc<HotTrace>, facts: Arc<Facts>) -> Self {
        Self { start_unix_nano: facts.summary.start_unix_nano, facts, trace }
    }

    pub(crate) fn start_unix_nano(&self) -> u64 {
        self.start_unix_nano
    }

    /// Where the trace stands in `order`.
    pub(crate) fn cursor(&self, order: Order) -> Cursor {
        Cursor::of(&self.facts.summary, order)
    }
}
