//! The way back: from a directory to a store, after whatever end.
//!
//! What makes a segment exist is its commit, so the order is: commits, then away
//! with files that have none, then the log from the first record that is needed,
//! less what is in segments already. Last, the log's end is compared with the
//! mark: see [`crate::log::mark`].

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use hashbrown::hash_map::Entry;
use hashbrown::{HashMap, HashSet};
use parking_lot::{Mutex, RwLock};
use proto::TraceId;
use rustix::fs::{FlockOperation, flock};

use super::maintain::Signal;
use super::pin::SealedPins;
use super::retention::delete_records;
use super::seal::{LOG_NEEDED_KEY, NEXT_SEGMENT_KEY, get_number, put_number};
use super::{
    Config, DATABASE_DIR, LOCK_FILE, LogEnd, OpenError, SCRATCH_DIR, Shared, State, Upkeep,
};
use crate::chains::SealedChains;
use crate::changes::Changes;
use crate::fault::{Fault, InRecord};
use crate::hot::Hot;
use crate::log::mark::{self, Mark};
use crate::log::{self, Record, RecordNumber};
use crate::rocks::{Family, Rocks};
use crate::segment::commit::{Commit, Splits, commit_key, splits_key};
use crate::segment::{Segment, SegmentId, SegmentReader, first_key, id_of_key};
use crate::versions::SealedVersions;
use crate::view::{Deciding, SealedView, Segments};

/// The format of everything in the data directory.
const FORMAT: u64 = 3;
/// In the family `meta`: the format, varint.
const FORMAT_KEY: &[u8] = b"format";

/// Opens everything but the maintenance thread.
pub(super) fn open(config: Config) -> Result<Shared, OpenError> {
    let data_dir = config.data_dir.clone();
    let in_fault = |fault: Fault| match fault {
        Fault::Corrupt { .. } => {
            OpenError::Damaged { data_dir: data_dir.clone(), what: fault.to_string() }
        }
        Fault::Full(_) | Fault::Refused(_) => {
            OpenError::Refused { data_dir: data_dir.clone(), reason: fault.to_string() }
        }
    };
    let lock = lock(&data_dir)?;
    let scratch = data_dir.join(SCRATCH_DIR);
    make_empty(&scratch).map_err(|error| unusable(&scratch, error))?;
    let mark_file = data_dir.join(mark::FILE_NAME);
    let (mark, acknowledged) =
        Mark::open(&data_dir).map_err(|error| unusable(&mark_file, error))?;
    let rocks =
        Rocks::open(&data_dir.join(DATABASE_DIR), scratch, &config.caches).map_err(in_fault)?;
    if let Some(found) = foreign_format(&rocks).map_err(in_fault)? {
        return Err(OpenError::Format { data_dir, found, known: FORMAT });
    }
    let rocks = Arc::new(rocks);
    let segments = read_commits(&rocks).map_err(in_fault)?;
    let next_segment = sweep(&rocks, &segments).map_err(in_fault)?;
    let reader = Arc::new(SegmentReader::new(Arc::clone(&rocks), &config.caches));
    let segments = Arc::new(segments);
    let deciding = Arc::new(Deciding::new(config.search_trace_bytes));
    let sealed = SealedView {
        rocks: Arc::clone(&rocks),
        reader: Arc::clone(&reader),
        segments: Arc::clone(&segments),
        retired: 0,
        deciding: Arc::clone(&deciding),
    };
    let chains = SealedChains::open(&rocks, config.caches.chains_bytes).map_err(in_fault)?;
    let versions = SealedVersions::open(&rocks).map_err(in_fault)?;
    let pins = SealedPins::open(&rocks).map_err(in_fault)?;
    let needed = get_number(&rocks, LOG_NEEDED_KEY).map_err(in_fault)?.unwrap_or(1);
    let mut found = log::read(&data_dir, needed, config.durability).map_err(in_fault)?;
    let last = found.last;
    if last < acknowledged {
        return Err(OpenError::LogShortened { found: last, acknowledged, mark: mark_file });
    }
    let hot = replay(&sealed, std::mem::take(&mut found.records), last).map_err(in_fault)?;
    let log_directory = || data_dir.join(log::DIRECTORY);
    let log = found.resume().map_err(|error| unusable(&log_directory(), error))?;
    tracing::info!(
        segments = segments.len(),
        hot_spans = hot.span_count(),
        log_record = last,
        "store opened"
    );
    let shared = Shared {
        config,
        rocks,
        reader,
        deciding,
        chains,
        versions,
        pins,
        state: RwLock::new(State { hot, segments, retired: 0 }),
        log_end: Mutex::new(LogEnd { log, mark }),
        upkeep: Mutex::new(Upkeep {
            next_segment,
            retiring: Vec::new(),
            unmergeable: HashSet::new(),
            log_cut_due: None,
            next_fold_unix_nano: 0,
            is_told_of_size: false,
        }),
        poison: OnceLock::new(),
        no_room: Mutex::new(None),
        trouble: Mutex::new(None),
        signal: Signal::default(),
        _lock: lock,
    };
    shared.look_for_room();
    Ok(shared)
}

