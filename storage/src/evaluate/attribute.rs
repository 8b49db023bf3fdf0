//! Where a span has attributes.

use std::iter::once;

use proto::{Attribute, Span, Value};

use crate::contract::search::AttributeScope;

/// Every list of attributes that belongs to `span`, with its scope: one each for
/// the span, its resource and its instrumentation scope, and one for each event
/// and link. Never with [`AttributeScope::Any`].
pub(crate) fn attribute_lists(span: &Span) -> impl Iterator<Item = (AttributeScope, &[Attribute])> {
    let events = span.events.iter().map(|event| (AttributeScope::Event, &*event.attributes));
    let links = span.links.iter().map(|link| (AttributeScope::Link, &*link.attributes));
    once((AttributeScope::Span, &*span.attributes))
        .chain(once((AttributeScope::Resource, &*span.resource.attributes)))
        .chain(once((AttributeScope::Scope, &*span.scope.attributes)))
        .chain(events)
        .chain(links)
}

/// The value of `key` in each list of `span` that `scope` means and that has the
/// key. Where a list has it twice, its last value.
pub(crate) fn attribute_values<'a>(
    span: &'a Span,
    scope: AttributeScope,
    key: &'a str,
) -> impl Iterator<Item = &'a Value> {
    attribute_lists(span)
        .filter(move |(found, _)| scope == AttributeScope::Any || scope == *found)
        .filter_map(move |(_, attributes)| proto::span::find_attribute(attributes, key))
}
