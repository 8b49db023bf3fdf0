//! Adds up what traces add.

use std::collections::BTreeMap;
use std::sync::Arc;

use chain::{Analyst, Event, Line, RollUp, event_text, is_error, name_key, normal, span_name_key};
use hashbrown::{HashMap, HashSet};
use proto::batch::Head;
use proto::batch::body::Wanted;
use proto::{Batch, Event as SpanEvent, Span, SpanId, SpanKind, StatusCode, TraceId};

use super::Dictionary;
use super::events::Events;
use super::peers::Peers;
use crate::fault::Fault;
use crate::view::{Missing, Parts, SealedView};

/// A trace with more spans is in no figures: it is not a request that somebody waits for.
const SPANS_MAX: usize = 100_000;
/// So many events of a span count.
const EVENTS_MAX: usize = 64;

/// Figures by minute, since the Unix epoch.
pub(crate) type Minutes = BTreeMap<u32, RollUp>;

/// Adds up what traces add, one after the other.
pub(crate) struct Tally<'a> {
    dictionary: &'a Dictionary,
    minutes: Minutes,
    analyst: Analyst,
    batches: HashMap<*const Batch, Numbers>,
    /// The numbers of span names in batches.
    names: HashMap<&'a str, u64>,
    /// What peers are called, by number.
    peers: HashMap<u64, String>,
    trace: TraceLines,
}

/// The numbers of what a batch refers to, as far as they were asked for.
struct Numbers {
    services: Vec<Option<u64>>,
    names: Vec<Option<u64>>,
    peers: Peers,
    events: Events,
}

/// The lines of one trace.
#[derive(Default)]
struct TraceLines {
    /// Each with where its events begin.
    lines: Vec<(Line, usize)>,
    /// What they are sorted by, each with its place: moving lines takes longer.
    order: Vec<((u64, SpanId, SpanKind), usize)>,
    events: Vec<Event>,
    records: Vec<Record>,
    identities: HashSet<(SpanId, SpanKind)>,
    sorted: Vec<Line>,
    sorted_events: Vec<Event>,
}

/// A log record: an event of the span it belongs to.
#[derive(Debug, Clone, Copy)]
struct Record {
    /// Its place among those of the trace.
    order: (u64, SpanId),
    span_id: Option<SpanId>,
    service: u64,
    event: Event,
}

impl<'a> Tally<'a> {
    pub(crate) fn new(dictionary: &'a Dictionary) -> Self {
        Self {
            dictionary,
            minutes: Minutes::new(),
            analyst: Analyst::default(),
            batches: HashMap::new(),
            names: HashMap::new(),
            peers: HashMap::new(),
            trace: TraceLines::default(),
        }
    }

    /// Adds what a hot trace, of these heads, adds to what its sealed `parts` did; answers
    /// what of those can't be read.
    pub(crate) fn add_hot(
        &mut self,
        view: &SealedView,
        id: TraceId,
        heads: impl Iterator<Item = (&'a Arc<Batch>, &'a Head)>,
        parts: &Parts,
    ) -> Result<Missing, Fault> {
        let mut missing = parts.missing.clone();
        for part in &parts.found {
            let before = self.trace.lengths();
            let read =
                view.reader.each_span(part.segment, part.ordinal, id, Wanted::ALL, &mut |span| {
                    self.take(&span)
                });
            match read {
                Err(fault @ Fault::Corrupt { .. }) => {
                    self.trace.truncate(before);
                    missing.add(fault);
                }
                read => read?,
            }
        }
        if !parts.found.is_empty() {
            self.add(-1);
        }
        for (batch, head) in heads {
            self.take_head(batch, head);
        }
        self.add(1);
        self.trace.clear();
        Ok(missing)
    }

