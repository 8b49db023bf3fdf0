//! RocksDB, and the only file that names it: families of records, changes that are
//! one, scans, and files that are taken in whole.
//!
//! Every value passes through [`crate::record`] on its way in and out, so nothing
//! above this file sees bytes that do not verify.

use std::path::{Path, PathBuf};

use rocksdb::checkpoint::Checkpoint;
use rocksdb::{
    BlockBasedOptions, Cache, ColumnFamily, ColumnFamilyDescriptor, DB, DBCompressionType,
    Direction, FlushOptions, InfoLogger, IngestExternalFileOptions, IteratorMode, LogLevel,
    Options, ReadOptions, SstFileWriter, WriteBatch, WriteOptions,
};

use crate::changes::Changes;
use crate::fault::{Fault, InRecord};
use crate::record::{self, Effort};
use crate::store::Caches;

/// Memory for blocks while a database is only verified, which reads each once.
const VERIFY_CACHE_BYTES: usize = 8 << 20;
/// Files that RocksDB holds open at once.
const OPEN_FILES_MAX: i32 = 1_000;
/// RocksDB's text logs: how many, and how long each.
const INFO_LOGS_MAX: usize = 3;
const INFO_LOG_BYTES_MAX: usize = 4 << 20;
/// Threads that flush and compact.
const BACKGROUND_THREADS: i32 = 2;
/// 10 bits a key keep false positives of a bloom filter at 1 %.
const BLOOM_BITS: f64 = 10.0;
/// How every message begins that is about a full disk (`Status::SubCode::kNoSpace`).
const NO_SPACE: &str = "IO error: No space left on device";

/// A kind of record with keys of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// Facts about the store as a whole.
    Meta,
    /// What segments are made of. Never changed.
    Segment,
    /// The facts about each segment that make it exist.
    Commit,
    /// Summaries of traces that have parts in several segments.
    Split,
    /// What hops add up to.
    Chain,
    /// Traces that are kept beyond retention.
    Pin,
}

impl Family {
    const ALL: [Self; 6] =
        [Self::Meta, Self::Segment, Self::Commit, Self::Split, Self::Chain, Self::Pin];

    /// The column family's name. `default` is there in every RocksDB.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Meta => "default",
            Self::Segment => "segment",
            Self::Commit => "commit",
            Self::Split => "split",
            Self::Chain => "chain",
            Self::Pin => "pin",
        }
    }

    fn options(self, cache: &Cache, memtable_bytes: usize) -> Options {
        let mut table = BlockBasedOptions::default();
        table.set_block_cache(cache);
        table.set_cache_index_and_filter_blocks(true);
        table.set_pin_l0_filter_and_index_blocks_in_cache(true);
        table.set_format_version(6);
        let mut options = Options::default();
        // Values are compressed by then, and RocksDB's cache holds more of them so.
        options.set_compression_type(DBCompressionType::None);
        options.set_write_buffer_size(memtable_bytes);
        match self {
            Self::Split => table.set_bloom_filter(BLOOM_BITS, false),
            Self::Meta | Self::Segment | Self::Commit | Self::Chain | Self::Pin => {}
        }
        options.set_block_based_table_factory(&table);
        options
    }
}

/// A directory of records.
pub(crate) struct Rocks {
    db: DB,
    scratch: PathBuf,
}

impl Rocks {
    /// Opens the database in `directory`, made where there is none. Files that are
    /// taken in are built in `scratch`, which lies on the same file system.
    pub(crate) fn open(directory: &Path, scratch: PathBuf, caches: &Caches) -> Result<Self, Fault> {
        let cache = Cache::new_lru_cache(caches.database_bytes);
        let families = descriptors(&Family::ALL, &cache, caches.memtable_bytes);
        let db = DB::open_cf_descriptors(&database_options(), directory, families)?;
        Ok(Self { db, scratch })
    }

    /// Opens the database in `directory` to read every record of it, and changes nothing
    /// there.
    pub(crate) fn open_to_verify(directory: &Path) -> Result<Self, Fault> {
        let cache = Cache::new_lru_cache(VERIFY_CACHE_BYTES);
        let mut options = database_options();
        options.create_if_missing(false);
        options.create_missing_column_families(false);
        // Else its text log would lie among the files.
        options.set_info_logger(InfoLogger::new_callback_logger(LogLevel::Fatal, |_, _| {}));
        // Earlier versions had fewer families, and none is made here.
        let there = DB::list_cf(&options, directory)?;
        let known = Family::ALL.into_iter().filter(|one| there.iter().any(|it| it == one.name()));
        let known: Vec<Family> = known.collect();
        let families = descriptors(&known, &cache, Caches::default().memtable_bytes);
        let db = DB::open_cf_descriptors_read_only(&options, directory, families, false)?;
        Ok(Self { db, scratch: PathBuf::new() })
    }

