//! A snapshot: what the store holds at one moment, as files that nothing changes.
//!
//! 1. Upkeep is held, so that nothing is sealed or retired.
//! 2. The log goes on in a new file. What was acknowledged by then is in closed files and
//!    segments.
//! 3. Closed log files and the database's files are linked: no byte is copied, and what
//!    the store deletes later stays as long as the snapshot does.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{DATABASE_DIR, MaintainError, SCRATCH_DIR, Shared};
use crate::fault::Fault;
use crate::log;
use crate::log::mark::Mark;

/// The folder's name in `scratch`.
const DIRECTORY: &str = "snapshot";

/// What a store held at one moment, in a folder within its data directory, laid out like
/// one. The folder goes with the value; where the process ends before, with the next
/// opening of the store.
#[derive(Debug)]
pub struct Snapshot {
    path: PathBuf,
}

impl Snapshot {
    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its path within the data directory, the same for every process.
    pub fn name(&self) -> PathBuf {
        [SCRATCH_DIR, DIRECTORY].iter().collect()
    }
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.path) {
            tracing::warn!(%error, folder = %self.path.display(), "snapshot left behind");
        }
    }
}

/// Why there is no snapshot.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// There is one already, and one at a time is enough.
    #[error("another backup is being made of this store")]
    Busy,
    /// The disk refused. The store goes on.
    #[error(transparent)]
    Refused(MaintainError),
}

impl Shared {
    /// See [`super::Store::snapshot`].
    pub(super) fn snapshot(&self) -> Result<Snapshot, SnapshotError> {
        let path = self.config.data_dir.join(SCRATCH_DIR).join(DIRECTORY);
        match fs::create_dir(&path) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(SnapshotError::Busy);
            }
            Err(error) => return Err(SnapshotError::Refused(error.into())),
        }
        let snapshot = Snapshot { path };
        self.link_into(&snapshot.path).map_err(SnapshotError::Refused)?;
        Ok(snapshot)
    }

    fn link_into(&self, folder: &Path) -> Result<(), MaintainError> {
        let _upkeep = self.upkeep.lock();
        let (files, last) = {
            let mut log_end = self.log_end.lock();
            if let Some(reason) = self.poison.get() {
                // Behind the log's end may lie what nobody acknowledged, and a file that
                // follows it would not fit. Opening the store cuts it off.
                return Err(Fault::Refused(reason.clone()).into());
            }
            let files = log_end.log.close_file().map_err(|error| {
                let fault = Fault::from(error);
                if !matches!(fault, Fault::Full(_)) {
                    self.poison(&fault);
                }
                fault
            })?;
            (files, log_end.log.next().saturating_sub(1))
        };
        let log_directory = folder.join(log::DIRECTORY);
        fs::create_dir(&log_directory)?;
        for file in files {
            if let Some(name) = file.file_name() {
                fs::hard_link(&file, log_directory.join(name))?;
            }
        }
        self.rocks.checkpoint(&folder.join(DATABASE_DIR))?;
        let (mut mark, _) = Mark::open(folder)?;
        Ok(mark.set(last)?)
    }
}
