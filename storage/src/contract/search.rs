//! What a search means.
//!
//! Every query language is lowered to one [`Search`], and every store answers the
//! whole of it. The reference evaluator (`crate::evaluate`) is the definition;
//! these are its rules.
//!
//! - A trace is *in the range* when its start (earliest known start of its spans)
//!   is. A trace of unknown start has start 0 and is only in ranges that begin at 0.
//! - A trace *matches* when it is in the range, meets all [`TraceConditions`], and
//!   has at least one span that meets **all** span conditions at once. No span
//!   condition at all means every span.
//! - A condition on an attribute that a span does not have is false, whatever the
//!   comparison. A key that occurs twice has its last value. A condition on an
//!   event or link field is true when any one event or link meets it.
//! - Of a list any one element may meet it, or the list as a whole; [`Comparison::NotEqual`]
//!   is met where something of it compares with the operand and nothing is equal.
//! - [`Operand::Text`] compares with the value's text form ([`proto::Value::text`]):
//!   equality as text; ordering as numbers where both sides are finite numbers, else
//!   false. [`Operand::Value`] compares within a type only: whole numbers and doubles
//!   are one type, text orders by bytes, and a value of another type is neither
//!   equal, unequal, less nor greater: false.
//! - Numeric fields ([`Field::DurationNano`], [`Field::Kind`], [`Field::Status`])
//!   compare as numbers.
//! - Order is total: by the order's figure, then newest start first, then the
//!   smaller trace id. A page begins after its cursor by that order, so pages
//!   neither repeat nor miss a trace that does not change meanwhile.

use proto::{Span, SpanId, TraceId, Value};

use super::summary::TraceSummary;
use super::{Completeness, TimeRange};

/// A question for traces.
#[derive(Debug, Clone, PartialEq)]
pub struct Search {
    /// Where the trace's start must lie.
    pub range: TimeRange,
    /// What one span must meet, all of it.
    pub span: Vec<Condition>,
    /// What the trace must meet.
    pub trace: TraceConditions,
    /// Which traces come first.
    pub order: Order,
    /// How many traces at most, at least 1.
    pub limit: usize,
    /// Where the page before this one ended.
    pub after: Option<Cursor>,
}

/// Which traces come first. Exact over the whole range, never "the newest N, then
/// sorted".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The latest start first.
    Newest,
    /// The earliest start first.
    Oldest,
    /// The longest duration first.
    Slowest,
    /// The most spans first.
    MostSpans,
    /// The most spans in error first.
    MostErrors,
}

impl Order {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Newest, Self::Oldest, Self::Slowest, Self::MostSpans, Self::MostErrors];

    /// The figure that `summary` is ordered by, the largest first.
    pub fn figure(self, summary: &TraceSummary) -> u64 {
        match self {
            Self::Newest => summary.start_unix_nano,
            Self::Oldest => u64::MAX - summary.start_unix_nano,
            Self::Slowest => summary.duration_nano,
            Self::MostSpans => u64::from(summary.span_count),
            Self::MostErrors => u64::from(summary.error_count),
        }
    }
}

/// A place in an order: that of one trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// The order's figure for the trace.
    pub figure: u64,
    /// The trace's start, nanoseconds since the Unix epoch.
    pub start_unix_nano: u64,
    /// The trace.
    pub trace_id: TraceId,
}

impl Cursor {
    /// Where `summary` stands in `order`.
    pub fn of(summary: &TraceSummary, order: Order) -> Self {
        Self {
            figure: order.figure(summary),
            start_unix_nano: summary.start_unix_nano,
            trace_id: summary.trace_id,
        }
    }
}

impl PartialOrd for Cursor {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Cursor {
    /// Earlier in the answer is less: larger figure, then later start, then smaller
    /// trace id.
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        other
            .figure
            .cmp(&self.figure)
            .then(other.start_unix_nano.cmp(&self.start_unix_nano))
            .then(self.trace_id.cmp(&other.trace_id))
    }
}