    /// Reads every record, and answers how many there are.
    ///
    /// # Errors
    /// The first that does not verify.
    pub(crate) fn verify(&self) -> Result<u64, Fault> {
        let mut records = 0u64;
        for family in Family::ALL {
            let Some(handle) = self.db.cf_handle(family.name()) else { continue };
            for item in self.db.iterator_cf(handle, IteratorMode::Start) {
                let (key, value) = item?;
                decode(family, &key, &value)?;
                records = records.saturating_add(1);
            }
        }
        Ok(records)
    }

    /// Links the files of everything that was committed into `directory`, which is made.
    pub(crate) fn checkpoint(&self, directory: &Path) -> Result<(), Fault> {
        Ok(Checkpoint::new(&self.db)?.create_checkpoint(directory)?)
    }

    /// Writes `changes` as one; they are on the disk when this returns. After an error
    /// it is unknown whether they will be there when the database is opened again.
    ///
    /// They go to files at once, without a log before them: there are few of them, each
    /// large, and what is not in a log cannot be lost by reading one.
    pub(crate) fn commit(&self, changes: Changes) -> Result<(), Fault> {
        self.apply(changes)?;
        self.flush()
    }

    /// Writes `changes` as one to memory, where every read finds them.
    ///
    /// # Errors
    /// After [`Fault::Full`] nothing was changed: the database takes nothing more until
    /// it has found, by itself and a few seconds later, that there is room again.
    pub(crate) fn apply(&self, changes: Changes) -> Result<(), Fault> {
        let mut batch = WriteBatch::default();
        for (family, from, to) in changes.range_deletes {
            batch.delete_range_cf(self.family(family)?, from, to);
        }
        for (family, key) in changes.deletes {
            batch.delete_cf(self.family(family)?, key);
        }
        for (family, key, value) in changes.puts {
            batch.put_cf(self.family(family)?, key, value);
        }
        let mut options = WriteOptions::default();
        options.disable_wal(true);
        Ok(self.db.write_opt(&batch, &options)?)
    }

    /// Forces to the disk what was applied so far, as one.
    ///
    /// # Errors
    /// After [`Fault::Full`] all of it is still in memory, and a later flush takes it
    /// up. That is so even where an fsync found no room: what is retried goes to new
    /// files, from memory.
    pub(crate) fn flush(&self) -> Result<(), Fault> {
        let families: Vec<_> =
            Family::ALL.iter().map(|family| self.family(*family)).collect::<Result<_, _>>()?;
        Ok(self.db.flush_cfs_opt(&families, &FlushOptions::default())?)
    }

    /// The record of `key`.
    pub(crate) fn get(&self, family: Family, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        let value = self.db.get_pinned_cf(self.family(family)?, key)?;
        value.map(|value| decode(family, key, &value)).transpose()
    }

