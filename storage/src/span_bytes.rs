//! What decoded spans take in memory, estimated, and room for them.

use std::sync::Arc;

use proto::{Attribute, Resource, Scope, Span, Value};

use crate::contract::pins::PinError;
use crate::contract::{Beyond, Completeness, TraceBounds};

/// What an allocation costs beside its bytes.
const ALLOCATION_BYTES: usize = 16;

/// Room for the spans of one trace.
#[derive(Debug)]
pub(crate) struct Room {
    left: TraceBounds,
    sizes: Sizes,
    is_empty: bool,
}

impl Room {
    pub(crate) fn of(bounds: TraceBounds) -> Self {
        Self { left: bounds, sizes: Sizes::default(), is_empty: true }
    }

    /// Whether there is room for `span`, too; if so it is taken.
    pub(crate) fn take(&mut self, span: &Span) -> bool {
        let bytes = self.sizes.of(span);
        let has_room = self.left.spans_max > 0 && (self.is_empty || self.left.bytes_max >= bytes);
        if has_room {
            self.left.spans_max -= 1;
            self.left.bytes_max = self.left.bytes_max.saturating_sub(bytes);
            self.is_empty = false;
        }
        has_room
    }
}

/// Whether so many spans may take no more than `bytes_max`. Where not, there is no use in
/// trying: which spans there are takes memory, too, while a trace is read.
pub(crate) fn may_fit(spans: usize, bytes_max: usize) -> bool {
    spans <= 1 || spans.saturating_mul(size_of::<Span>()) <= bytes_max
}

/// Cuts `spans` to what `bounds` has room for; whether there was more.
pub(crate) fn cut(spans: &mut Vec<Span>, bounds: TraceBounds) -> bool {
    let mut room = Room::of(bounds);
    match spans.iter().position(|span| !room.take(span)) {
        Some(end) => {
            spans.truncate(end);
            true
        }
        None => false,
    }
}

/// Leaves of spans that were cut to `bounds` what is wanted of them.
pub(crate) fn leave_beyond(spans: &mut Vec<Span>, bounds: TraceBounds) {
    if bounds.beyond_bytes == Beyond::Nothing && spans.len() < bounds.spans_max {
        spans.clear();
    }
}

/// What an answer of `spans` spans is that was cut to `bounds`.
pub(crate) fn truncated(spans: usize, bounds: TraceBounds) -> Completeness {
    let TraceBounds { spans_max, bytes_max, .. } = bounds;
    let limit = if spans >= spans_max {
        format!("spans_max {spans_max}")
    } else {
        let mebibytes = bytes_max as f64 / f64::from(1 << 20);
        format!("{mebibytes:.1} MiB of memory for the spans of one trace: the first {spans}")
    };
    Completeness::Truncated { limit }
}

/// Why a trace that was cut to `bounds` is not pinned.
pub(crate) fn unfit(bounds: TraceBounds) -> PinError {
    let TraceBounds { spans_max, bytes_max, .. } = bounds;
    let mebibytes = bytes_max as f64 / f64::from(1 << 20);
    let limit = if spans_max == usize::MAX {
        format!("{mebibytes:.1} MiB of memory")
    } else {
        format!("{spans_max} spans and {mebibytes:.1} MiB of memory")
    };
    PinError::Unfit { limit }
}

/// Sizes of spans in a row. A resource or scope that spans share counts once, as far as it is
/// among the last that came.
#[derive(Debug, Default)]
struct Sizes {
    resources: Seen<Resource>,
    scopes: Seen<Scope>,
}

/// What came last.
#[derive(Debug)]
struct Seen<T> {
    list: Vec<Arc<T>>,
    oldest: usize,
}

impl<T> Default for Seen<T> {
    fn default() -> Self {
        Self { list: Vec::new(), oldest: 0 }
    }
}

impl<T> Seen<T> {
    /// How many of them are known.
    const MAX: usize = 32;

    /// Whether `one` is not among them; it is, then.
    fn is_new(&mut self, one: &Arc<T>) -> bool {
        // Mostly it is one of those that came just before.
        if self.list.iter().rev().any(|seen| Arc::ptr_eq(seen, one)) {
            return false;
        }
        if self.list.len() < Self::MAX {
            self.list.push(Arc::clone(one));
        } else {
            self.list[self.oldest] = Arc::clone(one);
            self.oldest = (self.oldest + 1) % Self::MAX;
        }
        true
    }
}

impl Sizes {
    /// The bytes that `span` adds, after those before it.
    fn of(&mut self, span: &Span) -> usize {
        let mut bytes = size_of::<Span>();
        bytes += text(&span.name) + text(&span.trace_state) + text(&span.status.message);
        bytes += attributes(&span.attributes);
        for event in &span.events {
            bytes += size_of_val(event) + text(&event.name) + attributes(&event.attributes);
        }
        for link in &span.links {
            bytes += size_of_val(link) + text(&link.trace_state) + attributes(&link.attributes);
        }
        if self.resources.is_new(&span.resource) {
            bytes += size_of::<Resource>() + attributes(&span.resource.attributes);
        }
        if self.scopes.is_new(&span.scope) {
            bytes += size_of::<Scope>() + attributes(&span.scope.attributes);
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
