//! Finds the other ends of a trace's messages, by links in both directions.

use std::collections::BTreeMap;

use hashbrown::HashMap;
use proto::{Span, SpanId, TraceId};
use storage::{
    Beyond, Comparison, Completeness, Condition, Deadline, Field, Operand, Order, ReadError,
    Search, TimeRange, Trace, TraceBounds, TraceConditions, TraceReader,
};

use crate::findings::both;
use crate::trace::message::{MessageHop, may_receive, sends};

/// How many other traces are read, each way.
const TRACES_MAX: usize = 20;
/// How many messages are told.
const MESSAGES_MAX: usize = 200;
/// How much of another trace is read; nothing is told of a larger one.
const BOUNDS: TraceBounds =
    TraceBounds { spans_max: 5_000, bytes_max: 4 << 20, beyond_bytes: Beyond::Nothing };

/// Messages that were sent or taken in a trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Messages {
    /// Those sent first come first.
    pub(crate) hops: Vec<MessageHop>,
    /// Whether there may be more: there are too many, or another trace is too large.
    pub(crate) more: bool,
    /// Whether all could be read that was looked at.
    pub(crate) completeness: Completeness,
}

/// The messages of `trace`.
///
/// # Errors
/// The store's.
pub(super) fn find_messages(
    reader: &dyn TraceReader,
    trace: Trace,
    deadline: Deadline,
) -> Result<Messages, ReadError> {
    let Trace { id, spans, completeness } = trace;
    let found = Messages { hops: Vec::new(), more: false, completeness };
    let mut finder = Finder { reader, deadline, found };
    let senders = senders(&spans);
    let elsewhere = finder.taken_here(id, &spans, &senders);
    finder.found.more |= elsewhere.len() > TRACES_MAX;
    for (other, links) in elsewhere.into_iter().take(TRACES_MAX) {
        finder.sent_there(other, &links)?;
    }
    if !senders.is_empty() {
        finder.taken_elsewhere(id, &senders)?;
    }
    let Messages { mut hops, mut more, completeness } = finder.found;
    hops.sort_by_key(|hop| {
        let sent = (hop.sender.start_unix_nano, hop.sender.span_id);
        (sent, hop.receiver.start_unix_nano, hop.receiver.span_id)
    });
    // A link may be there twice.
    hops.dedup();
    more |= hops.len() > MESSAGES_MAX;
    hops.truncate(MESSAGES_MAX);
    Ok(Messages { hops, more, completeness })
}

/// By trace: the spans that are linked to, each with the one that links.
type Links<'a> = BTreeMap<TraceId, Vec<(SpanId, &'a Span)>>;

/// Those of `spans` that send messages.
fn senders(spans: &[Span]) -> HashMap<SpanId, &Span> {
    spans.iter().filter(|span| sends(span)).map(|span| (span.span_id, span)).collect()
}

struct Finder<'a> {
    reader: &'a dyn TraceReader,
    deadline: Deadline,
    found: Messages,
}

impl Finder<'_> {
    /// Notes what was sent and taken in this trace; answers the links to what may have been
    /// sent in others.
    fn taken_here<'s>(
        &mut self,
        id: TraceId,
        spans: &'s [Span],
        senders: &HashMap<SpanId, &Span>,
    ) -> Links<'s> {
        let mut elsewhere = Links::new();
        for span in spans.iter().filter(|span| may_receive(span)) {
            for link in &span.links {
                if link.trace_id != id {
                    let linked = elsewhere.entry(link.trace_id).or_default();
                    linked.push((link.span_id, span));
                } else if let Some(sender) = senders.get(&link.span_id) {
                    self.note(sender, span);
                }
            }
        }
        elsewhere
    }

    /// Notes what was sent in the trace `other` and taken by those that link to it.
    fn sent_there(&mut self, other: TraceId, links: &[(SpanId, &Span)]) -> Result<(), ReadError> {
        let there = self.read(other)?;
        let senders = senders(&there);
        for (id, receiver) in links {
            if let Some(sender) = senders.get(id) {
                self.note(sender, receiver);
            }
        }
        Ok(())
    }

    /// Notes what was sent in the trace `id`, and taken in others.
    fn taken_elsewhere(
        &mut self,
        id: TraceId,
        senders: &HashMap<SpanId, &Span>,
    ) -> Result<(), ReadError> {
        let links_here = Condition {
            field: Field::LinkTraceId,
            comparison: Comparison::Equal,
            operand: Operand::Text(id.to_string()),
        };
        let search = Search {
            range: TimeRange::ALL,
            span: vec![links_here],
            trace: TraceConditions::default(),
            order: Order::Newest,
            limit: TRACES_MAX,
            after: None,
        };
        let page = self.reader.search(&search, self.deadline)?;
        self.found.more |= page.next.is_some();
        self.add_completeness(page.completeness);
        let others = page.traces.iter().map(|found| found.summary.trace_id);
        for other in others.filter(|other| *other != id) {
            for span in self.read(other)?.iter().filter(|span| may_receive(span)) {
                let links = span.links.iter().filter(|link| link.trace_id == id);
                for sender in links.filter_map(|link| senders.get(&link.span_id)) {
                    self.note(sender, span);
                }
            }
        }
        Ok(())
    }

    /// The spans of another trace; none where it has not come, or is too large.
    fn read(&mut self, id: TraceId) -> Result<Vec<Span>, ReadError> {
        let Some(trace) = self.reader.trace(id, BOUNDS, self.deadline)? else {
            return Ok(Vec::new());
        };
        match trace.completeness {
            Completeness::Truncated { .. } => self.found.more = true,
            completeness => self.add_completeness(completeness),
        }
        Ok(trace.spans)
    }

    fn add_completeness(&mut self, further: Completeness) {
        let known = std::mem::replace(&mut self.found.completeness, Completeness::Complete);
        self.found.completeness = both(known, further);
    }

    fn note(&mut self, sender: &Span, receiver: &Span) {
        // As many again as are told: they are sorted before some are left out.
        if self.found.hops.len() < 2 * MESSAGES_MAX {
            self.found.hops.extend(MessageHop::between(sender, receiver));
        } else {
            self.found.more = true;
        }
    }
}
