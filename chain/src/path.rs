//! Paths: which calls lead to a span.

use proto::SpanKind;

use crate::key::mix;
use crate::peer::PeerKind;

/// A path: the services and span names from the root to a span, as one number. Equal
/// paths have equal numbers, in every process and for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PathId(pub u64);

/// What a path ends with, and what it goes on from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The path of the parent; `None` at a root.
    pub parent: Option<PathId>,
    /// The number of the service, see [`crate::name_key`]; of a peer that of who speaks of it.
    pub service: u64,
    /// The number of the span name, see [`crate::span_name_key`]; of what an event says; of a
    /// peer's name.
    pub name: u64,
    /// What the span is to its caller, or that it is an event, or a peer.
    pub kind: StepKind,
}

/// What a path ends with: a span of this kind, an event of the span before, or the other side
/// of the span before that sends no spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StepKind(pub i32);

impl StepKind {
    /// An event.
    pub const EVENT: Self = Self(-1);
    /// An event that tells of an error.
    pub const ERROR_EVENT: Self = Self(-2);
    /// A database that is called.
    pub const DATABASE: Self = Self(-3);
    /// A queue: below a PRODUCER one that it writes to, below a CONSUMER one that it reads.
    pub const QUEUE: Self = Self(-4);
    /// Something else that is called and sends no spans.
    pub const EXTERNAL: Self = Self(-5);

    /// A span of this kind.
    pub fn span(kind: SpanKind) -> Self {
        // No sender's kind is an event.
        Self(kind.0.max(0))
    }

    /// A peer of this kind.
    pub fn of_peer(kind: PeerKind) -> Self {
        match kind {
            PeerKind::Database => Self::DATABASE,
            PeerKind::Queue => Self::QUEUE,
            PeerKind::External => Self::EXTERNAL,
        }
    }

    /// Whether it is a span.
    pub fn is_span(self) -> bool {
        self.0 >= 0
    }

    /// Whether it is an event.
    pub fn is_event(self) -> bool {
        self == Self::EVENT || self == Self::ERROR_EVENT
    }

    /// What it is of a peer; `None` of anything else.
    pub fn peer(self) -> Option<PeerKind> {
        match self {
            Self::DATABASE => Some(PeerKind::Database),
            Self::QUEUE => Some(PeerKind::Queue),
            Self::EXTERNAL => Some(PeerKind::External),
            _ => None,
        }
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
