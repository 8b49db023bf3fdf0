//! What can go wrong outside of writing and reading.

use std::io;
use std::path::PathBuf;

use crate::fault::Fault;

/// Why a store can't be opened, with what the operator can do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The directory can't be used.
    #[error("cannot use {}: {error}; check that it exists, is writable and has space", path.display())]
    Directory {
        /// The directory or the file in it.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// Another process has it open.
    #[error("{} is in use by another process; stop that one, or choose another data directory", data_dir.display())]
    InUse {
        /// The directory.
        data_dir: PathBuf,
    },
    /// The directory is not one of this version's.
    #[error("{} has store format {found}, this program knows {known}; run the version that wrote it, or choose another data directory", data_dir.display())]
    Format {
        /// The directory.
        data_dir: PathBuf,
        /// The format there.
        found: String,
        /// The format of this program.
        known: u64,
    },
    /// Acknowledged spans are gone from the log's end.
    #[error(
        "the log ends at record {found}, but records up to {acknowledged} were acknowledged: \
         spans are lost; restore the data directory from a backup, or delete {} \
         to go on without them", mark.display()
    )]
    LogShortened {
        /// The last record there is.
        found: u64,
        /// The last record there was.
        acknowledged: u64,
        /// The file that remembers.
        mark: PathBuf,
    },
    /// What is stored does not verify.
    #[error("{} is damaged: {what}; restore it from a backup", data_dir.display())]
    Damaged {
        /// The directory.
        data_dir: PathBuf,
        /// The record and the check that failed.
        what: String,
    },
    /// The database or the system refused.
    #[error("cannot open {}: {reason}", data_dir.display())]
    Refused {
        /// The directory.
        data_dir: PathBuf,
        /// What it says.
        reason: String,
    },
}

/// Why sealing or retention did not come to an end. Nothing is lost, and it is
/// tried again by itself.
#[derive(Debug, thiserror::Error)]
#[error("store maintenance failed: {reason}")]
pub struct MaintainError {
    reason: String,
}

impl MaintainError {
    /// Of a disk that has too little room for it.
    pub(super) fn no_room(reason: String) -> Self {
        Self { reason }
    }

    /// Of pins that could not be given what they lack.
    pub(super) fn of_pins(reason: String) -> Self {
        Self { reason }
    }

    pub(super) fn into_reason(self) -> String {
        self.reason
    }
}

impl From<Fault> for MaintainError {
    fn from(fault: Fault) -> Self {
        Self { reason: fault.to_string() }
    }
}

impl From<io::Error> for MaintainError {
    fn from(error: io::Error) -> Self {
        Fault::from(error).into()
    }
}

impl From<crate::ReadError> for MaintainError {
    fn from(error: crate::ReadError) -> Self {
        Self { reason: error.to_string() }
    }
}
