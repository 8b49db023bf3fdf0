//! Files from one folder to another, with a checksum on the way.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::BackupError;
use super::manifest::Entry;

/// How much is read at a time.
const CHUNK_BYTES: usize = 1 << 20;
/// Made by the file system where a folder is a whole disk.
const OF_A_DISK: &str = "lost+found";

/// Makes `folder` where there is none.
///
/// # Errors
/// Where there is something in it.
pub(super) fn make_empty_folder(folder: &Path) -> Result<(), BackupError> {
    fs::create_dir_all(folder).map_err(BackupError::refused(folder))?;
    for entry in fs::read_dir(folder).map_err(BackupError::refused(folder))? {
        if entry.map_err(BackupError::refused(folder))?.file_name() != OF_A_DISK {
            return Err(BackupError::NotEmpty { path: folder.to_owned() });
        }
    }
    Ok(())
}

/// The paths of all files in `folder` and the folders in it, relative to it, in order.
pub(super) fn files_in(folder: &Path) -> Result<Vec<PathBuf>, BackupError> {
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(within) = folders.pop() {
        let path = folder.join(&within);
        for entry in fs::read_dir(&path).map_err(BackupError::refused(&path))? {
            let entry = entry.map_err(BackupError::refused(&path))?;
            let name = within.join(entry.file_name());
            let is_folder = entry.file_type().map_err(BackupError::refused(&path))?.is_dir();
            if is_folder { folders.push(name) } else { files.push(name) }
        }
    }
    files.sort();
    Ok(files)
}

/// Copies the file `name` from one folder to the other; its bytes are on the disk when
/// this returns, its name may not be.
pub(super) fn copy(from: &Path, to: &Path, name: &Path) -> Result<Entry, BackupError> {
    let (source, target) = (from.join(name), to.join(name));
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder).map_err(BackupError::refused(folder))?;
    }
    let mut reader = File::open(&source).map_err(BackupError::refused(&source))?;
    let file = File::options().write(true).create_new(true).open(&target);
    let mut writer = file.map_err(BackupError::refused(&target))?;
    let (bytes, crc) = read_through(&mut reader, |chunk| writer.write_all(chunk))
        .map_err(BackupError::refused(&target))?;
    writer.sync_all().map_err(BackupError::refused(&target))?;
    Ok(Entry { name: name.to_owned(), bytes, crc })
}

/// The length and the CRC-32C of the file `name` in `folder`.
pub(super) fn measure(folder: &Path, name: &Path) -> io::Result<Entry> {
    let mut reader = File::open(folder.join(name))?;
    let (bytes, crc) = read_through(&mut reader, |_| Ok(()))?;
    Ok(Entry { name: name.to_owned(), bytes, crc })
}

fn read_through(
    reader: &mut impl Read,
    mut take: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<(u64, u32)> {
    let mut chunk = vec![0; CHUNK_BYTES];
    let (mut bytes, mut crc) = (0u64, 0);
    loop {
        let length = match reader.read(&mut chunk) {
            Ok(0) => return Ok((bytes, crc)),
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let read = chunk.get(..length).unwrap_or_default();
        crc = crc32c::crc32c_append(crc, read);
        bytes = bytes.saturating_add(length as u64);
        take(read)?;
    }
}

/// Forces to the disk which names are in `folder` and the folders in it.
pub(super) fn sync_folders(folder: &Path) -> Result<(), BackupError> {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let sync = File::open(&folder).and_then(|file| file.sync_all());
        sync.map_err(BackupError::refused(&folder))?;
        for entry in fs::read_dir(&folder).map_err(BackupError::refused(&folder))? {
            let path = entry.map_err(BackupError::refused(&folder))?.path();
            if path.is_dir() && path.file_name() != Some(OF_A_DISK.as_ref()) {
                folders.push(path);
            }
        }
    }
    Ok(())
}