    /// The records from `from` until before `to`, by key. One that does not verify
    /// comes with its key.
    pub(crate) fn scan<'a>(
        &'a self,
        family: Family,
        from: &[u8],
        to: &[u8],
    ) -> Result<impl Iterator<Item = Result<Found, Fault>> + use<'a>, Fault> {
        let mut options = ReadOptions::default();
        options.set_iterate_upper_bound(to);
        options.fill_cache(false);
        let mode = IteratorMode::From(from, Direction::Forward);
        let items = self.db.iterator_cf_opt(self.family(family)?, options, mode);
        Ok(items.map(move |item| {
            let (key, value) = item?;
            let payload = decode(family, &key, &value);
            Ok(Found { key: key.into_vec(), value_bytes: value.len(), payload })
        }))
    }

    /// The last record of those from `from` to `to`, both included.
    pub(crate) fn last(
        &self,
        family: Family,
        from: &[u8],
        to: &[u8],
    ) -> Result<Option<Found>, Fault> {
        let mut options = ReadOptions::default();
        options.set_iterate_lower_bound(from);
        let mode = IteratorMode::From(to, Direction::Reverse);
        let item = self.db.iterator_cf_opt(self.family(family)?, options, mode).next();
        let Some((key, value)) = item.transpose()? else {
            return Ok(None);
        };
        let payload = decode(family, &key, &value);
        Ok(Some(Found { key: key.into_vec(), value_bytes: value.len(), payload }))
    }

    /// The first key at or after `from`.
    pub(crate) fn first_key(&self, family: Family, from: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        let mode = IteratorMode::From(from, Direction::Forward);
        let item = self.db.iterator_cf(self.family(family)?, mode).next();
        Ok(item.transpose()?.map(|(key, _)| key.into_vec()))
    }

    /// Whether there is no record at all.
    pub(crate) fn is_empty(&self) -> Result<bool, Fault> {
        for family in Family::ALL {
            if self.first_key(family, &[])?.is_some() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Takes in records as one file that is never rewritten: all of them or none,
    /// on the disk when this returns. `records` come by key, each once, and no
    /// key of theirs was ever there before.
    pub(crate) fn ingest(
        &self,
        family: Family,
        records: impl Iterator<Item = Record>,
    ) -> Result<(), Fault> {
        let file = self.scratch.join(format!("{}.sst", family.name()));
        let result = write_file(&file, family, records).and_then(|()| {
            let mut how = IngestExternalFileOptions::default();
            how.set_move_files(true);
            how.set_verify_checksums_before_ingest(true);
            Ok(self.db.ingest_external_file_cf_opts(self.family(family)?, &how, vec![&file])?)
        });
        if result.is_err() {
            // What is left of it would take space that may be short.
            std::fs::remove_file(&file).unwrap_or_default();
        }
        result
    }

    /// Reads every file and compares it with the checksums that RocksDB has of it.
    pub(crate) fn verify_files(&self) -> Result<(), Fault> {
        Ok(self.db.verify_checksum()?)
    }

    /// The files that hold the family's records: the first key of each, and its bytes.
    pub(crate) fn files(&self, family: Family) -> Result<Vec<(Vec<u8>, u64)>, Fault> {
        let files = self.db.live_files()?.into_iter();
        let of_family = files.filter(|file| file.column_family_name == family.name());
        Ok(of_family.filter_map(|file| Some((file.start_key?, file.size as u64))).collect())
    }

    /// Gives back the disk space of the records from `first` to `last`, both
    /// included, whole files at a time. The records must have been deleted before.
    pub(crate) fn delete_files(
        &self,
        family: Family,
        first: &[u8],
        last: &[u8],
    ) -> Result<(), Fault> {
        Ok(self.db.delete_file_in_range_cf(self.family(family)?, first, last)?)
    }

    fn family(&self, family: Family) -> Result<&ColumnFamily, Fault> {
        let missing = || Fault::corrupt(format_args!("column family {}", family.name()), "missing");
        self.db.cf_handle(family.name()).ok_or_else(missing)
    }
}

/// A record to be.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) key: Vec<u8>,
    pub(crate) payload: Vec<u8>,
    pub(crate) effort: Effort,
}

/// A record that was come by.
pub(crate) struct Found {
    pub(crate) key: Vec<u8>,
    /// What the value takes, packed.
    pub(crate) value_bytes: usize,
    pub(crate) payload: Result<Vec<u8>, Fault>,
}

/// Writes `records` as a file that [`Rocks::ingest`] can take in.
fn write_file(
    file: &Path,
    family: Family,
    records: impl Iterator<Item = Record>,
) -> Result<(), Fault> {
    let options = family.options(&Cache::new_lru_cache(0), Caches::default().memtable_bytes);
    let mut writer = SstFileWriter::create(&options);
    writer.open(file)?;
    for Record { key, payload, effort } in records {
        let value = record::encode(family.name(), &key, &payload, effort);
        writer.put(&key, &value)?;
    }
    Ok(writer.finish()?)
}

fn decode(family: Family, key: &[u8], value: &[u8]) -> Result<Vec<u8>, Fault> {
    record::decode(family.name(), key, value).in_record(NameOf { family, key })
}

/// A record's name in messages: `segment record 0000000102`.
pub(crate) struct NameOf<'a> {
    pub(crate) family: Family,
    pub(crate) key: &'a [u8],
}

impl std::fmt::Display for NameOf<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} record ", self.family.name())?;
        self.key.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl From<rocksdb::Error> for Fault {
    fn from(error: rocksdb::Error) -> Self {
        match error.kind() {
            rocksdb::ErrorKind::Corruption => Self::corrupt("database", error),
            // The binding has no kind for it, only RocksDB's words.
            _ if error.as_ref().starts_with(NO_SPACE) => Self::Full(error.into_string()),
            _ => Self::Refused(error.into_string()),
        }
    }
}

fn descriptors(
    families: &[Family],
    cache: &Cache,
    memtable_bytes: usize,
) -> Vec<ColumnFamilyDescriptor> {
    let of = |family: &Family| {
        ColumnFamilyDescriptor::new(family.name(), family.options(cache, memtable_bytes))
    };
    families.iter().map(of).collect()
}

fn database_options() -> Options {
    let mut options = Options::default();
    options.create_if_missing(true);
    options.create_missing_column_families(true);
    options.set_paranoid_checks(true);
    // All families' newest records become files as one, since no log joins them.
    options.set_atomic_flush(true);
    options.set_max_open_files(OPEN_FILES_MAX);
    options.set_max_background_jobs(BACKGROUND_THREADS);
    options.set_keep_log_file_num(INFO_LOGS_MAX);
    options.set_max_log_file_size(INFO_LOG_BYTES_MAX);
    options
}
