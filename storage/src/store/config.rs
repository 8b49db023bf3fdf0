//! How a store is set up.

use std::path::PathBuf;
use std::time::Duration;

use crate::contract::pins::PinBounds;

/// What a written span must survive before [`crate::SpanWriter::write`] returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// A power cut: the answer waits for the disk (fsync).
    #[default]
    Disk,
    /// The end of the process, a kill included, but no power cut: the answer waits
    /// for the operating system only. What a power cut may take is what was
    /// written in the last second or two.
    Process,
}

/// How a store is set up. [`Config::new`] has defaults that suit one machine with
/// two cores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The directory that holds everything, made where there is none. One process
    /// at a time.
    pub data_dir: PathBuf,
    /// What written spans must survive.
    pub durability: Durability,
    /// Spans held in memory before quiet traces are sealed. 200,000.
    pub hot_spans_max: usize,
    /// Bytes that the spans in memory take, estimated, before quiet traces are
    /// sealed. 192 MiB. Writers are told to wait when there is twice as much, or
    /// twice `hot_spans_max`: the disk then can't keep up.
    pub hot_bytes_max: usize,
    /// How long a span stays in memory only, until quiet traces are sealed though
    /// there is room. 5 minutes: what has to be read back from the log when the
    /// store is opened after a kill.
    pub hot_age_max: Duration,
    /// How long no span of a trace must have come before it is taken for finished
    /// and sealed as a whole. 10 seconds. Of a trace that goes on longer than
    /// `hot_age_max`, and of every trace when memory is short, what there is gets
    /// sealed, and what follows becomes a further part: slower to read, never
    /// incomplete.
    pub trace_quiet: Duration,
    /// How long spans are kept; `None` for ever. 7 days. It counts from when their
    /// segment was sealed, a little after they came: whatever times they carry, they
    /// are kept for that long, then go, a segment at a time.
    pub retention_age: Option<Duration>,
    /// Bytes that the store may take; `None` for as many as there are, the default. Where
    /// it takes more, the segments that were sealed first go, all but the newest. The log
    /// counts, too: what is hot is in it. So do pins, which do not go.
    pub retention_bytes: Option<u64>,
    /// Bytes of the disk that are kept free: with less, no spans are taken until there is
    /// an eighth more. 64 MiB. Never less than what is hot takes in memory, so that there
    /// is always room to seal it.
    pub disk_free_min: u64,
    /// Memory for what is read often.
    pub caches: Caches,
    /// Memory that searches may take for the spans of traces they decide on.
    pub search_trace_bytes: SearchTraceBytes,
    /// How much may be pinned.
    pub pins: PinBounds,
}

/// Memory for what is read often, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caches {
    /// RocksDB's blocks, packed, with its index and filter blocks. 64 MiB.
    pub database_bytes: usize,
    /// The newest records of each of RocksDB's six families, before they become a
    /// file: one line a segment, as segments do not pass through it. 8 MiB.
    pub memtable_bytes: usize,
    /// Tables, unpacked. One is read for any trace of its segment. 32 MiB.
    pub tables_bytes: u64,
    /// Blocks, unpacked. A search that has to decide on many traces comes by each
    /// several times. 32 MiB.
    pub blocks_bytes: u64,
    /// Summaries, unpacked. They are read for any search. 64 MiB.
    pub summaries_bytes: u64,
    /// Figures of hops, unpacked. Whoever looks at what is wrong now reads the last half
    /// hour of them. 16 MiB.
    pub chains_bytes: u64,
    /// Indexes of trace ids. All are asked for any trace. 64 MiB: some 15 million
    /// traces.
    pub indexes_bytes: u64,
}

impl Default for Caches {
    fn default() -> Self {
        Self {
            database_bytes: 64 << 20,
            memtable_bytes: 8 << 20,
            tables_bytes: 32 << 20,
            blocks_bytes: 32 << 20,
            summaries_bytes: 64 << 20,
            chains_bytes: 16 << 20,
            indexes_bytes: 64 << 20,
        }
    }
}

/// Memory that searches may take for the spans of traces they decide on, in bytes,
/// estimated. While a trace is read, up to twice as much is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SearchTraceBytes {
    /// What each search may take at any time. 16 MiB.
    pub common_max: usize,
    /// What a search may take for a larger trace; such are decided on one at a time.
    /// Of a trace that is larger still, a search knows the first spans only, and its
    /// answer says so. 256 MiB.
    pub large_max: usize,
}

impl Default for SearchTraceBytes {
    fn default() -> Self {
        Self { common_max: 16 << 20, large_max: 256 << 20 }
    }
}

impl Config {
    /// The defaults, with everything in `data_dir`.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            durability: Durability::default(),
            hot_spans_max: 200_000,
            hot_bytes_max: 192 << 20,
            hot_age_max: Duration::from_secs(300),
            trace_quiet: Duration::from_secs(10),
            retention_age: Some(Duration::from_secs(7 * 24 * 60 * 60)),
            retention_bytes: None,
            disk_free_min: 64 << 20,
            caches: Caches::default(),
            search_trace_bytes: SearchTraceBytes::default(),
            pins: PinBounds::default(),
        }
    }
}
