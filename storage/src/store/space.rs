//! How much room there is on the disk, and refusing spans before there is none.
//!
//! Maintenance looks once a second; a write only looks at what it found.

use std::fmt;
use std::io;
use std::path::Path;
use std::time::Duration;

use rustix::fs::statvfs;

use super::{MaintainError, Shared};
use crate::contract::WriteError;

/// Spans are taken again once there is so much more room than they are refused at, as a
/// share of that: else every file that goes and comes would flip it.
const RESUME_SHARE: u64 = 8;
/// How long senders are told to wait: retention or an operator makes room.
pub(super) const FULL_RETRY_AFTER: Duration = Duration::from_secs(5);

impl Shared {
    /// Looks how much room there is, and takes note whether that is too little to take
    /// spans.
    pub(super) fn look_for_room(&self) {
        let free = match free_bytes(&self.config.data_dir) {
            Ok(free) => free,
            Err(error) => {
                // Then the log will say when the disk is full.
                tracing::warn!(%error, "room on the disk unknown");
                return;
            }
        };
        let keep = self.config.disk_free_min.max(self.state.read().hot.bytes() as u64);
        let resume = keep.saturating_add(keep / RESUME_SHARE);
        let mut no_room = self.no_room.lock();
        let is_short = free < if no_room.is_some() { resume } else { keep };
        let found = is_short.then(|| {
            format!(
                "the disk has {} free, and {} are kept free; spans are accepted again from {} on",
                Shown(free),
                Shown(keep),
                Shown(resume)
            )
        });
        match (&*no_room, &found) {
            (None, Some(reason)) => tracing::error!(reason, "no spans are accepted"),
            (Some(_), None) => tracing::info!(free_bytes = free, "spans are accepted again"),
            _ => {}
        }
        *no_room = found;
    }

    /// Whether what is hot is the reason that there is too little room: sealed, it would
    /// need none to be kept for it.
    pub(super) fn is_sealing_to_make_room(&self) -> bool {
        self.no_room.lock().is_some()
            && self.state.read().hot.bytes() as u64 > self.config.disk_free_min
    }

    pub(super) fn refuse_without_room(&self) -> Result<(), WriteError> {
        match self.no_room.lock().clone() {
            Some(reason) => Err(WriteError::Unavailable { reason, retry_after: FULL_RETRY_AFTER }),
            None => Ok(()),
        }
    }

    /// Checks that there is room to seal what is hot, so that building a segment, which
    /// takes a core for a second, is not in vain.
    ///
    /// In a segment spans take less than half of what they take in memory, where they
    /// compress at all (28 to 38 of some 135 bytes each); where not, sealing may still find no room,
    /// which does no harm.
    ///
    /// # Errors
    /// With the figures, where there is not.
    pub(super) fn check_room_to_seal(&self) -> Result<(), MaintainError> {
        let needed = self.state.read().hot.bytes() as u64 / 2;
        let free = free_bytes(&self.config.data_dir)?;
        if free >= needed {
            return Ok(());
        }
        Err(MaintainError::no_room(format!(
            "sealing needs {} on the disk, {} are free",
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
pub(super) struct Shown(pub(super) u64);

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
