//! Backups: a store as it was at one moment, in a folder of its own, with a list that
//! makes every later change of a byte noticed.
//!
//! ```text
//! folder of a backup
//! ├── backup          the list of the files below, written last      manifest.rs
//! ├── acknowledged    as in a data directory
//! ├── log/            closed files of the write-ahead log
//! ├── db/             the database, as a checkpoint
//! └── …               files that lie beside the store in its data directory
//! ```
//!
//! A running store gives a [`Snapshot`](crate::Snapshot) of itself, within its data
//! directory; [`create`] copies it, on any file system and with the rights of who copies.
//! [`verify()`] reads everything, [`restore()`] makes a data directory of it.

mod copy;
mod manifest;
mod restore;
mod verify;

use std::io;
use std::path::{Path, PathBuf};

pub use restore::restore;
pub use verify::{Verified, verify};

use crate::log;
use manifest::Manifest;

/// What was copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copied {
    /// Files, the list not counted.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
}

/// Why there is no backup, no verdict on one, or no data directory made of one.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The system refuses.
    #[error("{}: {error}", path.display())]
    Refused {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// What is to be made would mix with what is there.
    #[error("{} is not empty; give a new or an empty folder", path.display())]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// There is no list, as where `create` was interrupted.
    #[error("{} holds no finished backup: it has no file '{}'", path.display(), manifest::FILE_NAME)]
    NoBackup {
        /// The folder.
        path: PathBuf,
    },
    /// Files are not what was written.
    #[error("the backup in {} is damaged: {}", path.display(), what.join("; "))]
    Damaged {
        /// The folder.
        path: PathBuf,
        /// Each file and what is wrong with it.
        what: Vec<String>,
    },
}

impl BackupError {
    fn refused(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::Refused { path, error }
    }
}

/// Copies the snapshot in `snapshot` to `backup`, a folder that is new or empty, and with
/// it those files `beside` the store that are there: names in the folder `data_dir`, each
/// replaced as one by who writes it. When this returns, all of it is on the disk.
///
/// # Errors
/// What the system refuses; what was copied by then stays and is no backup.
pub fn create(
    snapshot: &Path,
    data_dir: &Path,
    beside: &[&str],
    backup: &Path,
) -> Result<Copied, BackupError> {
    copy::make_empty_folder(backup)?;
    // It may have no file.
    let log_folder = backup.join(log::DIRECTORY);
    std::fs::create_dir(&log_folder).map_err(BackupError::refused(&log_folder))?;
    let mut manifest = Manifest::default();
    for name in copy::files_in(snapshot)? {
        let entry = copy::copy(snapshot, backup, &name)?;
        manifest.entries.push(entry);
    }
    for name in beside.iter().map(Path::new).filter(|name| data_dir.join(name).is_file()) {
        manifest.entries.push(copy::copy(data_dir, backup, name)?);
    }
    copy::sync_folders(backup)?;
    manifest.write(backup)?;
    Ok(manifest.copied())
}
