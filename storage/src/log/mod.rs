//! The write-ahead log: every span that may not be in a segment yet.
//!
//! Files of our own in the directory `log`, each named by the number of its first
//! record, in hex: a record is appended and forced to the disk before anyone has an
//! answer, and a file goes once no record of it is needed ([`file`](mod@file) has the
//! bytes). A record is needed as long as it has a span that is in no segment. No trace
//! holds a record back for long, since sealing takes the unfinished ones, too, in parts.
//!
//! RocksDB's log is not used for it: a span would be written to a second place in
//! memory, that log goes only when every family has been flushed, a full disk ends it
//! until the database is opened again, and some damaged bytes make its reader loop for
//! ever (rust-rocksdb 0.54, `log::Reader::ReadPhysicalRecord`).

pub(crate) mod disk_file;
pub(crate) mod file;
pub(crate) mod mark;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use proto::Batch;

use crate::fault::{Fault, is_full};
use crate::store::Durability;
use disk_file::DiskFile;

/// The directory's name in the data directory.
pub(crate) const DIRECTORY: &str = "log";
/// A file is closed once it has this many bytes: what is deleted at a time.
const FILE_BYTES_TARGET: u64 = 16 << 20;
/// The end of a log file's name.
const SUFFIX: &str = ".log";

/// The number of a record, from 1. As a place in the log: everything up to and
/// with this record; 0 is the beginning.
pub(crate) type RecordNumber = u64;

/// What a record holds.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) number: RecordNumber,
    /// When it was written, by our clock.
    pub(crate) written_unix_nano: u64,
    pub(crate) batches: Vec<Arc<Batch>>,
}

/// Why a record was not appended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AppendError {
    /// The disk is full, and the log is as it was: later it may work.
    #[error("the disk is full: {0}")]
    Full(io::Error),
    /// Nobody knows what of the record is on the disk.
    #[error("log: {0}")]
    Unknown(io::Error),
}

impl From<AppendError> for Fault {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::Full(error) => Self::Full(error.to_string()),
            AppendError::Unknown(error) => Self::Refused(error.to_string()),
        }
    }
}

/// The log, open at its end.
#[derive(Debug)]
pub(crate) struct Log {
    directory: PathBuf,
    /// The first record of each file, the last file being the open one.
    firsts: Vec<RecordNumber>,
    file: Arc<DiskFile>,
    /// Where the next record goes in it.
    end: u64,
    next: RecordNumber,
}

/// A log that was read and is not yet written to.
pub(crate) struct Found {
    directory: PathBuf,
    firsts: Vec<RecordNumber>,
    /// The records from the first that is needed on.
    pub(crate) records: Vec<Record>,
    /// The number of the last record, the one before the first needed where there is
    /// none.
    pub(crate) last: RecordNumber,
    /// How much of the last file verifies.
    end: u64,
}

/// Reads the log in `data_dir` from the record `needed` on.
///
/// A record that does not verify is the end of the log where it is the last thing in
/// it: a kill may tear what nobody was promised. Anywhere else it is damage; under
/// [`Durability::Process`] a power cut may have kept later records and not this one, so
/// that it is the end there, too.
///
/// # Errors
/// What is damaged or missing, and what the system refuses.
pub(crate) fn read(
    data_dir: &Path,
    needed: RecordNumber,
    durability: Durability,
) -> Result<Found, Fault> {
    let directory = data_dir.join(DIRECTORY);
    fs::create_dir_all(&directory)?;
    let mut firsts = file_numbers(&directory)?;
    // Files before the one that may hold the first record that is needed.
    let gone = firsts.partition_point(|first| *first <= needed).saturating_sub(1);
    for first in firsts.drain(..gone) {
        fs::remove_file(path(&directory, first))?;
    }
    let mut records = Vec::new();
    let mut next = firsts.first().copied().unwrap_or(needed);
    let mut end = 0;
    if next > needed {
        return Err(Fault::corrupt(format_args!("log record {needed}"), "missing"));
    }
    for (position, first) in firsts.clone().into_iter().enumerate() {
        let is_last = position.saturating_add(1) == firsts.len();
        let bytes = fs::read(path(&directory, first))?;
        if first != next {
            return Err(Fault::corrupt(format_args!("log record {next}"), "missing"));
        }
        let scan = file::scan(&bytes, first, needed)?;
        let is_torn = scan.end < bytes.len();
        if is_torn && !(is_last && may_end(&bytes, &scan, durability)) {
            return Err(Fault::corrupt(format_args!("log record {}", scan.next), scan.why));
        }
        next = scan.next;
        end = scan.end as u64;
        records.extend(scan.records);
    }
    Ok(Found { directory, firsts, records, last: next.saturating_sub(1), end })
}

/// Reads every record of the closed files in `data_dir`, and answers how many there are.
/// Changes nothing.
///
/// # Errors
/// The first record that does not verify or is missing, and what the system refuses.
pub(crate) fn verify(data_dir: &Path) -> Result<u64, Fault> {
    let directory = data_dir.join(DIRECTORY);
    let mut records = 0u64;
    let mut next = None;
    for first in file_numbers(&directory)? {
        if let Some(next) = next.filter(|next| *next != first) {
            return Err(Fault::corrupt(format_args!("log record {next}"), "missing"));
        }
        let bytes = fs::read(path(&directory, first))?;
        let scan = file::scan(&bytes, first, first)?;
        if scan.end < bytes.len() {
            return Err(Fault::corrupt(format_args!("log record {}", scan.next), scan.why));
        }
        records = records.saturating_add(scan.records.len() as u64);
        next = Some(scan.next);
    }
    Ok(records)
}

