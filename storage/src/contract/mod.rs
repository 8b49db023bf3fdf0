//! What a store promises, at the level of intent.
//!
//! The promises, for every implementation alike:
//!
//! - **Durable.** When [`SpanWriter::write`] returns `Ok`, every span of the group
//!   survives what the configured durability names (by default a power cut), and
//!   [`TraceReader`] sees it at once, by id and by search.
//! - **Once.** A span's identity is `(trace_id, span_id, kind)`: kind is part of it
//!   because Zipkin-style senders share one id between the client's and the server's
//!   span. Writing an identity again changes nothing, in spans and in every count;
//!   the first content wins. So a batch may be sent again at any time.
//! - **Whole.** A trace is every span ever written under its id that retention has
//!   not removed, however late or long. Of one that is pinned ([`Pins`]) retention removes
//!   nothing but what there is no room for.
//! - **Honest.** An answer that is not all there is says so ([`Completeness`]); a
//!   part that cannot be read is an error or named as missing, never left out
//!   silently.

pub mod catalog;
pub mod chains;
pub mod coarse;
pub mod pins;
pub mod scan;
pub mod search;
pub mod summary;
pub mod sweep;
pub mod versions;

use std::sync::Arc;
use std::time::{Duration, Instant};

use proto::{Batch, Span, TraceId};

use catalog::{CatalogPage, CatalogQuestion};
use chains::{Chains, ChainsQuestion, Series, SeriesQuestion};
use pins::Pin;
use scan::{Scan, Visitor};
use search::{Search, SearchPage};
use sweep::Sweep;
use versions::{Versions, VersionsQuestion};

pub use pins::Pins;

/// What the collector may do with a store.
pub trait SpanWriter: Send + Sync {
    /// Writes a group of batches, the spans of one request each, as one: all of it or
    /// nothing. Every span has valid ids.
    ///
    /// Blocks until the group is as durable as the store was configured for.
    /// Answers one [`Written`] for each batch, in order.
    ///
    /// # Errors
    /// Nothing of the group is acknowledged. What the caller can do next is the
    /// error's variant.
    fn write(&self, group: &[Arc<Batch>]) -> Result<Vec<Written>, WriteError>;

    /// Whether a write would be taken now.
    fn health(&self) -> Health;
}

/// What the query side may ask of a store.
///
/// Every method blocks and gives up with [`ReadError::DeadlineExceeded`] soon
/// after its deadline has passed.
pub trait TraceReader: Send + Sync {
    /// All spans of one trace, or `None` where no span has this id.
    ///
    /// Spans come once each, ordered by (start, span id, kind). At most those that
    /// `bounds` has room for are returned; where there are more, the first by that
    /// order, and the answer's completeness says [`Completeness::Truncated`]. While it
    /// is read, up to twice as much memory is used.
    fn trace(
        &self,
        id: TraceId,
        bounds: TraceBounds,
        deadline: Deadline,
    ) -> Result<Option<Trace>, ReadError>;

    /// Shows `visitor` the traces that `scan` asks for, until it has enough. Answers
    /// whether any that might be among them could not be read.
    fn scan(
        &self,
        scan: &Scan,
        deadline: Deadline,
        visitor: &mut dyn Visitor,
    ) -> Result<Completeness, ReadError>;

    /// The same traces in no order, to be looked at by several threads: what is made of all
    /// of them takes less time so.
    ///
    /// # Errors
    /// As [`TraceReader::scan`].
    fn sweep(&self, scan: &Scan, deadline: Deadline) -> Result<Box<dyn Sweep>, ReadError>;

    /// The traces that `search` asks for. Its meaning is defined in [`search`].
    fn search(&self, search: &Search, deadline: Deadline) -> Result<SearchPage, ReadError> {
        crate::evaluate::search(search, |scan, visitor| self.scan(scan, deadline, visitor))
    }

    /// Names that occur: services, span names, attribute keys and values.
    fn catalog(
        &self,
        question: &CatalogQuestion,
        deadline: Deadline,
    ) -> Result<CatalogPage, ReadError>;

    /// What the hops of traces add up to, see [`Chains`].
    fn chains(&self, question: &ChainsQuestion, deadline: Deadline) -> Result<Chains, ReadError>;

    /// What some hops add up to, time after time, see [`Series`].
    fn series(&self, question: &SeriesQuestion, deadline: Deadline) -> Result<Series, ReadError>;

    /// Which versions of services sent spans, and when, see [`Versions`].
    fn versions(
        &self,
        question: VersionsQuestion,
        deadline: Deadline,
    ) -> Result<Versions, ReadError>;

    /// Figures about the store, for metrics and the status page.
    fn stats(&self) -> Stats;
}

/// How much of a trace is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceBounds {
    /// Spans, at least 1.
    pub spans_max: usize,
    /// Bytes that they take in memory, estimated. The first span is read whatever it
    /// takes.
    pub bytes_max: usize,
    /// What is read where they take more.
    pub beyond_bytes: Beyond,
}

/// What is read of a trace that takes more memory than there is for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beyond {
    /// The first spans, as many as there is room for.
    Cut,
    /// No span, and little time is spent to find that out: who asks will ask again, with
    /// more room.
    Nothing,
}

impl TraceBounds {
    /// All of it, however large.
    pub const NONE: Self = Self::spans(usize::MAX);

