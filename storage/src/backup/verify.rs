use std::path::Path;

use super::copy::measure;
use super::manifest::{Entry, Manifest};
use super::{BackupError, Copied};
use crate::log;
use crate::rocks::Rocks;
use crate::store::DATABASE_DIR;

/// How many wrong files are named.
const NAMED_MAX: usize = 20;

/// What was read and found good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// The files.
    pub copied: Copied,
    /// Records in the database and in the log.
    pub records: u64,
}

/// Reads every file of the backup in `backup`, then every record in it. Changes nothing.
///
/// # Errors
/// Each file that is not what was written, by name; or the first record that does not
/// verify, which was so before it was copied.
pub fn verify(backup: &Path) -> Result<Verified, BackupError> {
    let manifest = Manifest::read(backup)?;
    let mut what: Vec<String> =
        manifest.entries.iter().filter_map(|entry| trouble(backup, entry)).collect();
    if !what.is_empty() {
        let more = what.len().saturating_sub(NAMED_MAX);
        what.truncate(NAMED_MAX);
        if more > 0 {
            what.push(format!("{more} more files"));
        }
        return Err(BackupError::Damaged { path: backup.to_owned(), what });
    }
    let records = Rocks::open_to_verify(&backup.join(DATABASE_DIR))
        .and_then(|rocks| rocks.verify())
        .and_then(|records| Ok(records.saturating_add(log::verify(backup)?)));
    let records = records.map_err(|fault| BackupError::Damaged {
        path: backup.to_owned(),
        what: vec![fault.to_string()],
    })?;
    Ok(Verified { copied: manifest.copied(), records })
}

/// What is wrong with a file, if anything.
fn trouble(backup: &Path, entry: &Entry) -> Option<String> {
    let name = entry.name.display();
    match measure(backup, &entry.name) {
        Ok(found) if found == *entry => None,
        Ok(found) if found.bytes != entry.bytes => {
            Some(format!("{name} has {} bytes, not {}", found.bytes, entry.bytes))
        }
        Ok(_) => Some(format!("{name} has other bytes than were written")),
        Err(error) => Some(format!("{name}: {error}")),
    }
}
