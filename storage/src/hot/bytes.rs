//! What a span takes in memory, estimated.

use std::sync::Arc;

use proto::{Attribute, Resource, Scope, Span, Value};

/// What an allocation costs beside its bytes.
const ALLOCATION_BYTES: usize = 16;
/// What a span costs in the tables that find it.
const BOOKKEEPING_BYTES: usize = 64;

/// Sizes of spans in a row. A resource or scope that a span shares with the one
/// before it counts once.
#[derive(Default)]
pub(crate) struct Sizes {
    resource: Option<Arc<Resource>>,
    scope: Option<Arc<Scope>>,
}

impl Sizes {
    /// The bytes that `span` adds, after those before it.
    pub(crate) fn of(&mut self, span: &Span) -> usize {
        let mut bytes = size_of::<Span>() + BOOKKEEPING_BYTES;
        bytes += text(&span.name) + text(&span.trace_state) + text(&span.status.message);
        bytes += attributes(&span.attributes);
        for event in &span.events {
            bytes += size_of_val(event) + text(&event.name) + attributes(&event.attributes);
        }
        for link in &span.links {
            bytes += size_of_val(link) + text(&link.trace_state) + attributes(&link.attributes);
        }
        if self.resource.as_ref().is_none_or(|last| !Arc::ptr_eq(last, &span.resource)) {
            bytes += size_of::<Resource>() + attributes(&span.resource.attributes);
            self.resource = Some(Arc::clone(&span.resource));
        }
        if self.scope.as_ref().is_none_or(|last| !Arc::ptr_eq(last, &span.scope)) {
            bytes += size_of::<Scope>() + attributes(&span.scope.attributes);
            self.scope = Some(Arc::clone(&span.scope));
        }
        bytes
    }
}

fn attributes(attributes: &[Attribute]) -> usize {
    let each = |attribute: &Attribute| text(&attribute.key) + value(&attribute.value);
    size_of_val(attributes) + attributes.iter().map(each).sum::<usize>()
}

/// What a value takes beside its own place. Decoders bound the recursion
/// (`otlp::Limits::value_depth`).
fn value(value: &Value) -> usize {
    match value {
        Value::Empty | Value::Bool(_) | Value::Int(_) | Value::Double(_) => 0,
        Value::String(string) => text(string),
        Value::Bytes(bytes) => bytes.len() + ALLOCATION_BYTES,
        Value::Array(values) => {
            size_of_val(&**values) + values.iter().map(self::value).sum::<usize>()
        }
        Value::Map(entries) => attributes(entries),
    }
}

fn text(text: &str) -> usize {
    if text.is_empty() { 0 } else { text.len() + ALLOCATION_BYTES }
}
