//! Names and values of the spans that a query finds, which no list of the store's knows.

use std::collections::BTreeSet;

use proto::{Attribute as SpanAttribute, Span, Value};
use storage::{AttributeScope, Completeness, Shown};
use traceql::ast::{Attribute, Intrinsic, Pipeline, Scope};

use super::names::Names;
use super::question::Among;
use crate::api::tempo::answer::Refusal;
use crate::api::tempo::look::Look;
use crate::api::tempo::model::TagValue;
use crate::service::Questions;

/// The names of the attributes of spans that `filter` finds, in `scope`.
///
/// # Errors
/// The store's, and where the filter has no answer.
pub(super) fn names(
    questions: &Questions<'_>,
    among: &Among,
    filter: &Pipeline,
    scope: AttributeScope,
) -> Result<(Names, Completeness), Refusal> {
    let mut names = Names::new();
    let mut take = |scope_of: AttributeScope, attributes: &[SpanAttribute]| {
        if scope == AttributeScope::Any || scope == scope_of {
            let known = names.entry(scope_of).or_default();
            for attribute in attributes {
                if !known.contains(&attribute.key) {
                    known.insert(attribute.key.clone());
                }
            }
        }
    };
    let look = Look::at_found(questions, among.range, Some(filter), None);
    let completeness = look.at_spans(|span, _| {
        take(AttributeScope::Resource, &span.resource.attributes);
        take(AttributeScope::Span, &span.attributes);
        take(AttributeScope::Scope, &span.scope.attributes);
        span.events.iter().for_each(|event| take(AttributeScope::Event, &event.attributes));
        span.links.iter().for_each(|link| take(AttributeScope::Link, &link.attributes));
        true
    })?;
    names.retain(|_, found| !found.is_empty());
    Ok((names, completeness))
}

/// The values of `attribute` in spans that `filter` finds, in all where there is none.
///
/// # Errors
/// The store's, and where the filter has no answer.
pub(super) fn values(
    questions: &Questions<'_>,
    among: &Among,
    filter: Option<&Pipeline>,
    attribute: &Attribute,
) -> Result<(BTreeSet<TagValue>, Completeness), Refusal> {
    let mut values = BTreeSet::new();
    let look = Look::at_found(questions, among.range, filter, Some(attribute));
    let completeness = look.at_spans(|span, shown| {
        for_each_value(attribute, span, shown, &mut |value| {
            add(value, &mut values);
        });
        values.len() < among.limit
    })?;
    Ok((values, completeness))
}

/// Adds what `value` is to a query; what it is nothing to is left out.
pub(super) fn add(value: &Value, values: &mut BTreeSet<TagValue>) {
    let kind = match value {
        Value::String(_) => "string",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int",
        Value::Double(_) => "float",
        Value::Array(elements) => {
            return elements
                .iter()
                .filter(|one| !matches!(one, Value::Array(_)))
                .for_each(|one| add(one, values));
        }
        Value::Empty | Value::Bytes(_) | Value::Map(_) => return,
    };
    values.insert(TagValue::new(kind, value.text()));
}

/// Calls `visit` for each value that `attribute` has somewhere in `span`.
pub(super) fn for_each_value(
    attribute: &Attribute,
    span: &Span,
    shown: &Shown<'_>,
    visit: &mut impl FnMut(&Value),
) {
    let mut of = |name: &str, attributes: &[SpanAttribute]| {
        if let Some(value) = proto::span::find_attribute(attributes, name) {
            visit(value);
        }
    };
    match attribute {
        Attribute::Named { scope, name, .. } => match scope {
            Scope::Span => of(name, &span.attributes),
            Scope::Resource => of(name, &span.resource.attributes),
            Scope::None => {
                of(name, &span.attributes);
                of(name, &span.resource.attributes);
            }
            Scope::Event => span.events.iter().for_each(|event| of(name, &event.attributes)),
            Scope::Link => span.links.iter().for_each(|link| of(name, &link.attributes)),
            Scope::Instrumentation => of(name, &span.scope.attributes),
            Scope::Parent | Scope::Trace => {}
        },
        Attribute::Intrinsic(intrinsic) => {
            let mut text = |text: &str| {
                if !text.is_empty() {
                    visit(&text.into());
                }
            };
            match intrinsic {
                Intrinsic::Name => text(&span.name),
                Intrinsic::StatusMessage => text(&span.status.message),
                Intrinsic::EventName => span.events.iter().for_each(|event| text(&event.name)),
                Intrinsic::ScopeName => text(&span.scope.name),
                Intrinsic::ScopeVersion => text(&span.scope.version),
                Intrinsic::RootName => text(&shown.summary().root_name),
                Intrinsic::RootService => text(&shown.summary().root_service),
                _ => {}
            }
        }
    }
}
