//! Looking at traces one after the other, to decide about each by a rule of one's own.
//!
//! What no [`Condition`] can say (a regular expression, how spans stand to each other, a
//! whole query language) is decided by the caller on the spans of each trace. What it can
//! say of the traces beforehand spares the store from reading the others.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use proto::Span;
use proto::batch::body::{Keys, Wanted};
use proto::numbered::Numbered;

use super::TimeRange;
use super::search::{Condition, Cursor, Field, Order, Search, TraceConditions};
use super::summary::TraceSummary;
use crate::evaluate::meets_all;

/// Which traces to look at.
#[derive(Debug, Clone, PartialEq)]
pub struct Scan {
    /// The time.
    pub range: TimeRange,
    /// How a trace must lie to it.
    pub within: Within,
    /// What a trace needs, all of it, to be of interest. A store may show traces that lack
    /// it, never leave one out that has it.
    pub needs: Vec<Need>,
    /// What the trace must meet.
    pub trace: TraceConditions,
    /// What is looked at of spans; a store may leave out the rest, which spares reading it.
    pub looks_at: LooksAt,
    /// Which traces come first.
    pub order: Order,
    /// Only traces behind this place.
    pub after: Option<Cursor>,
}

impl Scan {
    /// All traces that lie so to `range`, with all that they say, the newest first.
    pub fn newest(range: TimeRange, within: Within) -> Self {
        Self {
            range,
            within,
            needs: Vec::new(),
            trace: TraceConditions::default(),
            looks_at: LooksAt::default(),
            order: Order::Newest,
            after: None,
        }
    }

    /// The traces that may be what `search` asks for.
    pub fn of(search: &Search) -> Self {
        let need = || Need { any_of: vec![search.span.clone()] };
        Self {
            range: search.range,
            within: Within::Starts,
            needs: (!search.span.is_empty()).then(need).into_iter().collect(),
            trace: search.trace.clone(),
            looks_at: LooksAt::keys(keys_of(&search.span)),
            order: search.order,
            after: search.after,
        }
    }

    /// Whether the trace of `summary` is one of those to look at, whatever it needs.
    pub(crate) fn asks_for(&self, summary: &TraceSummary) -> bool {
        summary.span_count > 0
            && self.within.holds(&self.range, summary)
            && self.after.is_none_or(|after| Cursor::of(summary, self.order) > after)
            && self.trace.are_met_by(summary)
    }
}

/// What of spans is looked at, beside what all have: times, ids, kind, status, resource, scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LooksAt {
    /// The keys of the attributes, of spans, events and links. All where `None`.
    pub keys: Option<BTreeSet<String>>,
    /// Names; without them a summary may lack the root's.
    pub names: bool,
    /// Events, links, and what few spans have: trace state, flags, status message, what was
    /// dropped.
    pub details: bool,
    /// Whether other attributes of spans and events are looked at, too, and names, of which it is
    /// enough to know which they are: a sweep may show them by number ([`Shown::numbered`]), but
    /// for names of spans without a parent.
    pub others_by_number: bool,
}

impl Default for LooksAt {
    /// Everything.
    fn default() -> Self {
        Self { keys: None, names: true, details: true, others_by_number: false }
    }
}

impl LooksAt {
    /// Everything but attributes with other keys.
    pub fn keys(keys: BTreeSet<String>) -> Self {
        Self { keys: Some(keys), ..Self::default() }
    }

    /// The same for those who read spans, with all that is looked at among the spans' own.
    pub(crate) fn wanted(&self) -> Wanted<'_> {
        let keys = self.keys.as_ref().filter(|_| !self.others_by_number);
        let keys = keys.map_or(Keys::All, Keys::Only);
        let names = self.names || self.others_by_number;
        Wanted { keys, names, details: self.details, others_by_number: false }
    }

    /// The same, but for what may be told by number; `None` where nothing is.
    pub(crate) fn wanted_by_number(&self) -> Option<Wanted<'_>> {
        let keys = self.keys.as_ref().filter(|_| self.others_by_number)?;
        let keys = Keys::Only(keys);
        let Self { names, details, .. } = *self;
        Some(Wanted { keys, names, details, others_by_number: true })
    }
}