/// What the trace as a whole must meet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TraceConditions {
    /// Its duration is at least this, in nanoseconds.
    pub duration_nano_min: Option<u64>,
    /// Its duration is at most this, in nanoseconds.
    pub duration_nano_max: Option<u64>,
    /// Its root belongs to this service.
    pub root_service: Option<String>,
    /// Its root has this span name.
    pub root_name: Option<String>,
}

impl Search {
    /// Whether the trace that consists of `spans` is one that it finds, whatever its order,
    /// limit and cursor. The spans are as a store's `trace` answers them.
    pub fn finds(&self, spans: &[Span]) -> bool {
        crate::evaluate::find(spans, self).is_some()
    }
}

impl TraceConditions {
    /// Whether `summary` meets them all.
    pub fn are_met_by(&self, summary: &TraceSummary) -> bool {
        self.duration_nano_min.is_none_or(|min| summary.duration_nano >= min)
            && self.duration_nano_max.is_none_or(|max| summary.duration_nano <= max)
            && self.root_service.as_ref().is_none_or(|name| *name == summary.root_service)
            && self.root_name.as_ref().is_none_or(|name| *name == summary.root_name)
    }
}

/// One thing that a span must meet.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// What is looked at.
    pub field: Field,
    /// How it must relate to the operand.
    pub comparison: Comparison,
    /// What it is compared with; ignored by [`Comparison::Exists`].
    pub operand: Operand,
}

impl Condition {
    /// Whether `span` meets it.
    pub fn is_met_by(&self, span: &Span) -> bool {
        crate::evaluate::meets(span, self)
    }
}

/// What of a span a condition looks at.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Field {
    /// The service's name.
    Service,
    /// The span name.
    Name,
    /// The span kind's number.
    Kind,
    /// The status code's number.
    Status,
    /// The status message.
    StatusMessage,
    /// The duration in nanoseconds.
    DurationNano,
    /// An attribute.
    Attribute {
        /// Where to look for it.
        scope: AttributeScope,
        /// Its key.
        key: String,
    },
    /// The name of an event.
    EventName,
    /// The name of the instrumentation scope.
    ScopeName,
    /// The version of the instrumentation scope.
    ScopeVersion,
    /// The trace a link points to, as hex. Finds who refers to a trace.
    LinkTraceId,
    /// The span a link points to, as hex.
    LinkSpanId,
}

/// Which of a span's attributes are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AttributeScope {
    /// Any of the following: the condition is true when it is in one of them.
    Any,
    /// The span's own.
    Span,
    /// Its resource's.
    Resource,
    /// Its instrumentation scope's.
    Scope,
    /// One of its events'.
    Event,
    /// One of its links'.
    Link,
}

/// How a value must relate to the operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// The same.
    Equal,
    /// Present, and not the same.
    NotEqual,
    /// Smaller.
    Less,
    /// Smaller or the same.
    LessOrEqual,
    /// Larger.
    Greater,
    /// Larger or the same.
    GreaterOrEqual,
    /// Present.
    Exists,
}

/// What a value is compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// A text whose writer had no type in mind, as in a URL.
    Text(String),
    /// A value of a type.
    Value(Value),
}

/// One page of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchPage {
    /// The traces, in order.
    pub traces: Vec<FoundTrace>,
    /// Where to go on; `None` where this page is the last.
    pub next: Option<Cursor>,
    /// Whether anything that might belong here could not be read.
    pub completeness: Completeness,
}

/// One trace of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundTrace {
    /// The trace.
    pub summary: TraceSummary,
    /// How many of its spans meet the span conditions.
    pub matched_count: u32,
    /// The first of them by (start, span id, kind), at most [`MATCHED_SPANS_MAX`].
    pub matched: Vec<SpanId>,
}

/// How many matching spans an answer names for each trace.
pub const MATCHED_SPANS_MAX: usize = 8;
