//! The durable store.
//!
//! ```text
//!  write ──► log record, fsync ──► hot segment ──► answer
//!                                     │
//!            maintenance thread: seal ┘
//!                │    segment file, ingested
//!                └──► commit, one write, then the log is cut
//!
//!  read  ──► hot segment ∪ segments, as they were at one moment
//! ```
//!
//! [`write`](mod@write) has the way in, [`open`](mod@open) the way back after an
//! end, [`seal`](mod@seal), [`merge`](mod@merge) and [`retention`](mod@retention) what
//! happens in between, and [`pin`](mod@pin) what retention leaves alone.

mod audit;
mod commit;
mod config;
mod error;
mod fold;
mod maintain;
mod merge;
mod open;
mod pin;
mod retention;
mod seal;
mod size;
mod snapshot;
mod space;
#[cfg(test)]
mod tests;
mod write;

use std::fs::File;
use std::sync::{Arc, OnceLock};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use hashbrown::HashSet;
use parking_lot::{Mutex, RwLock};
use proto::batch::body::Wanted;
use proto::{Batch, TraceId};

use crate::chains::SealedChains;
use crate::contract::catalog::{CatalogPage, CatalogQuestion};
use crate::contract::chains::{Chains, ChainsQuestion, Series, SeriesQuestion};
use crate::contract::pins::{Pin, PinError, Pins};
use crate::contract::scan::{Scan, Visitor};
use crate::contract::sweep::Sweep;
use crate::contract::versions::{Versions, VersionsQuestion};
use crate::contract::{
    Completeness, Deadline, Health, ReadError, SpanWriter, Stats, Trace, TraceBounds, TraceReader,
    WriteError, Written,
};
use crate::hot::{Bounds, Hot, HotReaders};
use crate::log::mark::Mark;
use crate::log::{Log, RecordNumber};
use crate::rocks::Rocks;
use crate::search;
use crate::segment::commit::Commit;
use crate::segment::{SegmentId, SegmentReader};
use crate::span_bytes::truncated;
use crate::versions::SealedVersions;
use crate::view::{Deciding, SealedView, Segments, View};

pub use audit::Audit;
pub use config::{Caches, Config, Durability, SearchTraceBytes};
pub use error::{MaintainError, OpenError};
pub use snapshot::{Snapshot, SnapshotError};

use maintain::Signal;
use pin::SealedPins;

/// Spans on disk, in one directory, of one process.
///
/// Maintenance (sealing, retention) runs by itself on a thread of the store's own.
/// Dropping the store ends it; nothing that was acknowledged is lost by that, nor
/// by not coming to it.
pub struct Store {
    shared: Arc<Shared>,
    maintenance: Option<JoinHandle<()>>,
}

/// What the store's users and its maintenance thread have in common.
struct Shared {
    config: Config,
    rocks: Arc<Rocks>,
    reader: Arc<SegmentReader>,
    deciding: Arc<Deciding>,
    chains: SealedChains,
    versions: SealedVersions,
    pins: SealedPins,
    state: RwLock<State>,
    log_end: Mutex<LogEnd>,
    upkeep: Mutex<Upkeep>,
    /// Why nothing is written any more, once that is so.
    poison: OnceLock<String>,
    /// Why there is too little room on the disk to take spans, if so.
    no_room: Mutex<Option<String>>,
    /// Why maintenance did not come to its end the last time, if so.
    trouble: Mutex<Option<String>>,
    signal: Signal,
    /// Keeps other processes out; the last to go.
    _lock: File,
}

/// What readers see.
struct State {
    hot: Hot,
    segments: Arc<Segments>,
    /// Segments that were retired since the store was opened.
    retired: u64,
}

/// Where the log goes on. Who holds it is the one writer.
struct LogEnd {
    log: Log,
    mark: Mark,
}

/// What only maintenance needs. Who holds it is the one that changes segments.
struct Upkeep {
    next_segment: SegmentId,
    /// Segments that no longer exist, but whose records a reader may still need. No
    /// one does once the commit is not referred to from elsewhere.
    retiring: Vec<(SegmentId, Arc<Commit>)>,
    /// Segments that could not be read to be merged.
    unmergeable: HashSet<SegmentId>,
    /// The first log record that is needed, where older ones are not deleted yet.
    log_cut_due: Option<RecordNumber>,
    /// When figures of hops are looked through again that could be folded, unix nano.
    next_fold_unix_nano: u64,
    /// Whether it was said that the newest segment alone is larger than it should be.
    is_told_of_size: bool,
}

