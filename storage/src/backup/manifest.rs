//! The list of a backup's files.
//!
//! ```text
//! hopline backup 1
//! 2036 9ab3f00c db/CURRENT        bytes, decimal · CRC-32C of them, hex · path
//! …
//! end 1c9a0b77                    CRC-32C, hex, of all lines before
//! ```
//!
//! It is text, so that a person can see what should be there.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::copy::sync_folders;
use super::{BackupError, Copied};

/// The file's name in the folder of a backup.
pub(super) const FILE_NAME: &str = "backup";
const FIRST_LINE: &str = "hopline backup 1";

/// What a backup consists of.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Manifest {
    pub(super) entries: Vec<Entry>,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its path within the folder.
    pub(super) name: PathBuf,
    pub(super) bytes: u64,
    pub(super) crc: u32,
}

impl Manifest {
    /// Writes it to `backup`, as one.
    pub(super) fn write(&self, backup: &Path) -> Result<(), BackupError> {
        let unfinished = backup.join(format!("{FILE_NAME}.unfinished"));
        let finished = backup.join(FILE_NAME);
        let written = fs::write(&unfinished, self.format())
            .and_then(|()| fs::File::open(&unfinished)?.sync_all())
            .and_then(|()| fs::rename(&unfinished, &finished));
        written.map_err(BackupError::refused(&finished))?;
        sync_folders(backup)
    }

    /// Reads that of `backup`.
    pub(super) fn read(backup: &Path) -> Result<Self, BackupError> {
        let path = backup.join(FILE_NAME);
        if !path.exists() {
            return Err(BackupError::NoBackup { path: backup.to_owned() });
        }
        let bytes = fs::read(&path).map_err(BackupError::refused(&path))?;
        let text = String::from_utf8(bytes).ok();
        text.and_then(|text| Self::parse(&text)).ok_or_else(|| BackupError::Damaged {
            path: backup.to_owned(),
            what: vec![format!("{FILE_NAME} is not the list that was written")],
        })
    }

    pub(super) fn copied(&self) -> Copied {
        let bytes = self.entries.iter().map(|entry| entry.bytes);
        Copied { files: self.entries.len(), bytes: bytes.fold(0, u64::saturating_add) }
    }

    fn format(&self) -> String {
        let mut text = format!("{FIRST_LINE}\n");
        for Entry { name, bytes, crc } in &self.entries {
            text.push_str(&format!("{bytes} {crc:08x} {}\n", name.display()));
        }
        let crc = crc32c::crc32c(text.as_bytes());
        text.push_str(&format!("end {crc:08x}\n"));
        text
    }

    /// `None` where it is none, or one that was changed.
    fn parse(text: &str) -> Option<Self> {
        let (lines, end) = text.strip_suffix('\n')?.rsplit_once('\n')?;
        let crc = crc32c::crc32c(format!("{lines}\n").as_bytes());
        if end != format!("end {crc:08x}") {
            return None;
        }
        let lines = lines.strip_prefix(FIRST_LINE)?;
        let entries = lines.lines().filter(|line| !line.is_empty()).map(parse_entry);
        Some(Self { entries: entries.collect::<Option<_>>()? })
    }
}

fn parse_entry(line: &str) -> Option<Entry> {
    let (bytes, rest) = line.split_once(' ')?;
    let (crc, name) = rest.split_once(' ')?;
    let name = PathBuf::from(name);
    // A list that anybody may have written must not lead out of a folder.
    let is_within = name.components().all(|part| matches!(part, Component::Normal(_)));
    let (bytes, crc) = (bytes.parse().ok()?, u32::from_str_radix(crc, 16).ok()?);
    is_within.then_some(Entry { name, bytes, crc })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        let entry = |name: &str, bytes, crc| Entry { name: name.into(), bytes, crc };
        Manifest { entries: vec![entry("acknowledged", 532, 1), entry("db/CURRENT", 16, 0xfeed)] }
    }

    #[test]
    fn it_is_read_back_and_any_flipped_byte_is_noticed() {
        let text = manifest().format();
        assert_eq!(Manifest::parse(&text), Some(manifest()));
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            let flipped = String::from_utf8(bytes).unwrap();
            assert_eq!(Manifest::parse(&flipped), None, "{flipped}");
        }
        assert_eq!(Manifest::parse(""), None);
    }

    #[test]
    fn it_does_not_lead_out_of_its_folder() {
        for name in ["../secret", "/etc/passwd", "db/../../x", ""] {
            let entries = vec![Entry { name: name.into(), bytes: 1, crc: 1 }];
            let is_taken = Manifest::parse(&Manifest { entries }.format()).is_some();
            assert!(!is_taken || name.is_empty(), "{name}");
        }
    }
}
