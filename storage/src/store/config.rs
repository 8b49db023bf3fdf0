//! How a store is set up.

use std::path::PathBuf;
use std::time::Duration;

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
    /// counts, too: what is hot is in it.
    pub retention_bytes: Option<u64>,
    /// Bytes of the disk that are kept free: with less, no spans are taken until there is
    /// an eighth more. 64 MiB. Never less than what is hot takes in memory, so that there
    /// is always room to seal it.
    pub disk_free_min: u64,
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
        }
    }
}
