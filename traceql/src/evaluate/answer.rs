//! What a query found in a trace, and what to show of it.

use super::field::Place;
use super::lookup::lookup;
use crate::ast::{Attribute, Field, Intrinsic};
use crate::{Static, Trace};

/// Spans that belong together, named by their places in the trace.
#[derive(Debug, Clone, PartialEq)]
pub struct Spanset {
    /// The spans, in the trace's order, at least one.
    pub spans: Vec<usize>,
    /// What groups and aggregates say about them: `by(name)`, `count()`.
    pub attributes: Vec<(String, Static<'static>)>,
}

/// The spansets that a query found in a trace.
#[derive(Debug)]
pub struct Answer<'a> {
    /// None where the trace does not match.
    pub spansets: Vec<Spanset>,
    pub(super) trace: &'a Trace<'a>,
    shown: Vec<&'a Attribute>,
    matches: Vec<Matches<'a>>,
}

/// The spans for which a filter was true, and at which event and link.
#[derive(Debug)]
struct Matches<'a> {
    field: &'a Field,
    /// By span, ascending.
    places: Vec<(usize, Place)>,
}

impl Matches<'_> {
    fn of_span(&self, span: usize) -> Option<Place> {
        let found = self.places.binary_search_by_key(&span, |(span, _)| *span).ok()?;
        Some(self.places[found].1)
    }
}

impl<'a> Answer<'a> {
    pub(super) fn new(trace: &'a Trace<'a>) -> Self {
        Self { spansets: Vec::new(), trace, shown: Vec::new(), matches: Vec::new() }
    }

    pub(super) fn show(&mut self, attribute: &'a Attribute) {
        if !self.shown.contains(&attribute) {
            self.shown.push(attribute);
        }
    }

    pub(super) fn show_all(&mut self, field: &'a Field) {
        field.for_each_attribute(&mut |attribute| self.show(attribute));
    }

    pub(super) fn remember(&mut self, field: &'a Field, matches: Vec<(usize, Place)>) {
        if field.mentions_span() && !matches.is_empty() {
            self.matches.push(Matches { field, places: matches });
        }
    }

    /// What to show of the span at `span`: what the filters that it satisfied looked at and
    /// what the query selected, by bare name. Nil only where the query asked for that.
    /// What a search result has in fields of its own (name, duration, ids, the trace's
    /// figures) is not among it.
    pub fn attributes_of(&self, span: usize) -> Vec<(&'a str, Static<'a>)> {
        let mut found: Vec<(&'a str, Static<'a>)> = Vec::new();
        let mut add = |attribute: &'a Attribute, place: Place, with_nil: bool| {
            let value = lookup(attribute, self.trace, span, place);
            let name = attribute.bare_name();
            let is_new = found.iter().all(|(other, _)| *other != name);
            if !has_own_field(attribute) && is_new && (with_nil || value != Static::Nil) {
                found.push((name, value));
            }
        };
        for matches in &self.matches {
            if let Some(place) = matches.of_span(span) {
                matches.field.for_each_attribute(&mut |attribute| add(attribute, place, false));
                for_each_absent(matches.field, &mut |attribute| add(attribute, place, true));
            }
        }
        self.shown.iter().for_each(|attribute| add(attribute, Place::default(), false));
        found
    }

    /// Whether the query looked at span names.
    pub fn shows_name(&self) -> bool {
        let is_name = |attribute: &Attribute| *attribute == Attribute::Intrinsic(Intrinsic::Name);
        let mut found = self.shown.iter().any(|attribute| is_name(attribute));
        for matches in &self.matches {
            matches.field.for_each_attribute(&mut |attribute| found |= is_name(attribute));
        }
        found
    }
}

fn has_own_field(attribute: &Attribute) -> bool {
    use Intrinsic::{Duration, Name, RootName, RootService, SpanId, TraceDuration, TraceId};
    let Attribute::Intrinsic(intrinsic) = attribute else {
        return false;
    };
    matches!(intrinsic, Name | Duration | SpanId | TraceId | TraceDuration | RootName | RootService)
}

/// Calls `visit` for what `field` wants to be absent.
fn for_each_absent<'a>(field: &'a Field, visit: &mut impl FnMut(&'a Attribute)) {
    match field {
        Field::Presence { operand, is_present: false, .. } => operand.for_each_attribute(visit),
        Field::Binary { left, right, .. } => {
            for_each_absent(left, visit);
            for_each_absent(right, visit);
        }
        Field::Unary { operand, .. } => for_each_absent(operand, visit),
        Field::Presence { .. } | Field::Static(_) | Field::Attribute(..) => {}
    }
}
