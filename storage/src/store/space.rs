//! How much room there is on the disk.

use std::fmt;
use std::io;
use std::path::Path;

use rustix::fs::statvfs;

use super::{MaintainError, Shared};

impl Shared {
    /// Checks that there is room to seal what is hot, so that building a segment, which
    /// takes a core for a second, is not in vain.
    ///
    /// What spans take in memory is more than they take in a segment.
    ///
    /// # Errors
    /// With the figures, where there is not.
    pub(super) fn check_room_to_seal(&self) -> Result<(), MaintainError> {
        let needed = self.state.read().hot.bytes() as u64;
        let free = free_bytes(&self.config.data_dir)?;
        if free >= needed {
            return Ok(());
        }
        Err(MaintainError::no_room(format!(
            "sealing needs up to {} on the disk, {} are free",
            Shown(needed),
            Shown(free)
        )))
    }
}

/// What a process without privileges may still write to the file system of `path`.
fn free_bytes(path: &Path) -> io::Result<u64> {
    let figures = statvfs(path)?;
    Ok(figures.f_bavail.saturating_mul(figures.f_frsize))
}

/// Bytes for a person: `12.5 MiB`.
struct Shown(u64);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, bytes_per_unit) = match self.0 {
            ..0x10_0000 => ("KiB", 0x400),
            0x10_0000..0x4000_0000 => ("MiB", 0x10_0000),
            _ => ("GiB", 0x4000_0000),
        };
        write!(f, "{:.1} {unit}", self.0 as f64 / f64::from(bytes_per_unit))
    }
}
