//! `hopline backup create`, `hopline backup verify` and `hopline restore`.

use std::path::Path;

use storage::backup::{self, Copied, Verified};

use crate::{control, data_dir, say};

/// Copies what the server on `folder_of_data` holds now to `folder`, while it goes on: spans,
/// figures, and findings with their history.
///
/// # Errors
/// With the reason, for a person; `folder` holds no backup then.
pub(crate) fn create(folder_of_data: &Path, folder: &Path) -> anyhow::Result<()> {
    let snapshot = control::ask_for_snapshot(folder_of_data)?;
    let Copied { files, bytes } =
        backup::create(&snapshot.path, folder_of_data, &[data_dir::FINDINGS], folder)?;
    say(&format!("backup of {files} files, {bytes} bytes in {}", folder.display()))
}

/// Reads all of the backup in `folder`.
///
/// # Errors
/// With what is damaged, by name.
pub(crate) fn verify(folder: &Path) -> anyhow::Result<()> {
    let Verified { copied: Copied { files, bytes }, records } = backup::verify(folder)?;
    say(&format!(
        "{files} files, {bytes} bytes and {records} records in {} are as they were written",
        folder.display()
    ))
}

/// Makes the data folder `data_dir` of the backup in `folder`.
///
/// # Errors
/// With the reason, for a person.
pub(crate) fn restore(folder: &Path, data_dir: &Path) -> anyhow::Result<()> {
    let Copied { files, bytes } = backup::restore(folder, data_dir)?;
    say(&format!("restored {files} files, {bytes} bytes to {}", data_dir.display()))
}
