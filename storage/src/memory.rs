//! A store in memory: naive, obviously right, and the oracle of every property
//! test. It forgets everything when it is dropped.

mod pins;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use chain::RollUp;
use parking_lot::{Mutex, RwLock};
use proto::{Batch, Span, SpanId, SpanKind, TraceId, log_record};

use crate::chains::{Dictionary, Minutes, Tally, within};
use crate::contract::catalog::{CatalogPage, CatalogQuestion};
use crate::contract::chains::{Chains, ChainsQuestion, Series, SeriesQuestion};
use crate::contract::pins::PinBounds;
use crate::contract::scan::{Scan, Shown, Visitor};
use crate::contract::search::Cursor;
use crate::contract::summary::TraceSummary;
use crate::contract::sweep::Sweep;
use crate::contract::versions::{Versions, VersionsQuestion};
use crate::contract::{
    Completeness, Deadline, Health, Pins, ReadError, SpanWriter, Stats, Trace, TraceBounds,
    TraceReader, WriteError, Written,
};
use crate::evaluate::{self, CatalogCollector};
use crate::span_bytes::{cut, leave_beyond, truncated};
use crate::versions::{Counts, minutes_of};
use pins::Pinned;

/// Spans in a map. Durable is nothing of it; every other promise of the contract
/// holds.
#[derive(Debug, Default)]
pub struct MemoryStore {
    traces: RwLock<BTreeMap<TraceId, TraceSpans>>,
    /// Locked before `traces` by whoever needs both.
    pins: RwLock<BTreeMap<TraceId, Pinned>>,
    pin_bounds: PinBounds,
}

/// One trace's spans, by what tells them apart.
type TraceSpans = BTreeMap<(SpanId, SpanKind), Span>;

impl MemoryStore {
    /// A store without spans.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same, with room for so many pins.
    pub fn with_pin_bounds(pin_bounds: PinBounds) -> Self {
        Self { pin_bounds, ..Self::default() }
    }

    /// The traces that `scan` asks for.
    fn asked_for(&self, scan: &Scan, deadline: Deadline) -> Result<ByPlace, ReadError> {
        let mut places = BTreeMap::new();
        for spans in self.traces.read().values() {
            deadline.check()?;
            let spans = with_events(spans);
            if let Some(summary) = TraceSummary::of(&spans).filter(|one| scan.asks_for(one)) {
                places.insert(Cursor::of(&summary, scan.order), (summary, spans));
            }
        }
        Ok(places)
    }

    /// What all traces add up to, by minute.
    fn minutes(&self, dictionary: &Dictionary, deadline: Deadline) -> Result<Minutes, ReadError> {
        let mut tally = Tally::new(dictionary);
        for spans in self.traces.read().values() {
            deadline.check()?;
            tally.add_spans(with_events(spans).iter());
        }
        Ok(tally.finish())
    }
}

/// What of a sweep nobody has taken: a piece is one trace.
struct Remaining(Mutex<ByPlace>);

/// Traces by their places in a scan's order.
type ByPlace = BTreeMap<Cursor, (TraceSummary, Vec<Span>)>;

impl Sweep for Remaining {
    fn next(&self, visit: &mut dyn FnMut(&Shown<'_>)) -> Result<bool, ReadError> {
        let Some((place, (summary, spans))) = self.0.lock().pop_first() else {
            return Ok(false);
        };
        visit(&Shown::with_summary(&spans, place, summary));
        Ok(true)
    }

    fn completeness(&self) -> Completeness {
        Completeness::Complete
    }
}

/// A trace's spans in the order of answers, log records among them.
fn sorted(spans: &TraceSpans) -> Vec<Span> {
    let mut spans: Vec<Span> = spans.values().cloned().collect();
    evaluate::sort(&mut spans);
    spans
}

/// The same with log records as events of their spans.
fn with_events(spans: &TraceSpans) -> Vec<Span> {
    let mut spans = sorted(spans);
    log_record::attach(&mut spans);
    spans
}

impl SpanWriter for MemoryStore {
    fn write(&self, group: &[Arc<Batch>]) -> Result<Vec<Written>, WriteError> {
        let mut traces = self.traces.write();
        let mut answers = Vec::with_capacity(group.len());
        for batch in group {
            let mut written = Written::default();
            for span in batch.spans() {
                let spans = traces.entry(span.trace_id).or_default();
                match spans.entry((span.span_id, span.kind)) {
                    Entry::Occupied(_) => written.known_spans += 1,
                    Entry::Vacant(place) => {
                        place.insert(span);
                        written.new_spans += 1;
                    }
                }
            }
            answers.push(written);
        }
        Ok(answers)
    }