/// Whether a log may end before bytes that do not verify.
fn may_end(bytes: &[u8], scan: &file::Scan, durability: Durability) -> bool {
    durability == Durability::Process || !file::has_record(bytes, scan.end)
}

impl Found {
    /// Goes on behind the last record.
    ///
    /// # Errors
    /// What the system refuses.
    pub(crate) fn resume(self) -> io::Result<Log> {
        let Self { directory, mut firsts, last, end, .. } = self;
        let next = last.saturating_add(1);
        let last_file = firsts.last().copied().filter(|_| end >= file::HEADER_BYTES as u64);
        let (file, end) = match last_file {
            Some(first) => {
                let file = DiskFile::open(&path(&directory, first))?;
                file.set_len(end)?;
                file.sync_data()?;
                (file, end)
            }
            None => {
                // A file whose beginning is not on the disk holds nothing.
                firsts.pop();
                firsts.push(next);
                create(&directory, next)?
            }
        };
        Ok(Log { directory, firsts, file: Arc::new(file), end, next })
    }
}

impl Log {
    /// The number of the next record.
    pub(crate) fn next(&self) -> RecordNumber {
        self.next
    }

    /// Appends a record of `batches`, as durable as `durability` says when it returns.
    pub(crate) fn append(
        &mut self,
        written_unix_nano: u64,
        batches: &[&Arc<Batch>],
        durability: Durability,
    ) -> Result<RecordNumber, AppendError> {
        if self.end >= FILE_BYTES_TARGET {
            self.leave_file()?;
        }
        let number = self.next;
        let record = file::encode_record(number, written_unix_nano, batches);
        self.file.write_all_at(&record, self.end).map_err(|error| {
            // What was written of it is overwritten by the next, or cut off when the
            // log is opened.
            match self.file.set_len(self.end) {
                Ok(()) if is_full(error.kind()) => AppendError::Full(error),
                _ => AppendError::Unknown(error),
            }
        })?;
        if durability == Durability::Disk {
            self.file.sync_data().map_err(AppendError::Unknown)?;
        }
        self.end = self.end.saturating_add(record.len() as u64);
        self.next = number.saturating_add(1);
        Ok(number)
    }

    /// Closes the open file, where it has a record. Answers the closed files: everything
    /// that was appended by now, on the disk, to be changed by nobody.
    pub(crate) fn close_file(&mut self) -> Result<Vec<PathBuf>, AppendError> {
        if self.end > file::HEADER_BYTES as u64 {
            self.leave_file()?;
        }
        let closed = self.firsts.len().saturating_sub(1);
        Ok(self.firsts.iter().take(closed).map(|first| path(&self.directory, *first)).collect())
    }

    /// Forces the open file to the disk and goes on in a new one.
    fn leave_file(&mut self) -> Result<(), AppendError> {
        // What is in it may be acknowledged, so a failure is none to come back from.
        self.file.sync_data().map_err(AppendError::Unknown)?;
        self.begin_file().map_err(|error| match error.kind() {
            kind if is_full(kind) => AppendError::Full(error),
            _ => AppendError::Unknown(error),
        })
    }

    /// The open file, to be forced to the disk by whoever holds it. Closed ones are
    /// there already.
    pub(crate) fn file(&self) -> Arc<DiskFile> {
        Arc::clone(&self.file)
    }

    /// Deletes the files that hold no record from `needed` on.
    ///
    /// # Errors
    /// What the system refuses. It may be asked again; where there is no room for a new
    /// file, all are deleted but the last.
    pub(crate) fn cut(&mut self, needed: RecordNumber) -> io::Result<()> {
        let is_last_gone = needed >= self.next && self.end > file::HEADER_BYTES as u64;
        let begun = if is_last_gone { self.begin_file() } else { Ok(()) };
        let gone = self.firsts.partition_point(|first| *first <= needed).saturating_sub(1);
        for first in self.firsts.drain(..gone) {
            fs::remove_file(path(&self.directory, first))?;
        }
        begun
    }

    /// Leaves the open file for a new one. Whatever is needed of it was synced before.
    fn begin_file(&mut self) -> io::Result<()> {
        let (file, end) = create(&self.directory, self.next)?;
        self.file = Arc::new(file);
        self.end = end;
        self.firsts.push(self.next);
        Ok(())
    }
}

/// Makes the file whose first record is `first`; it is on the disk when this returns.
/// After an error there is none: the record will be in the file before it.
fn create(directory: &Path, first: RecordNumber) -> io::Result<(DiskFile, u64)> {
    let path = path(directory, first);
    let created = write_header(&path, first).and_then(|file| {
        File::open(directory)?.sync_all()?;
        Ok((file, file::HEADER_BYTES as u64))
    });
    if created.is_err() {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    created
}

fn write_header(path: &Path, first: RecordNumber) -> io::Result<DiskFile> {
    let file = DiskFile::create(path)?;
    file.write_all_at(&file::header(first), 0)?;
    file.sync_data()?;
    Ok(file)
}

fn path(directory: &Path, first: RecordNumber) -> PathBuf {
    directory.join(format!("{first:016x}{SUFFIX}"))
}

/// The first records of the files there are, in order.
fn file_numbers(directory: &Path) -> io::Result<Vec<RecordNumber>> {
    let mut numbers = Vec::new();
    for entry in fs::read_dir(directory)? {
        let name = entry?.file_name();
        let stem = name.to_str().and_then(|name| name.strip_suffix(SUFFIX));
        numbers.extend(stem.and_then(|stem| RecordNumber::from_str_radix(stem, 16).ok()));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

#[cfg(test)]
mod tests;
