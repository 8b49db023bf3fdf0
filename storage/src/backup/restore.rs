use std::fs::{self, File};
use std::path::Path;

use super::copy::{copy, make_empty_folder, sync_folders};
use super::manifest::Manifest;
use super::{BackupError, Copied};
use crate::log;
use crate::store::{DATABASE_DIR, LOCK_FILE};

/// Where files are until all are there: half of a store must not be opened as one.
const UNFINISHED: &str = "restoring";

/// Makes a data directory of the backup in `backup`: `data_dir` is new or empty. Every
/// file is checked on the way; when this returns, all of it is on the disk.
///
/// # Errors
/// Where a file is not what was written, and what the system refuses. What was copied by
/// then stays, and no store opens it.
pub fn restore(backup: &Path, data_dir: &Path) -> Result<Copied, BackupError> {
    let manifest = Manifest::read(backup)?;
    make_empty_folder(data_dir)?;
    let unfinished = data_dir.join(UNFINISHED);
    // The log may have no file.
    for name in [log::DIRECTORY, DATABASE_DIR] {
        let folder = unfinished.join(name);
        fs::create_dir_all(&folder).map_err(BackupError::refused(&folder))?;
    }
    for entry in &manifest.entries {
        if copy(backup, &unfinished, &entry.name)? != *entry {
            let what = format!("{} is not what was written", entry.name.display());
            return Err(BackupError::Damaged { path: backup.to_owned(), what: vec![what] });
        }
    }
    sync_folders(&unfinished)?;
    let of_the_store = [log::mark::FILE_NAME, log::DIRECTORY, DATABASE_DIR].map(Path::new);
    let names = manifest.entries.iter().map(|entry| entry.name.as_path());
    let beside = names.filter(|name| name.components().count() == 1 && *name != of_the_store[0]);
    // Without the lock it is no data directory, so that comes last.
    for name in beside.chain(of_the_store) {
        let target = data_dir.join(name);
        fs::rename(unfinished.join(name), &target).map_err(BackupError::refused(&target))?;
    }
    fs::remove_dir(&unfinished).map_err(BackupError::refused(&unfinished))?;
    let lock = data_dir.join(LOCK_FILE);
    File::create_new(&lock).map_err(BackupError::refused(&lock))?;
    sync_folders(data_dir)?;
    Ok(manifest.copied())
}
