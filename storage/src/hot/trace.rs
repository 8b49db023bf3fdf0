//! What of one trace is hot: parts of batches.

use std::sync::{Arc, OnceLock};

use hashbrown::HashSet;
use proto::batch::{Head, TraceSpans};
use proto::{Batch, SpanId, SpanKind, TraceId};

use super::HotBatch;
use super::summary::summarize;
use crate::contract::summary::TraceSummary;
use crate::log::RecordNumber;
use crate::segment::SegmentId;

/// Up to so many spans, a trace's identities are looked through one by one, which
/// takes less than hashing them.
const LIST_MAX: usize = 32;

/// What of one trace is hot. Readers hold it as it was; a writer that meets one
/// they hold makes a copy.
#[derive(Debug, Clone)]
pub(crate) struct HotTrace {
    id: TraceId,
    parts: Vec<Part>,
    identities: Identities,
    has_log_records: bool,
    facts: OnceLock<Arc<Facts>>,
}

/// The spans of the trace in one batch.
#[derive(Debug, Clone)]
struct Part {
    batch: Arc<HotBatch>,
    spans: TraceSpans,
    /// Those of them that were known before, by their places in the batch, sorted.
    /// Mostly none.
    known: Vec<u32>,
    record: RecordNumber,
    arrived_unix_nano: u64,
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

/// Which spans are there.
#[derive(Debug, Clone, Default)]
struct Identities {
    list: Vec<(SpanId, SpanKind)>,
    set: HashSet<(SpanId, SpanKind)>,
}

impl Identities {
    /// Whether it was not there before.
    fn insert(&mut self, head: &Head) -> bool {
        let identity = (head.span_id, head.kind);
        if self.set.is_empty() {
            if self.list.contains(&identity) {
                return false;
            }
            self.list.push(identity);
            if self.list.len() > LIST_MAX {
                self.set.extend(self.list.drain(..));
            }
            return true;
        }
        self.set.insert(identity)
    }

    fn contains(&self, head: &Head) -> bool {
        let identity = (head.span_id, head.kind);
        self.set.contains(&identity) || self.list.contains(&identity)
    }

    fn len(&self) -> usize {
        self.set.len().max(self.list.len())
    }
}

/// Where a part came from, and what it takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arrival {
    pub(super) record: RecordNumber,
    pub(super) unix_nano: u64,
    /// What a span of the batch takes, on average.
    pub(super) span_bytes: usize,
}

impl HotTrace {
    pub(super) fn new(id: TraceId) -> Self {
        Self {
            id,
            parts: Vec::new(),
            identities: Identities::default(),
            has_log_records: false,
            facts: OnceLock::new(),
        }
    }

    pub(crate) fn id(&self) -> TraceId {
        self.id
    }

    /// Whether log records are among its spans: events of others.
    pub(crate) fn has_log_records(&self) -> bool {
        self.has_log_records
    }

    /// How many spans there are, each once.
    pub(crate) fn span_count(&self) -> usize {
        self.identities.len()
    }

    /// What they take in memory, estimated.
    pub(super) fn bytes(&self) -> usize {
        self.parts.iter().map(|part| part.bytes).sum()
    }

    /// Whether all of these are here.
    pub(super) fn has_all(&self, heads: &[Head]) -> bool {
        heads.iter().all(|head| self.identities.contains(head))
    }

    /// Takes the spans that are not known; how many those are, and their bytes.
    pub(super) fn push(
        &mut self,
        batch: &Arc<HotBatch>,
        spans: TraceSpans,
        arrival: Arrival,
    ) -> (usize, usize) {
        let mut known = Vec::new();
        let mut has_log_records = false;
        for (place, head) in (spans.first..).zip(batch.heads_of(&spans)) {
            if !self.identities.insert(head) {
                known.push(place);
            }
            has_log_records |= head.kind == SpanKind::LOG_RECORD;
        }
        let new = spans.range().len().saturating_sub(known.len());
        if new == 0 {
            return (0, 0);
        }
        self.facts = OnceLock::new();
        self.has_log_records |= has_log_records;
        let bytes = new.saturating_mul(arrival.span_bytes);
        self.parts.push(Part {
            batch: Arc::clone(batch),
            spans,
            known,
            record: arrival.record,
            arrived_unix_nano: arrival.unix_nano,
            bytes,
        });
        (new, bytes)
    }

    /// Every span, with its batch, in the order they came.
    pub(crate) fn heads(&self) -> impl Iterator<Item = (&Arc<Batch>, &Head)> {
        self.parts.iter().flat_map(Part::heads)
    }

    /// The batches that its spans lie in; the same may come several times.
    pub(super) fn batches(&self) -> impl Iterator<Item = &Arc<HotBatch>> {
        self.parts.iter().map(|part| &part.batch)
    }

    /// Every span, batch by batch.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (&HotBatch, impl Iterator<Item = &Head>)> {
        self.parts.iter().map(|part| (&*part.batch, part.heads().map(|(_, head)| head)))
    }

    /// The summary of what is hot.
    pub(crate) fn summary(&self) -> Option<TraceSummary> {
        let heads: Vec<_> = self.heads().collect();
        summarize(self.id, &heads)
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

    pub(super) fn first_record(&self) -> RecordNumber {
        self.parts.first().map_or(0, |part| part.record)
    }

    pub(super) fn first_arrival_unix_nano(&self) -> u64 {
        self.parts.first().map_or(0, |part| part.arrived_unix_nano)
    }

    pub(crate) fn last_arrival_unix_nano(&self) -> u64 {
        self.parts.last().map_or(0, |part| part.arrived_unix_nano)
    }

    /// What came after the record `through`, if anything.
    pub(super) fn since(&self, through: RecordNumber) -> Option<Self> {
        let cut = self.parts.partition_point(|part| part.record <= through);
        let parts = self.parts.get(cut..).filter(|parts| !parts.is_empty())?.to_vec();
        let mut identities = Identities::default();
        let mut has_log_records = false;
        for (_, head) in parts.iter().flat_map(Part::heads) {
            identities.insert(head);
            has_log_records |= head.kind == SpanKind::LOG_RECORD;
        }
        Some(Self { id: self.id, parts, identities, has_log_records, facts: OnceLock::new() })
    }
}

impl Part {
    fn heads(&self) -> impl Iterator<Item = (&Arc<Batch>, &Head)> {
        let heads = (self.spans.first..).zip(self.batch.heads_of(&self.spans));
        let new = heads.filter(|(place, _)| self.known.binary_search(place).is_err());
        new.map(|(_, head)| (self.batch.batch(), head))
    }
}
