//! Spans at rest.
//!
//! The crate is narrow faces over the same data: [`SpanWriter`], what the
//! collector may do, [`TraceReader`], what the query side may ask, and [`Pins`], by which
//! it says what is kept beyond retention. All are
//! object-safe and speak of intent: a batch, a trace, a search. Neither knows an
//! API's words or a key layout. Two implementations stand behind them from the
//! first day: [`Store`], the embedded RocksDB one, and [`MemoryStore`], which is
//! naive, obviously right, and the oracle of every property test.
//!
//! Nothing here is asynchronous and nothing speaks HTTP.

pub mod backup;
mod chains;
mod changes;
pub mod contract;
mod evaluate;
mod fault;
mod hot;
mod log;
mod memory;
mod outline;
mod pin_record;
mod record;
mod rocks;
mod search;
mod segment;
mod span_bytes;
mod store;
mod trace_spans;
mod turn;
mod unpack;
mod versions;
mod view;

pub use chains::chains_of;
pub use contract::catalog::{Catalog, CatalogEntry, CatalogPage, CatalogQuestion};
pub use contract::chains::{Chains, ChainsQuestion, Period, Series, SeriesQuestion};
pub use contract::coarse::CoarseDuration;
pub use contract::pins::{Pin, PinBounds, PinError, Pins};
pub use contract::scan::{LooksAt, Need, Scan, Shown, Visitor, Within, keys_of};
pub use contract::search::{
    AttributeScope, Comparison, Condition, Cursor, Field, FoundTrace, MATCHED_SPANS_MAX, Operand,
    Order, Search, SearchPage, TraceConditions,
};
pub use contract::summary::{ServiceCount, TraceSummary};
pub use contract::sweep::Sweep;
pub use contract::versions::{ServiceVersions, Versions, VersionsQuestion};
pub use contract::{
    Beyond, Completeness, Deadline, Health, ReadError, SpanWriter, Stats, TimeRange, Trace,
    TraceBounds, TraceReader, WriteError, Written,
};
pub use evaluate::Page;
pub use memory::MemoryStore;
pub use store::{
    Audit, Caches, Config, Durability, MaintainError, OpenError, SearchTraceBytes, Snapshot,
    SnapshotError, Store,
};
pub use turn::{Turn, TurnTaken};
