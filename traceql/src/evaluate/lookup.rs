//! The value of an attribute or intrinsic.

use std::borrow::Cow;

use proto::span::find_attribute;
use proto::{Event, Link, Span, semconv};

use super::field::Place;
use crate::ast::{Attribute, Intrinsic, Scope};
use crate::value::{Kind, Status};
use crate::{Static, Trace};

/// The value of `attribute` at the span at `span`; of the event and link at `place` where
/// it says which, else of the first that has it. Nil where there is none.
pub(super) fn lookup<'a>(
    attribute: &Attribute,
    trace: &Trace<'a>,
    place_of_span: usize,
    place: Place,
) -> Static<'a> {
    let span = &trace.spans()[place_of_span];
    match attribute {
        Attribute::Named { of_parent: true, .. } => Static::Nil,
        Attribute::Named { scope, name, .. } => named(*scope, name, span, place),
        Attribute::Intrinsic(one) => intrinsic(*one, trace, place_of_span, place),
    }
}

fn named<'a>(scope: Scope, name: &str, span: &'a Span, place: Place) -> Static<'a> {
    let of = |attributes: &'a [proto::Attribute]| {
        find_attribute(attributes, name).map_or(Static::Nil, Static::of_value)
    };
    match scope {
        Scope::Span => of(&span.attributes),
        Scope::Resource => match of(&span.resource.attributes) {
            // A service has a name, even if it is empty.
            Static::Nil if name == semconv::SERVICE_NAME => Static::Text(Cow::Borrowed("")),
            found => found,
        },
        Scope::None => match of(&span.attributes) {
            Static::Nil => of(&span.resource.attributes),
            found => found,
        },
        Scope::Event => first(events(span, place), |event| of(&event.attributes)),
        Scope::Link => first(links(span, place), |link| of(&link.attributes)),
        Scope::Instrumentation => of(&span.scope.attributes),
        Scope::Parent | Scope::Trace => Static::Nil,
    }
}

fn events(span: &Span, place: Place) -> &[Event] {
    match place.event {
        Some(one) => span.events.get(one..=one).unwrap_or_default(),
        None => &span.events,
    }
}

fn links(span: &Span, place: Place) -> &[Link] {
    match place.link {
        Some(one) => span.links.get(one..=one).unwrap_or_default(),
        None => &span.links,
    }
}

/// The first value that is one.
fn first<'a, T>(items: &'a [T], value: impl Fn(&'a T) -> Static<'a>) -> Static<'a> {
    items.iter().map(value).find(|value| *value != Static::Nil).unwrap_or(Static::Nil)
}

fn intrinsic<'a>(
    intrinsic: Intrinsic,
    trace: &Trace<'a>,
    place_of_span: usize,
    place: Place,
) -> Static<'a> {
    use Intrinsic as I;
    let span = &trace.spans()[place_of_span];
    match intrinsic {
        I::Name => text(&span.name),
        I::Duration => duration(span.duration_nano()),
        I::Status => Static::Status(Status::of_code(span.status.code)),
        I::StatusMessage => text(&span.status.message),
        I::Kind => Static::Kind(Kind::of_span(span.kind)),
        I::SpanId => Static::Text(Cow::Owned(span.span_id.to_string())),
        I::ParentId => {
            Static::Text(Cow::Owned(span.parent_span_id.unwrap_or_default().to_string()))
        }
        I::ChildCount => Static::Int(i64::from(trace.tree().child_count[place_of_span])),
        I::TraceDuration => duration(trace.duration_nano()),
        I::RootName => text(trace.root().map_or("", |root| &root.name)),
        I::RootService => match trace.root() {
            Some(root) => Static::Text(root.service_name()),
            None => text(""),
        },
        I::TraceId => Static::Text(Cow::Owned(span.trace_id.to_string())),
        I::NestedSetLeft => Static::Int(trace.tree().left[place_of_span]),
        I::NestedSetRight => Static::Int(trace.tree().right[place_of_span]),
        I::NestedSetParent => Static::Int(trace.tree().parent_number(place_of_span)),
        I::EventName => first(events(span, place), |event| text(&event.name)),
        I::EventTime => first(events(span, place), |event| {
            duration(event.time_unix_nano.saturating_sub(span.start_time_unix_nano))
        }),
        I::LinkTraceId => {
            first(links(span, place), |link| Static::Text(Cow::Owned(link.trace_id.to_string())))
        }
        I::LinkSpanId => {
            first(links(span, place), |link| Static::Text(Cow::Owned(link.span_id.to_string())))
        }
        I::ScopeName => text(&span.scope.name),
        I::ScopeVersion => text(&span.scope.version),
        I::Parent => Static::Nil,
    }
}

fn text(text: &str) -> Static<'_> {
    Static::Text(Cow::Borrowed(text))
}

fn duration<'a>(nanos: u64) -> Static<'a> {
    Static::Duration(i64::try_from(nanos).unwrap_or(i64::MAX))
}
