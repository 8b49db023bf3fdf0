//! The stores under test.

use std::time::Duration;

use hopline_storage::{Config, Durability, MemoryStore, Pins, SpanWriter, Store, TraceReader};
use tempfile::TempDir;

/// All faces of a store.
pub(crate) trait Faces: SpanWriter + TraceReader + Pins {}
impl<T: SpanWriter + TraceReader + Pins> Faces for T {}

/// A store, and what can happen to it that must not change any answer.
pub(crate) trait Subject {
    /// An empty store.
    fn create() -> Self;
    /// The store.
    fn store(&self) -> &dyn Faces;
    /// Writes all it holds in memory to its final place.
    fn seal(&self);
    /// Does what it does by itself from time to time, as sealing some of it.
    fn maintain(&self);
    /// Seals everything, and lets all of it be too old. Of what is not pinned nothing is left.
    fn retire_all(&mut self);
    /// Closes it and opens it again.
    fn reopen(&mut self);
}

impl Subject for MemoryStore {
    fn create() -> Self {
        Self::new()
    }

    fn store(&self) -> &dyn Faces {
        self
    }

    fn seal(&self) {}

    fn maintain(&self) {}

    fn retire_all(&mut self) {
        MemoryStore::retire_all(self);
    }

    fn reopen(&mut self) {}
}

/// A [`Store`] in a directory of its own, with room for so many spans in memory.
pub(crate) struct Durable<const HOT_SPANS_MAX: usize> {
    /// `None` only while it is closed.
    store: Option<Store>,
    directory: TempDir,
}

/// Longer than any test takes: retention does nothing by itself.
const RETENTION: Duration = Duration::from_secs(1_000_000);

/// A store that seals when it is told to.
pub(crate) type Roomy = Durable<200_000>;
/// A store that always has to seal some traces, and to leave others.
pub(crate) type Tight = Durable<24>;

impl<const HOT_SPANS_MAX: usize> Durable<HOT_SPANS_MAX> {
    fn open(directory: &TempDir) -> Store {
        let mut config = Config::new(directory.path());
        config.hot_spans_max = HOT_SPANS_MAX;
        // No test here cuts the power.
        config.durability = Durability::Process;
        config.retention_age = Some(RETENTION);
        Store::open(config).unwrap()
    }

    fn inner(&self) -> &Store {
        self.store.as_ref().unwrap()
    }
}

impl<const HOT_SPANS_MAX: usize> Subject for Durable<HOT_SPANS_MAX> {
    fn create() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = Some(Self::open(&directory));
        Self { store, directory }
    }

    fn store(&self) -> &dyn Faces {
        self.inner()
    }

    fn seal(&self) {
        self.inner().seal_now().unwrap();
    }

    fn maintain(&self) {
        self.inner().maintain(proto::clock::now_unix_nano()).unwrap();
    }

    fn retire_all(&mut self) {
        self.inner().seal_now().unwrap();
        let later = proto::clock::now_unix_nano() + 2 * RETENTION.as_nanos() as u64;
        self.inner().maintain(later).unwrap();
        // What the maintenance did before sealing had been for nothing.
        assert_eq!(self.inner().stats().segments, 0);
    }

    fn reopen(&mut self) {
        self.store.take().unwrap().close().unwrap();
        self.store = Some(Self::open(&self.directory));
    }
}