/// Names in the data directory.
pub(crate) const LOCK_FILE: &str = "lock";
pub(crate) const DATABASE_DIR: &str = "db";
const SCRATCH_DIR: &str = "scratch";
/// How long a reader waits for figures that were folded to be shown.
const FOLD_PAUSE: Duration = Duration::from_millis(5);

impl Store {
    /// Opens the store in `config.data_dir`, made where there is none: everything
    /// that was acknowledged is there again.
    ///
    /// # Errors
    /// Each says what the operator can do. Nothing was changed by then that would
    /// keep another attempt from succeeding.
    pub fn open(config: Config) -> Result<Self, OpenError> {
        let shared = Arc::new(open::open(config)?);
        let maintenance = maintain::spawn(&shared)?;
        Ok(Self { shared, maintenance: Some(maintenance) })
    }

    /// Ends maintenance, and forces to the disk what [`Durability::Process`] has
    /// left to the operating system. Dropping the store does the same, but keeps
    /// errors to the log.
    ///
    /// # Errors
    /// The disk refused.
    pub fn close(mut self) -> Result<(), MaintainError> {
        self.end()
    }

    /// Seals everything that is hot, traces included that may go on: for tests and
    /// before a planned stop of a store that is large. Never needed for safety.
    ///
    /// # Errors
    /// The disk refused; what could not be sealed stays hot.
    pub fn seal_now(&self) -> Result<(), MaintainError> {
        self.shared.seal_now(proto::clock::now_unix_nano())
    }

    /// Does at once, and as of the given time, what the maintenance thread does by
    /// itself every second: for tests.
    ///
    /// # Errors
    /// The disk refused; the next time it is tried again.
    pub fn maintain(&self, now_unix_nano: u64) -> Result<(), MaintainError> {
        self.shared.maintain(now_unix_nano)
    }

    /// Everything that was acknowledged before the call, in a folder that nothing changes
    /// while the snapshot is there: for [`crate::backup::create`]. Writing and reading go
    /// on; sealing and retention wait for the moment it takes. Space of what is retired
    /// meanwhile comes back when the snapshot goes.
    ///
    /// # Errors
    /// Where there is a snapshot already, or the disk refuses.
    pub fn snapshot(&self) -> Result<Snapshot, SnapshotError> {
        self.shared.snapshot()
    }

    fn end(&mut self) -> Result<(), MaintainError> {
        let Some(maintenance) = self.maintenance.take() else {
            return Ok(());
        };
        self.shared.signal.stop();
        if maintenance.join().is_err() {
            tracing::error!("store maintenance had panicked");
        }
        self.shared.force_to_disk()
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        if let Err(error) = self.end() {
            tracing::error!(%error, "store closed uncleanly");
        }
    }
}

impl SpanWriter for Store {
    fn write(&self, group: &[Arc<Batch>]) -> Result<Vec<Written>, WriteError> {
        self.shared.write(group)
    }

    fn health(&self) -> Health {
        self.shared.health()
    }
}

impl TraceReader for Store {
    fn trace(
        &self,
        id: TraceId,
        bounds: TraceBounds,
        deadline: Deadline,
    ) -> Result<Option<Trace>, ReadError> {
        deadline.check()?;
        let (sealed, hot) = {
            let state = self.shared.state.read();
            (self.shared.sealed_view(&state), state.hot.trace(id))
        };
        let mut parts = sealed.parts(id)?;
        self.shared.pins.add_to(&self.shared.rocks, id, &mut parts)?;
        let readers = &mut HotReaders::new(Wanted::ALL);
        let hot = hot.as_deref();
        let whole = sealed.whole_of_parts(id, parts, hot, readers, bounds, Some(deadline))?;
        if whole.spans.is_empty() && !whole.is_cut {
            return if whole.missing.is_empty() {
                Ok(None)
            } else {
                Err(whole.missing.into_error())
            };
        }
        let spans = whole.spans;
        let completeness = match whole.is_cut {
            true => truncated(whole.kept, bounds),
            false => Completeness::Complete,
        };
        let completeness = whole.missing.completeness(completeness);
        Ok(Some(Trace { id, spans, completeness }))
    }