    fn health(&self) -> Health {
        Health::Accepting
    }
}

impl TraceReader for MemoryStore {
    fn trace(
        &self,
        id: TraceId,
        bounds: TraceBounds,
        deadline: Deadline,
    ) -> Result<Option<Trace>, ReadError> {
        deadline.check()?;
        let Some(spans) = self.stored(id) else {
            return Ok(None);
        };
        let mut spans = sorted(&spans);
        let completeness = if cut(&mut spans, bounds) {
            leave_beyond(&mut spans, bounds);
            truncated(spans.len(), bounds)
        } else {
            Completeness::Complete
        };
        log_record::attach(&mut spans);
        if spans.is_empty() && completeness == Completeness::Complete {
            return Ok(None);
        }
        Ok(Some(Trace { id, spans, completeness }))
    }

    fn chains(&self, question: &ChainsQuestion, deadline: Deadline) -> Result<Chains, ReadError> {
        let dictionary = Dictionary::default();
        let mut roll_up = RollUp::default();
        for (_, figures) in within(&self.minutes(&dictionary, deadline)?, question.range) {
            roll_up.merge(figures);
        }
        let (steps, names) = dictionary.describe(&roll_up);
        Ok(Chains { roll_up, steps, names, completeness: Completeness::Complete })
    }

    fn series(&self, question: &SeriesQuestion, deadline: Deadline) -> Result<Series, ReadError> {
        let SeriesQuestion { range, period, paths } = question;
        let mut series = Series::new(*period);
        let minutes = self.minutes(&Dictionary::default(), deadline)?;
        for (begin, figures) in within(&minutes, *range) {
            series.add(begin, figures, paths);
        }
        Ok(series)
    }

    fn versions(
        &self,
        question: VersionsQuestion,
        deadline: Deadline,
    ) -> Result<Versions, ReadError> {
        let mut counts = Counts::default();
        for spans in self.traces.read().values() {
            deadline.check()?;
            spans.values().for_each(|span| counts.add_span(span));
        }
        let mut versions = Versions::default();
        versions.merge(&counts.finish(), &minutes_of(question.range));
        Ok(versions)
    }

    fn scan(
        &self,
        scan: &Scan,
        deadline: Deadline,
        visitor: &mut dyn Visitor,
    ) -> Result<Completeness, ReadError> {
        for (place, (summary, spans)) in &self.asked_for(scan, deadline)? {
            deadline.check()?;
            if visitor.has_enough(*place) {
                break;
            }
            visitor.visit(&Shown::with_summary(spans, *place, summary.clone()));
        }
        Ok(Completeness::Complete)
    }

    fn sweep(&self, scan: &Scan, deadline: Deadline) -> Result<Box<dyn Sweep>, ReadError> {
        let scan = Scan { after: None, ..scan.clone() };
        Ok(Box::new(Remaining(Mutex::new(self.asked_for(&scan, deadline)?))))
    }

    fn catalog(
        &self,
        question: &CatalogQuestion,
        deadline: Deadline,
    ) -> Result<CatalogPage, ReadError> {
        let mut names = CatalogCollector::new(question);
        for spans in self.traces.read().values() {
            deadline.check()?;
            let spans = sorted(spans);
            let summary = TraceSummary::of(&spans);
            if summary.is_some_and(|summary| question.range.contains(summary.start_unix_nano)) {
                for span in &spans {
                    names.offer_span(span);
                }
            }
        }
        Ok(names.finish())
    }

    fn stats(&self) -> Stats {
        let traces = self.traces.read();
        let spans = || traces.values().flat_map(BTreeMap::values);
        let starts = spans().map(|span| span.start_time_unix_nano).filter(|start| *start != 0);
        Stats {
            hot_spans: u64::try_from(spans().count()).unwrap_or(u64::MAX),
            hot_traces: u64::try_from(traces.len()).unwrap_or(u64::MAX),
            oldest_unix_nano: starts.min().unwrap_or(0),
            ..Stats::of_pins(&self.pins())
        }
    }
}
