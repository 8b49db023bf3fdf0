//! What can go wrong between us and the disk.

use std::fmt::Display;
use std::io;

use crate::contract::ReadError;
use proto::codec::Malformed;

/// Why something stored could not be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    /// Bytes are not what was written, or are gone.
    #[error("{what}: {why}")]
    Corrupt {
        /// The record.
        what: String,
        /// The check that failed.
        why: String,
    },
    /// The disk is full: it may work once there is room.
    #[error("the disk is full: {0}")]
    Full(String),
    /// The disk or the database refused.
    #[error("{0}")]
    Refused(String),
}

impl Fault {
    pub(crate) fn corrupt(what: impl Display, why: impl Display) -> Self {
        Self::Corrupt { what: what.to_string(), why: why.to_string() }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            kind if is_full(kind) => Self::Full(error.to_string()),
            _ => Self::Refused(error.to_string()),
        }
    }
}

impl From<Fault> for ReadError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Corrupt { .. } => Self::Corrupt { what: fault.to_string() },
            Fault::Full(_) | Fault::Refused(_) => Self::Unavailable { reason: fault.to_string() },
        }
    }
}

/// Whether an error of this kind says that there is no room, for us or at all.
pub(crate) fn is_full(kind: io::ErrorKind) -> bool {
    matches!(
        kind,
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
    )
}

/// Names the record in which something was malformed.
pub(crate) trait InRecord<T> {
    fn in_record(self, what: impl Display) -> Result<T, Fault>;
}

impl<T> InRecord<T> for Result<T, Malformed> {
    fn in_record(self, what: impl Display) -> Result<T, Fault> {
        self.map_err(|malformed| Fault::corrupt(what, malformed))
    }
}