    /// So many spans, whatever they take.
    pub const fn spans(spans_max: usize) -> Self {
        Self { spans_max, ..Self::bytes(usize::MAX) }
    }

    /// So much memory, and the trace is cut there.
    pub const fn bytes(bytes_max: usize) -> Self {
        Self { spans_max: usize::MAX, bytes_max, beyond_bytes: Beyond::Cut }
    }
}

/// What became of one batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Written {
    /// Spans that are new to the store.
    pub new_spans: usize,
    /// Spans whose identity the store saw before, as far as it can tell without
    /// reading what is sealed. They were not written again.
    pub known_spans: usize,
}

/// Why a write was not acknowledged, named by what the caller can do.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Too much at once: the same batch later.
    #[error("the store is busy; send again after {retry_after:?}")]
    Busy {
        /// How long to wait.
        retry_after: Duration,
    },
    /// Not able to write now, by a cause that may pass, as a full disk does: the
    /// same batch later.
    #[error("the store does not accept spans: {reason}")]
    Unavailable {
        /// What is wrong, for a person.
        reason: String,
        /// How long to wait.
        retry_after: Duration,
    },
    /// The write may or may not have survived: send the same batch again; writing
    /// twice is once. After a failed fsync the store is poisoned and answers this
    /// or `Unavailable` until it is opened again.
    #[error("it is unknown whether the spans were kept: {reason}")]
    OutcomeUnknown {
        /// What is wrong, for a person.
        reason: String,
    },
}

/// Why a question has no answer, named by what the caller can do.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It took longer than allowed: ask for less, or allow more.
    #[error("the answer took longer than allowed")]
    DeadlineExceeded,
    /// Stored bytes do not verify. Says which; other data is not affected.
    #[error("stored data does not verify: {what}")]
    Corrupt {
        /// The record and the check that failed.
        what: String,
    },
    /// The question has no meaning, as a foreign cursor.
    #[error("{reason}")]
    Invalid {
        /// What is wrong with it, for a person.
        reason: String,
    },
    /// The store can't read now.
    #[error("the store cannot read: {reason}")]
    Unavailable {
        /// What is wrong, for a person.
        reason: String,
    },
}

/// The moment after which an answer is no longer wanted.
#[derive(Debug, Clone, Copy)]
pub struct Deadline(Instant);

impl Deadline {
    /// So long from now.
    pub fn after(duration: Duration) -> Self {
        let now = Instant::now();
        Self(now.checked_add(duration).unwrap_or(now))
    }

    /// `Ok` while there is time left.
    ///
    /// # Errors
    /// [`ReadError::DeadlineExceeded`] once there is none.
    pub fn check(&self) -> Result<(), ReadError> {
        if Instant::now() >= self.0 { Err(ReadError::DeadlineExceeded) } else { Ok(()) }
    }

    /// How much time is left.
    pub fn left(&self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }
}

/// A half-open range of time, in nanoseconds since the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeRange {
    /// The first moment inside.
    pub from_unix_nano: u64,
    /// The first moment after it.
    pub to_unix_nano: u64,
}

impl TimeRange {
    /// All of time, traces of unknown start included.
    pub const ALL: Self = Self { from_unix_nano: 0, to_unix_nano: u64::MAX };

    /// Whether `unix_nano` lies inside. The range's end is outside, except that
    /// [`TimeRange::ALL`] has no outside.
    pub fn contains(&self, unix_nano: u64) -> bool {
        unix_nano >= self.from_unix_nano
            && (unix_nano < self.to_unix_nano || self.to_unix_nano == u64::MAX)
    }
}

/// Whether an answer is all there is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Completeness {
    /// It is.
    #[default]
    Complete,
    /// There is more; a limit cut the answer.
    Truncated {
        /// The limit, for a person: `spans_max 100000`.
        limit: String,
    },
    /// Something that belongs to the answer cannot be read.
    Partial {
        /// What is missing and why, for a person, one entry each.
        missing: Vec<String>,
    },
}

/// One trace as stored: nothing repaired, nothing arranged.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// Its id.
    pub id: TraceId,
    /// Its spans, once each, by (start, span id, kind).
    pub spans: Vec<Span>,
    /// Whether these are all.
    pub completeness: Completeness,
}

/// Whether a store takes writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// It does.
    Accepting,
    /// It does not, for this reason.
    Refusing {
        /// What is wrong, for a person.
        reason: String,
    },
}

/// Figures about a store at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stats {
    /// Spans held in memory, not yet sealed.
    pub hot_spans: u64,
    /// Traces held in memory, not yet sealed.
    pub hot_traces: u64,
    /// Sealed segments.
    pub segments: u64,
    /// Spans in sealed segments.
    pub sealed_spans: u64,
    /// Bytes on disk, the log included.
    pub disk_bytes: u64,
    /// The earliest moment of which data is kept, nanoseconds since the Unix
    /// epoch; 0 where there is none.
    pub oldest_unix_nano: u64,
    /// Traces that are pinned.
    pub pins: u64,
    /// What of the bytes on disk they take.
    pub pin_bytes: u64,
}

impl Stats {
    /// What there is to say of these pins.
    pub(crate) fn of_pins(pins: &[Pin]) -> Self {
        let bytes = pins.iter().fold(0u64, |bytes, pin| bytes.saturating_add(pin.bytes));
        Self { pins: pins.len() as u64, pin_bytes: bytes, ..Self::default() }
    }
}