/// How a trace lies to a range of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Within {
    /// It starts in it.
    Starts,
    /// A part of it, at least, is in it.
    Overlaps,
}

impl Within {
    /// Whether the trace of `summary` lies so to `range`.
    pub fn holds(self, range: &TimeRange, summary: &TraceSummary) -> bool {
        let (start, duration) = (summary.start_unix_nano, summary.duration_nano);
        range.contains(start)
            || self == Self::Overlaps
                && start < range.from_unix_nano
                && start.saturating_add(duration) >= range.from_unix_nano
    }
}

/// Some one span meets all conditions of at least one alternative. Without an alternative
/// no trace does; an alternative without conditions is met by every trace.
#[derive(Debug, Clone, PartialEq)]
pub struct Need {
    /// The alternatives.
    pub any_of: Vec<Vec<Condition>>,
}

/// The keys of the attributes that `conditions` look at.
pub fn keys_of(conditions: &[Condition]) -> BTreeSet<String> {
    let keys = conditions.iter().filter_map(|condition| match &condition.field {
        Field::Attribute { key, .. } => Some(key.clone()),
        _ => None,
    });
    keys.collect()
}

impl Need {
    /// Whether the trace that consists of `spans` has it: the definition.
    pub fn is_met_by(&self, spans: &[Span]) -> bool {
        let meets = |conditions: &Vec<_>| spans.iter().any(|span| meets_all(span, conditions));
        self.any_of.iter().any(meets)
    }
}

/// A trace that a visitor looks at.
#[derive(Debug)]
pub struct Shown<'a> {
    spans: &'a [Span],
    numbered: Option<&'a Numbered>,
    place: Cursor,
    summary: OnceCell<TraceSummary>,
}

impl<'a> Shown<'a> {
    /// The trace of `spans` that stands at `place`.
    pub(crate) fn new(spans: &'a [Span], place: Cursor) -> Self {
        Self { spans, numbered: None, place, summary: OnceCell::new() }
    }

    /// The same, with some attributes by number.
    pub(crate) fn with_numbered(self, numbered: &'a Numbered) -> Self {
        Self { numbered: Some(numbered), ..self }
    }

    /// The same, of which the summary is known.
    pub(crate) fn with_summary(spans: &'a [Span], place: Cursor, summary: TraceSummary) -> Self {
        Self { summary: summary.into(), ..Self::new(spans, place) }
    }

    /// All its spans, as a store's `trace` answers them, but for what the scan does not look at.
    pub fn spans(&self) -> &'a [Span] {
        self.spans
    }

    /// Which names and attributes they have beside those, where the scan lets them be told by number;
    /// `None` where all are among the spans' own.
    pub fn numbered(&self) -> Option<&'a Numbered> {
        self.numbered
    }

    /// Where it stands in the scan's order.
    pub fn place(&self) -> Cursor {
        self.place
    }

    /// Its summary; made when it is asked for, without the root's name where the scan looks at no
    /// names.
    pub fn summary(&self) -> &TraceSummary {
        // There is one span at least.
        self.summary.get_or_init(|| TraceSummary::of(self.spans).unwrap_or_default())
    }
}

/// Who looks at the traces.
pub trait Visitor {
    /// Looks at a trace. Each comes once, about in the scan's order: what is behind a place
    /// may come before it, but never once [`Visitor::has_enough`] was asked for a place
    /// behind it.
    fn visit(&mut self, trace: &Shown<'_>);

    /// Whether no trace at `next` or behind it is of use any more, which ends the scan.
    fn has_enough(&self, next: Cursor) -> bool;
}
