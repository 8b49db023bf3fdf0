//! Space on disk.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use anyhow::Context;

/// What the files below `folder` take on disk, by file system blocks.
///
/// # Errors
/// Where it cannot be read.
pub(crate) fn bytes_below(folder: &Path) -> anyhow::Result<u64> {
    /// Of `st_blocks` (stat(2)).
    const BLOCK_BYTES: u64 = 512;
    let mut bytes = 0;
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let context = || format!("cannot read {}; is it the server's data?", folder.display());
        for entry in fs::read_dir(&folder).with_context(context)? {
            let entry = entry?;
            // A file may go while we look.
            let Ok(metadata) = entry.metadata() else {
                continue;
            };
            if metadata.is_dir() {
                folders.push(entry.path());
            } else {
                bytes += metadata.blocks() * BLOCK_BYTES;
            }
        }
    }
    Ok(bytes)
}
