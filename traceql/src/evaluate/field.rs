//! Expressions about one span.

use std::borrow::Cow;

use super::lookup::lookup;
use crate::ast::{Attribute, BinaryOp, Field, Intrinsic, Scope};
use crate::{Static, Trace, operate};

/// How many pairs of an event and a link of one span an expression is tried with. A span
/// of more than a thousand of each does not match beyond them.
const PAIRS_MAX: usize = 1 << 20;

/// The event and link of a span that an expression looks at; `None` is any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Place {
    pub(crate) event: Option<usize>,
    pub(crate) link: Option<usize>,
}

/// Whether an expression says something about events, and about links.
#[derive(Debug)]
pub(crate) struct Mentions {
    events: bool,
    links: bool,
}

impl Mentions {
    pub(crate) fn of(field: &Field) -> Self {
        let mut mentions = Self { events: false, links: false };
        field.for_each_attribute(&mut |attribute| mentions.add(attribute));
        mentions
    }

    fn add(&mut self, attribute: &Attribute) {
        match attribute {
            Attribute::Named { scope: Scope::Event, .. }
            | Attribute::Intrinsic(Intrinsic::EventName | Intrinsic::EventTime) => {
                self.events = true;
            }
            Attribute::Named { scope: Scope::Link, .. }
            | Attribute::Intrinsic(Intrinsic::LinkTraceId | Intrinsic::LinkSpanId) => {
                self.links = true;
            }
            _ => {}
        }
    }
}

/// The first event and link of the span that make `field` true: all of its conditions hold
/// of the same event and the same link.
pub(crate) fn find_match(
    field: &Field,
    mentions: &Mentions,
    trace: &Trace<'_>,
    span: usize,
) -> Option<Place> {
    let places = |wanted: bool, count: usize| if wanted && count > 0 { count } else { 0 };
    let events = places(mentions.events, trace.spans()[span].events.len());
    let links = places(mentions.links, trace.spans()[span].links.len());
    for pair in 0..events.max(1).saturating_mul(links.max(1)).min(PAIRS_MAX) {
        let place = Place {
            event: (events > 0).then_some(pair / links.max(1)),
            link: (links > 0).then_some(pair % links.max(1)),
        };
        if value(field, trace, span, place) == Static::Bool(true) {
            return Some(place);
        }
    }
    None
}

/// The value of `attribute` at the span, of whatever event or link has one first.
pub(crate) fn first_value<'a>(attribute: &Attribute, trace: &Trace<'a>, span: usize) -> Static<'a> {
    lookup(attribute, trace, span, Place::default())
}

/// The values of `attribute` at the span: one for each event or link where it is of those.
pub(crate) fn values_at_all_places<'a>(
    attribute: &Attribute,
    trace: &Trace<'a>,
    span: usize,
) -> Vec<Static<'a>> {
    let mut mentions = Mentions { events: false, links: false };
    mentions.add(attribute);
    let one = &trace.spans()[span];
    let at = |event, link| lookup(attribute, trace, span, Place { event, link });
    if mentions.events {
        (0..one.events.len()).map(|event| at(Some(event), None)).collect()
    } else if mentions.links {
        (0..one.links.len()).map(|link| at(None, Some(link))).collect()
    } else {
        vec![at(None, None)]
    }
}

/// What `field` comes to; nil where an operator has no result, so that no span spoils the
/// answer for others. Its depth is bounded by [`crate::DEPTH_MAX`].
pub(super) fn value<'v>(
    field: &'v Field,
    trace: &Trace<'v>,
    span: usize,
    place: Place,
) -> Static<'v> {
    match field {
        Field::Static(value) => value.borrowed(),
        Field::Attribute(attribute, _) => lookup(attribute, trace, span, place),
        Field::Unary { op, operand, .. } => {
            let operand = value(operand, trace, span, place);
            operate::unary(*op, &operand).unwrap_or(Static::Nil)
        }
        Field::Presence { operand, is_present, .. } => {
            let is_there = value(operand, trace, span, place) != Static::Nil;
            // An event without something must be an event, and a link a link.
            let mentions = Mentions::of(operand);
            let span = &trace.spans()[span];
            let has_what_lacks = !(mentions.events && span.events.is_empty()
                || mentions.links && span.links.is_empty());
            Static::Bool(is_there == *is_present && has_what_lacks)
        }
        Field::Binary { op, left, right, pattern, .. } => {
            let left_value = value(left, trace, span, place);
            // What decides alone leaves the right side alone: `x != 0 && 1 / x > 2`.
            match (op, &left_value) {
                (BinaryOp::And, Static::Bool(false)) => return Static::Bool(false),
                (BinaryOp::Or, Static::Bool(true)) => return Static::Bool(true),
                _ => {}
            }
            let right_value = value(right, trace, span, place);
            let left_value = as_id(right, left_value);
            let right_value = as_id(left, right_value);
            let result = operate::binary(*op, &left_value, &right_value, pattern.as_ref());
            result.unwrap_or(Static::Nil)
        }
    }
}

/// `value` in the form of the ids that `beside` is compared by: lower case, with its zeros.
fn as_id<'v>(beside: &Field, value: Static<'v>) -> Static<'v> {
    let Field::Attribute(Attribute::Intrinsic(intrinsic), _) = beside else {
        return value;
    };
    let digits = match intrinsic {
        Intrinsic::TraceId | Intrinsic::LinkTraceId => 32,
        Intrinsic::SpanId | Intrinsic::ParentId | Intrinsic::LinkSpanId => 16,
        _ => return value,
    };
    match value {
        Static::Text(text) if !text.is_empty() && text.bytes().all(|b| b.is_ascii_hexdigit()) => {
            Static::Text(Cow::Owned(format!("{:0>digits$}", text.to_ascii_lowercase())))
        }
        other => other,
    }
}