    /// Adds what a trace adds, of which these are all spans.
    pub(crate) fn add_spans<'s>(&mut self, spans: impl Iterator<Item = &'s Span>) {
        spans.for_each(|span| self.take(span));
        self.add(1);
        self.trace.clear();
    }

    /// Takes a span of the next trace, unless there is one of its identity.
    fn take(&mut self, span: &Span) {
        let Self { dictionary, trace, .. } = self;
        if !trace.identities.insert((span.span_id, span.kind)) || trace.is_too_large() {
            return;
        }
        if span.kind == SpanKind::LOG_RECORD {
            let service = name_key(&span.service_name());
            trace.take_record(dictionary, span, service);
            return;
        }
        let first_event = trace.events.len();
        let line = Line::of(span, trace.take_events(dictionary, span));
        if let Some(peer) = line.peer {
            let name = || chain::peer(span).map(|(_, name)| name).unwrap_or_default();
            self.peers.entry(peer.name).or_insert_with(name);
        }
        dictionary.add_name(line.service, || span.service_name().into_owned());
        dictionary.add_name(line.name, || normal(&span.name));
        trace.lines.push((line, first_event));
    }

    /// Takes a hot span of the next trace, unless there is a sealed one of its identity.
    fn take_head(&mut self, batch: &'a Arc<Batch>, head: &Head) {
        let Self { dictionary, trace, batches, names, peers, .. } = self;
        // Hot ones are there once each.
        let is_known = |known: &HashSet<_>| known.contains(&(head.span_id, head.kind));
        if trace.is_too_large() || (!trace.identities.is_empty() && is_known(&trace.identities)) {
            return;
        }
        let numbers = batches.entry(Arc::as_ptr(batch)).or_insert_with(|| Numbers {
            services: vec![None; batch.resources().len()],
            names: vec![None; batch.text_count()],
            peers: Peers::of(batch),
            events: Events::of(batch),
        });
        let number = |known: &mut Vec<Option<u64>>, place: u32, make: &mut dyn FnMut() -> u64| {
            let place = place as usize;
            if let Some(Some(number)) = known.get(place) {
                return *number;
            }
            let number = make();
            if let Some(known) = known.get_mut(place) {
                *known = Some(number);
            }
            number
        };
        let service = number(&mut numbers.services, head.resource, &mut || {
            let name = batch.service_name(head.resource);
            let number = name_key(name);
            dictionary.add_name(number, || name.to_owned());
            number
        });
        if head.kind == SpanKind::LOG_RECORD {
            let order = (head.start_time_unix_nano, head.span_id);
            let span_id = Some(head.parent_span_id).filter(SpanId::is_valid);
            numbers.events.find(batch, head, 1, dictionary, |event| {
                trace.records.push(Record { order, span_id, service, event });
            });
            return;
        }
        let name = number(&mut numbers.names, head.name, &mut || {
            let name = batch.text(head.name);
            *names.entry(name).or_insert_with(|| {
                let number = span_name_key(name);
                dictionary.add_name(number, || normal(name));
                number
            })
        });
        let first_event = trace.events.len();
        numbers.events.find(batch, head, EVENTS_MAX, dictionary, |event| trace.events.push(event));
        let events = u32::try_from(trace.events.len() - first_event).unwrap_or(u32::MAX);
        let line = Line {
            span_id: head.span_id,
            parent_span_id: head.parent_span_id,
            kind: head.kind,
            start_unix_nano: head.start_time_unix_nano,
            end_unix_nano: head.end_time_unix_nano,
            is_error: head.is_error(),
            is_ok: head.status_code == StatusCode::OK,
            service,
            name,
            events,
            peer: numbers.peers.find(batch, head, peers),
        };
        trace.lines.push((line, first_event));
    }

    /// Adds what the spans add that were taken, or takes it out again where `sign` is -1.
    fn add(&mut self, sign: i64) {
        let Self { dictionary, minutes, analyst, peers, trace, .. } = self;
        if trace.is_too_large() {
            return;
        }
        trace.sort();
        let rows = analyst.rows(&trace.sorted, &trace.sorted_events);
        if rows.is_empty() {
            return;
        }
        let start = rows.iter().map(|row| row.trace_start_unix_nano).min().unwrap_or(0);
        let minute = u32::try_from(start / 60_000_000_000).unwrap_or(u32::MAX);
        let figures = minutes.entry(minute).or_default();
        for row in rows {
            if !figures.add_known(row, sign) {
                let mut row = *row;
                let peer = row.step.name;
                dictionary.admit(&mut row, || peers.get(&peer).cloned().unwrap_or_default());
                figures.add(&row, sign);
            }
        }
    }

    /// What was added.
    pub(crate) fn finish(self) -> Minutes {
        let mut minutes = self.minutes;
        minutes.values_mut().for_each(RollUp::tidy);
        minutes.retain(|_, figures| !figures.cells.is_empty());
        minutes
    }
}

