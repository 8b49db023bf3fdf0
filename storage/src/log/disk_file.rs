//! A log file that is open for writing.
//!
//! Everything that reaches a log file passes through here, so that a test can have the
//! disk fail at the one step no file system can be made to fail at: an fsync.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
#[cfg(test)]
use std::sync::Arc;

/// The open file.
#[derive(Debug)]
pub(crate) struct DiskFile {
    file: File,
    #[cfg(test)]
    fate: Arc<testing::Fate>,
}

impl DiskFile {
    /// Makes the file, empty.
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        Ok(Self::of(File::options().write(true).create(true).truncate(true).open(path)?))
    }

    /// Opens a file that is there.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self::of(File::options().write(true).open(path)?))
    }

    fn of(file: File) -> Self {
        Self {
            file,
            #[cfg(test)]
            fate: Arc::default(),
        }
    }

    pub(super) fn write_all_at(&self, bytes: &[u8], at: u64) -> io::Result<()> {
        self.file.write_all_at(bytes, at)
    }

    pub(super) fn set_len(&self, length: u64) -> io::Result<()> {
        self.file.set_len(length)
    }

    /// Forces what was written to the disk (fdatasync, which takes a new length along).
    ///
    /// # Errors
    /// Then nobody knows what is there, and asking again does not tell: the system may
    /// have thrown the pages away and call the next attempt a success (Rebello et al.,
    /// "Can Applications Recover from fsync Failures?", 2020).
    pub(crate) fn sync_data(&self) -> io::Result<()> {
        #[cfg(test)]
        self.fate.strike(&self.file)?;
        self.file.sync_data()?;
        #[cfg(test)]
        self.fate.synced(&self.file)?;
        Ok(())
    }
}

/// Disks that fail on purpose.
#[cfg(test)]
pub(crate) mod testing {
    use std::sync::atomic::Ordering::Relaxed;
    use std::sync::atomic::{AtomicBool, AtomicU64};

    use super::*;

    /// What becomes of the pages whose fsync fails.
    #[derive(Debug, Clone, Copy)]
    pub(crate) enum Pages {
        /// They reached the disk all the same.
        Kept,
        /// The file is as the last fsync that succeeded left it.
        Lost,
    }

    /// What the next fsync of a file meets.
    #[derive(Debug, Default)]
    pub(crate) struct Fate {
        is_due: AtomicBool,
        loses_pages: AtomicBool,
        synced_bytes: AtomicU64,
    }

    impl Fate {
        /// Fails once where that is due: the next attempt succeeds, as the kernel's does.
        pub(super) fn strike(&self, file: &File) -> io::Result<()> {
            if !self.is_due.swap(false, Relaxed) {
                return Ok(());
            }
            if self.loses_pages.load(Relaxed) {
                file.set_len(self.synced_bytes.load(Relaxed))?;
            }
            Err(io::Error::from_raw_os_error(rustix::io::Errno::IO.raw_os_error()))
        }

        pub(super) fn synced(&self, file: &File) -> io::Result<()> {
            self.synced_bytes.store(file.metadata()?.len(), Relaxed);
            Ok(())
        }
    }

    impl DiskFile {
        /// Has the next fsync fail.
        pub(crate) fn fail_next_sync(&self, pages: Pages) {
            self.fate.loses_pages.store(matches!(pages, Pages::Lost), Relaxed);
            self.fate.is_due.store(true, Relaxed);
        }
    }
}