    fn scan(
        &self,
        scan: &Scan,
        deadline: Deadline,
        visitor: &mut dyn Visitor,
    ) -> Result<Completeness, ReadError> {
        search::scan(&self.shared.view(), scan, deadline, visitor)
    }

    fn sweep(&self, scan: &Scan, deadline: Deadline) -> Result<Box<dyn Sweep>, ReadError> {
        Ok(Box::new(search::AllTraces::of(self.shared.view(), scan.clone(), deadline)?))
    }

    fn catalog(
        &self,
        question: &CatalogQuestion,
        deadline: Deadline,
    ) -> Result<CatalogPage, ReadError> {
        search::catalog::catalog(&self.shared.view(), question, deadline)
    }

    fn chains(&self, question: &ChainsQuestion, deadline: Deadline) -> Result<Chains, ReadError> {
        loop {
            let view = self.shared.view();
            if let Some(chains) = view.chains(&self.shared.chains, question, deadline)? {
                return Ok(chains);
            }
            deadline.check()?;
            thread::sleep(FOLD_PAUSE);
        }
    }

    fn series(&self, question: &SeriesQuestion, deadline: Deadline) -> Result<Series, ReadError> {
        loop {
            let view = self.shared.view();
            if let Some(series) = view.series(&self.shared.chains, question, deadline)? {
                return Ok(series);
            }
            deadline.check()?;
            thread::sleep(FOLD_PAUSE);
        }
    }

    fn versions(
        &self,
        question: VersionsQuestion,
        deadline: Deadline,
    ) -> Result<Versions, ReadError> {
        loop {
            if let Some(versions) = self.shared.view().versions(question, deadline)? {
                return Ok(versions);
            }
            deadline.check()?;
            thread::sleep(FOLD_PAUSE);
        }
    }

    fn stats(&self) -> Stats {
        let disk_bytes = self.shared.disk_bytes();
        let state = self.shared.state.read();
        let commits = || state.segments.values().map(|segment| &segment.commit);
        let sealed = commits().map(|commit| commit.oldest_unix_nano);
        let hot = state.hot.traces().flat_map(|trace| trace.heads());
        let oldest = sealed.chain(hot.map(|(_, head)| head.start_time_unix_nano));
        Stats {
            hot_spans: state.hot.span_count() as u64,
            hot_traces: state.hot.trace_count() as u64,
            segments: state.segments.len() as u64,
            sealed_spans: commits().map(|commit| commit.spans).sum(),
            disk_bytes,
            oldest_unix_nano: oldest.filter(|start| *start != 0).min().unwrap_or(0),
            ..Stats::of_pins(&self.shared.pins.all())
        }
    }
}

impl Pins for Store {
    fn pin(
        &self,
        id: TraceId,
        bounds: TraceBounds,
        deadline: Deadline,
    ) -> Result<Option<Pin>, PinError> {
        self.shared.pin(id, bounds, deadline)
    }

    fn unpin(&self, id: TraceId, deadline: Deadline) -> Result<bool, PinError> {
        self.shared.unpin(id, deadline)
    }

    fn pins(&self) -> Vec<Pin> {
        self.shared.pins.all()
    }

    fn pin_of(&self, id: TraceId) -> Option<Pin> {
        self.shared.pins.of(id)
    }
}

impl Shared {
    fn sealed_view(&self, state: &State) -> SealedView {
        SealedView {
            rocks: Arc::clone(&self.rocks),
            reader: Arc::clone(&self.reader),
            segments: Arc::clone(&state.segments),
            retired: state.retired,
            deciding: Arc::clone(&self.deciding),
        }
    }

    fn view(&self) -> View {
        let state = self.state.read();
        View {
            sealed: self.sealed_view(&state),
            hot: state.hot.view(),
            chain_places: self.chains.places(),
            version_hours: self.versions.hours(),
        }
    }

    fn bounds(&self) -> Bounds {
        Bounds {
            spans_max: self.config.hot_spans_max,
            bytes_max: self.config.hot_bytes_max,
            age_max: self.config.hot_age_max,
            trace_quiet: self.config.trace_quiet,
        }
    }
}