impl TraceLines {
    fn is_too_large(&self) -> bool {
        self.lines.len() > SPANS_MAX
    }

    fn lengths(&self) -> [usize; 3] {
        [self.lines.len(), self.events.len(), self.records.len()]
    }

    /// Forgets what was taken since there were so many lines, events and log records.
    fn truncate(&mut self, [lines, events, records]: [usize; 3]) {
        for (line, _) in self.lines.drain(lines..) {
            self.identities.remove(&(line.span_id, line.kind));
        }
        self.events.truncate(events);
        for record in self.records.drain(records..) {
            self.identities.remove(&(record.order.1, SpanKind::LOG_RECORD));
        }
    }

    /// What follows is another trace.
    fn clear(&mut self) {
        self.lines.clear();
        self.events.clear();
        self.records.clear();
        self.identities.clear();
    }

    fn take_events(&mut self, dictionary: &Dictionary, span: &Span) -> u32 {
        let mut count = 0;
        for event in span.events.iter().take(EVENTS_MAX) {
            self.events.push(known_event(dictionary, event));
            count += 1;
        }
        count
    }

    fn take_record(&mut self, dictionary: &Dictionary, record: &Span, service: u64) {
        for event in record.events.iter().take(1) {
            self.records.push(Record {
                order: (record.start_time_unix_nano, record.span_id),
                span_id: record.parent_span_id,
                service,
                event: known_event(dictionary, event),
            });
        }
    }

    fn sort(&mut self) {
        let Self { lines, order, events, records, sorted, sorted_events, .. } = self;
        let key = |line: &Line| (line.start_unix_nano, line.span_id, line.kind);
        order.clear();
        order.extend(lines.iter().zip(0..).map(|((line, _), place)| (key(line), place)));
        order.sort_unstable();
        sorted.clear();
        sorted.extend(order.iter().map(|(_, place)| lines[*place].0));
        sorted_events.clear();
        if events.is_empty() && records.is_empty() {
            return;
        }
        let attached = attach(sorted, records);
        let mut attached = attached.as_slice();
        for (place, (line, (_, taken))) in sorted.iter_mut().zip(&*order).enumerate() {
            let begin = sorted_events.len();
            let first = lines[*taken].1;
            let own = events.get(first..first.saturating_add(line.events as usize));
            sorted_events.extend_from_slice(own.unwrap_or_default());
            let (of_line, rest) =
                attached.split_at(attached.partition_point(|(at, _)| *at <= place));
            attached = rest;
            let room = EVENTS_MAX.saturating_sub(line.events as usize);
            sorted_events.extend(of_line.iter().take(room).map(|(_, event)| *event));
            line.events = u32::try_from(sorted_events.len() - begin).unwrap_or(u32::MAX);
        }
    }
}

/// The events of log records with the place of the line they belong to, sorted: the rule of
/// [`proto::log_record::attach`].
fn attach(lines: &[Line], records: &mut [Record]) -> Vec<(usize, Event)> {
    if records.is_empty() {
        return Vec::new();
    }
    records.sort_unstable_by_key(|record| record.order);
    let mut places: HashMap<SpanId, Vec<usize>> = HashMap::new();
    for (place, line) in lines.iter().enumerate() {
        places.entry(line.span_id).or_default().push(place);
    }
    let mut attached: Vec<(usize, Event)> = Vec::with_capacity(records.len());
    for record in records {
        let sharing = record.span_id.and_then(|id| places.get(&id));
        let sharing = sharing.map(Vec::as_slice).unwrap_or_default();
        let own = sharing.iter().find(|place| lines[**place].service == record.service);
        attached.extend(own.or(sharing.first()).map(|place| (*place, record.event)));
    }
    attached.sort_by_key(|(place, _)| *place);
    attached
}

pub(super) fn known_event(dictionary: &Dictionary, event: &SpanEvent) -> Event {
    let text = event_text(event);
    let name = name_key(&text);
    dictionary.add_name(name, || text.into_owned());
    Event { name, is_error: is_error(event) }
}
