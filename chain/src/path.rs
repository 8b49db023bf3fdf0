//! Paths: which calls lead to a span.

use proto::SpanKind;

use crate::key::mix;

/// A path: the services and span names from the root to a span, as one number. Equal
/// paths have equal numbers, in every process and for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PathId(pub u64);

/// What a path ends with, and what it goes on from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The path of the parent; `None` at a root.
    pub parent: Option<PathId>,
    /// The number of the service, see [`crate::name_key`].
    pub service: u64,
    /// The number of the span name, see [`crate::span_name_key`].
    pub name: u64,
    /// What the span is to its caller, or that it is an event.
    pub kind: StepKind,
}

/// What a path ends with: a span of this kind, or an event of the span before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StepKind(pub i32);

impl StepKind {
    /// An event.
    pub const EVENT: Self = Self(-1);
    /// An event that tells of an error.
    pub const ERROR_EVENT: Self = Self(-2);

    /// A span of this kind.
    pub fn span(kind: SpanKind) -> Self {
        // No sender's kind is an event.
        Self(kind.0.max(0))
    }

    /// Whether it is an event.
    pub fn is_event(self) -> bool {
        self.0 < 0
    }
}

/// Spans that are deeper are taken for children of the one at this depth: recursion
/// makes no end of paths.
pub(crate) const DEPTH_MAX: u32 = 64;

impl Step {
    /// The path that ends with it.
    pub fn path(&self) -> PathId {
        PathId(mix(self.parent.map_or(0, |parent| parent.0), self.own()))
    }

    /// What it is, wherever it is called from.
    pub fn own(&self) -> u64 {
        mix(mix(self.service, self.name), self.kind.0 as u64)
    }
}