/// Makes the directory and keeps other processes out of it.
fn lock(data_dir: &Path) -> Result<File, OpenError> {
    fs::create_dir_all(data_dir).map_err(|error| unusable(data_dir, error))?;
    let path = data_dir.join(LOCK_FILE);
    let file = File::options().write(true).create(true).truncate(false).open(&path);
    let file = file.map_err(|error| unusable(&path, error))?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(rustix::io::Errno::WOULDBLOCK) => {
            Err(OpenError::InUse { data_dir: data_dir.to_owned() })
        }
        Err(error) => Err(unusable(&path, error.into())),
    }
}

fn unusable(path: &Path, error: io::Error) -> OpenError {
    OpenError::Directory { path: path.to_owned(), error }
}

/// The format of the database where it is not ours. A database without any record
/// becomes one of ours.
fn foreign_format(rocks: &Rocks) -> Result<Option<String>, Fault> {
    match get_number(rocks, FORMAT_KEY)? {
        Some(FORMAT) => Ok(None),
        Some(other) => Ok(Some(other.to_string())),
        None if rocks.is_empty()? => {
            let mut changes = Changes::default();
            put_number(&mut changes, FORMAT_KEY, FORMAT);
            rocks.commit(changes)?;
            Ok(None)
        }
        None => Ok(Some("unknown".to_owned())),
    }
}

/// The segments that exist.
fn read_commits(rocks: &Rocks) -> Result<Segments, Fault> {
    let mut segments = Segments::new();
    let mut from = SegmentId(0);
    while let Some(key) = rocks.first_key(Family::Commit, &first_key(from))? {
        let id = id_of_key(&key).ok_or_else(|| Fault::corrupt("commit", "a key is too short"))?;
        let get = |key: Vec<u8>| {
            let missing = || Fault::corrupt(format_args!("{id}, commit"), "missing");
            rocks.get(Family::Commit, &key)?.ok_or_else(missing)
        };
        let commit = Commit::decode(&get(commit_key(id))?);
        let splits = Splits::decode(&get(splits_key(id))?);
        let segment = Segment {
            id,
            commit: Arc::new(commit.in_record(format_args!("{id}, commit"))?),
            splits: splits.in_record(format_args!("{id}, splits"))?,
        };
        segments.insert(id, Arc::new(segment));
        from = id.next();
    }
    Ok(segments)
}

/// Deletes what has no commit: the remains of sealing or retention that did not
/// come to its end. Answers the number of the next segment.
fn sweep(rocks: &Rocks, segments: &Segments) -> Result<SegmentId, Fault> {
    let known = get_number(rocks, NEXT_SEGMENT_KEY)?.unwrap_or(0);
    let mut next = SegmentId(u32::try_from(known).unwrap_or(u32::MAX));
    let mut from = SegmentId(0);
    while let Some(key) = rocks.first_key(Family::Segment, &first_key(from))? {
        let id = id_of_key(&key).ok_or_else(|| Fault::corrupt("segment", "a key is too short"))?;
        if !segments.contains_key(&id) {
            tracing::info!(segment = id.0, "swept a segment that was not committed");
            delete_records(rocks, id)?;
        }
        from = id.next();
        next = next.max(from);
    }
    Ok(next)
}

/// What is hot, from the records of the log, whose last is `last`.
fn replay(sealed: &SealedView, records: Vec<Record>, last: RecordNumber) -> Result<Hot, Fault> {
    let mut hot = Hot::new(last);
    let mut sealed_through: HashMap<TraceId, RecordNumber> = HashMap::new();
    for record in records {
        for batch in &record.batches {
            for spans in batch.traces() {
                if let Entry::Vacant(place) = sealed_through.entry(spans.id) {
                    place.insert(read_sealed_through(sealed, spans.id)?);
                }
            }
            let is_wanted =
                |id: TraceId| sealed_through.get(&id).is_none_or(|it| record.number > *it);
            hot.take(record.number, record.written_unix_nano, batch, is_wanted);
        }
    }
    Ok(hot)
}

/// The log record up to which a trace is in segments.
fn read_sealed_through(sealed: &SealedView, trace: TraceId) -> Result<RecordNumber, Fault> {
    let parts = sealed.parts(trace)?;
    if !parts.missing.is_empty() {
        // Spans that are hot and sealed are merged when they are read.
        tracing::warn!(%trace, missing = ?parts.missing, "taken from the log, sealed or not");
    }
    let segments = parts.found.iter().filter_map(|part| sealed.segments.get(&part.segment));
    Ok(segments.map(|segment| segment.commit.through).max().unwrap_or(0))
}

fn make_empty(directory: &Path) -> io::Result<()> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    fs::create_dir(directory)
}
