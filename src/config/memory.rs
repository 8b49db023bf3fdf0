//! One budget for the program's memory, and what becomes of it.
//!
//! Each share is what its part may hold at most, all at once with the others; only one large
//! trace that is read by id goes beyond. Most hold less most of the time: caches fill up with
//! what is stored, and few requests are large.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::size::Size;

/// The budget is given out in so many parts.
const PARTS: u64 = 64;

/// What all of the program may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct MemoryLimit(Size);

impl MemoryLimit {
    /// A laptop or a small server does not notice it, and 200,000 spans are hot at once.
    pub(crate) const DEFAULT: Self = Self(Size::mebibytes(512));
    /// With less, a request of some thousand spans has no room.
    const LEAST: Size = Size::mebibytes(128);

    /// Who may take how much of it.
    pub(crate) fn shares(self) -> Shares {
        let parts = |parts: u64| {
            let bytes = self.0.bytes() / PARTS * parts;
            usize::try_from(bytes).unwrap_or(usize::MAX)
        };
        Shares {
            process: parts(4),
            hot: parts(9),
            sealing: parts(6),
            caches: parts(17),
            receiving: parts(17),
            reading: parts(11),
        }
    }
}

/// The shares, in bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shares {
    /// Code, threads, connections, the allocator's own: nothing bounds it but what else
    /// is bounded. It was 30 MiB where it was measured.
    process: usize,
    /// Spans that are in no segment yet. Sealing begins at half of it, and writers wait
    /// when it is full.
    hot: usize,
    /// A segment in the making: tables of what occurs in it and its records, about as
    /// much as the spans it is made of take when they are hot.
    sealing: usize,
    /// What is read often. It fills up as more is stored and asked for.
    caches: usize,
    /// Requests, from their first byte until they are hot. More than a fourth of the
    /// budget, since one of 64 MiB, as OTLP recommends, is to be taken by default, even if
    /// it is one span with one long value.
    receiving: usize,
    /// Traces that are read, decided on, explained and encoded.
    reading: usize,
}

/// The largest request that is taken however much memory there is, in bytes.
const REQUEST_BYTES_MAX: usize = 64 << 20;

impl Shares {
    /// The store's shares.
    pub(super) fn give_storage(&self, config: &mut storage::Config) {
        config.hot_bytes_max = self.hot / 2;
        let caches = |part: usize| self.caches / 16 * part;
        let bytes = |part: usize| caches(part) as u64;
        config.caches = storage::Caches {
            // RocksDB's blocks are what segments are read from again and again.
            database_bytes: caches(2),
            // Six of them.
            memtable_bytes: caches(2) / 6,
            // One is read for any trace of its segment, and takes up to some 3 MiB.
            tables_bytes: bytes(5),
            blocks_bytes: bytes(2),
            summaries_bytes: bytes(2),
            chains_bytes: bytes(1),
            indexes_bytes: bytes(2),
        };
        // Each of four questions reads one trace at a time, with up to twice that in use;
        // one of them a large one.
        config.search_trace_bytes = storage::SearchTraceBytes {
            common_max: self.reading / 32,
            large_max: self.reading / 4,
        };
    }

    /// The collector's share.
    pub(super) fn give_collector(&self, config: &mut collector::Config) {
        // A body and, beside it, the same decompressed or decoded.
        let limits = &mut config.limits;
        limits.request_bytes_max = (self.receiving / 2).min(REQUEST_BYTES_MAX);
        limits.decoded_bytes_max = self.receiving - limits.request_bytes_max;
        config.in_flight_bytes_max = self.receiving;
        config.group_bytes_max = config.group_bytes_max.min(self.receiving / 8);
    }

    /// The query side's share.
    pub(super) fn give_query(&self, config: &mut query::Config) {
        // A large trace by id may take all of the share, and what is said about its spans
        // and the answer as much again: such come one at a time and seldom, when other
        // shares are far from used up.
        config.trace_bytes =
            query::TraceBytes { common_max: self.reading / 32, large_max: self.reading };
        config.verdict_cache_bytes = self.reading / 16;
    }
}

/// Comments for the configuration file that [`super::Effective`] shows.
impl fmt::Display for Shares {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { process, hot, sealing, caches, receiving, reading } = self;
        writeln!(f, "# of the memory limit, in MiB:")?;
        for (bytes, what) in [
            (process, "the program itself"),
            (hot, "spans that are not sealed yet"),
            (sealing, "a segment in the making"),
            (caches, "caches"),
            (receiving, "requests that are received"),
            (reading, "traces that are read"),
        ] {
            writeln!(f, "# {:6.1} {what}", *bytes as f64 / f64::from(1 << 20))?;
        }
        Ok(())
    }
}

impl FromStr for MemoryLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse()? {
            size if size >= Self::LEAST => Ok(Self(size)),
            _ => Err(format!("the least is {}", Self::LEAST)),
        }
    }
}

impl TryFrom<String> for MemoryLimit {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<MemoryLimit> for String {
    fn from(limit: MemoryLimit) -> Self {
        limit.0.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_are_no_more_than_the_limit_and_the_parts_can_be_built_with_them() {
        for text in ["128MiB", "256MiB", "512MiB", "1GiB", "7.5GB", "1TiB"] {
            let limit: MemoryLimit = text.parse().expect(text);
            let shares = limit.shares();
            let Shares { process, hot, sealing, caches, receiving, reading } = shares;
            let all = process + hot + sealing + caches + receiving + reading;
            assert!(all as u64 <= limit.0.bytes(), "{text}");

            let mut storage = storage::Config::new("somewhere");
            shares.give_storage(&mut storage);
            assert_eq!(storage.hot_bytes_max, hot / 2, "{text}");
            let storage::Caches {
                database_bytes,
                memtable_bytes,
                tables_bytes,
                blocks_bytes,
                summaries_bytes,
                chains_bytes,
                indexes_bytes,
            } = storage.caches;
            let ours = tables_bytes + blocks_bytes + summaries_bytes + chains_bytes + indexes_bytes;
            assert!(database_bytes + 6 * memtable_bytes + ours as usize <= caches, "{text}");

            let mut collector = collector::Config::default();
            shares.give_collector(&mut collector);
            assert!(collector.in_flight_bytes_max >= collector.in_flight_bytes_min(), "{text}");

            let mut query = query::Config::default();
            shares.give_query(&mut query);
            let threads = query.concurrent_questions_max;
            let common = query.trace_bytes.common_max.max(storage.search_trace_bytes.common_max);
            let large = storage.search_trace_bytes.large_max;
            let all = threads * 2 * common + 2 * large + query.verdict_cache_bytes;
            assert!(all <= reading, "{text}");
            assert!(query.trace_bytes.large_max <= reading, "{text}");
        }
    }

    #[test]
    fn by_default_a_request_is_as_large_as_otlp_recommends() {
        let mut collector = collector::Config::default();
        MemoryLimit::DEFAULT.shares().give_collector(&mut collector);
        assert_eq!(collector.limits.request_bytes_max, REQUEST_BYTES_MAX);
        assert!(collector.limits.decoded_bytes_max > REQUEST_BYTES_MAX);
    }
}
