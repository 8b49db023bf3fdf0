//! The store as its users see it, in a directory of its own.

mod audit;
mod backup;
mod cardinality;
mod damage;
mod flips;
mod fsync;
mod full;
mod hours;
mod large;
mod life;
mod lock;
mod log_records;
mod merge;
mod pin;
mod retention;
mod sealing;
#[path = "../../../../tests/support/small_disk.rs"]
mod small_disk;
mod together;
mod versions;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use proto::testing::trace;
use proto::{Batch, Span, TraceId};
use tempfile::TempDir;

use super::{Config, Store};
use crate::contract::search::{Order, Search, SearchPage, TraceConditions};
use crate::contract::{
    Completeness, Deadline, SpanWriter, TimeRange, TraceBounds, TraceReader, Written,
};
use crate::evaluate;

/// A store that can be closed and opened again.
struct Lab {
    config: Config,
    store: Option<Store>,
    dir: TempDir,
}

impl Lab {
    /// A new store, whose maintenance does nothing that a test does not ask for.
    fn new() -> Self {
        Self::with(|_| {})
    }

    fn with(configure: impl FnOnce(&mut Config)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut config = config_in(dir.path());
        configure(&mut config);
        let store = Some(Store::open(config.clone()).unwrap());
        Self { config, store, dir }
    }

    fn store(&self) -> &Store {
        self.store.as_ref().unwrap()
    }

    fn reopen(&mut self) {
        self.store = None;
        self.store = Some(Store::open(self.config.clone()).unwrap());
    }

    /// The store as a kill at this moment would leave it: what the operating system
    /// has of its files, opened elsewhere.
    fn after_a_kill(&self) -> Self {
        let dir = tempfile::tempdir().unwrap();
        copy(self.dir.path(), dir.path());
        let config = Config { data_dir: dir.path().to_owned(), ..self.config.clone() };
        let store = Some(Store::open(config.clone()).unwrap());
        Self { config, store, dir }
    }

    fn write(&self, spans: &[Span]) -> Written {
        self.store().write(&[Arc::new(Batch::of(spans))]).unwrap()[0]
    }

    /// That every span is there, once, by its trace's id and by search.
    #[track_caller]
    fn check(&self, spans: &[Span]) {
        let mut ids: Vec<_> = spans.iter().map(|span| span.trace_id).collect();
        ids.sort();
        ids.dedup();
        for id in &ids {
            let mut expected: Vec<Span> =
                spans.iter().filter(|span| span.trace_id == *id).cloned().collect();
            evaluate::dedup_and_sort(&mut expected);
            let found =
                self.store().trace(*id, TraceBounds::NONE, soon()).unwrap().expect("a trace");
            assert_eq!(found.spans, expected);
            assert_eq!(found.completeness, Completeness::Complete);
        }
        let page = self.search(search_all());
        let mut found: Vec<_> = page.traces.iter().map(|found| found.summary.trace_id).collect();
        found.sort();
        assert_eq!(found, ids);
        let spans_found: u32 = page.traces.iter().map(|found| found.summary.span_count).sum();
        let mut distinct: Vec<_> = spans.iter().map(evaluate::identity).collect();
        distinct.sort();
        distinct.dedup();
        assert_eq!(spans_found as usize, distinct.len());
        assert_eq!(page.completeness, Completeness::Complete);
    }

    fn search(&self, search: Search) -> SearchPage {
        self.store().search(&search, soon()).unwrap()
    }
}

fn config_in(directory: &Path) -> Config {
    Config {
        hot_age_max: Duration::MAX,
        retention_age: None,
        disk_free_min: 0,
        ..Config::new(directory)
    }
}

fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(60))
}

fn search_all() -> Search {
    Search {
        range: TimeRange::ALL,
        span: Vec::new(),
        trace: TraceConditions::default(),
        order: Order::Newest,
        limit: 10_000,
        after: None,
    }
}

/// A small shop's trace.
fn shop() -> Vec<Span> {
    trace(
        "frontend GET /checkout  0..100  kind=server
           cart AddItem          10..50  kind=client
             redis HSET          20..30  !timeout event=exception@29
           payment Charge        55..95  order.id=o-17",
    )
}

/// Another trace, of two spans, with an id made of `letter`.
fn other(letter: &str) -> Vec<Span> {
    let mut spans = trace("batch run  0..5000\n  batch step 1..2");
    let id = TraceId::new([letter.as_bytes()[0]; 16]);
    spans.iter_mut().for_each(|span| span.trace_id = id);
    spans
}

/// Copies a store's files as they are at one moment. The database makes and deletes files
/// on threads of its own, so it is copied again until none changed meanwhile.
fn copy(from: &Path, to: &Path) {
    for _ in 0..100 {
        // A file that goes while it is looked at is a change like any other.
        let Ok(before) = files(from) else { continue };
        std::fs::remove_dir_all(to).unwrap();
        std::fs::create_dir(to).unwrap();
        if copy_all(from, to).is_ok() && files(from).is_ok_and(|after| after == before) {
            return;
        }
    }
    panic!("the files of {} never stood still", from.display());
}

fn copy_all(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.metadata()?.is_dir() {
            copy_all(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Each file with its length and when it was last written.
fn files(directory: &Path) -> std::io::Result<BTreeMap<PathBuf, (u64, SystemTime)>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        if metadata.is_dir() {
            found.extend(files(&entry.path())?);
        } else {
            found.insert(entry.path(), (metadata.len(), metadata.modified()?));
        }
    }
    Ok(found)
}
