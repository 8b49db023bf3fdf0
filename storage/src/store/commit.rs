//! Changes of segments on their way to a disk that may be full.
//!
//! RocksDB has no log: changes are applied in its memory and flushed to files at once.
//! Where that finds no room they stay in memory, whole and in order, and go to the disk
//! with a later flush. Readers may see them meanwhile, since nothing that was
//! acknowledged depends on them as long as the log is not cut: after a kill they are
//! gone, the segment is swept, and its spans come from the log again.

use super::{MaintainError, Shared, Upkeep};
use crate::changes::Changes;
use crate::fault::Fault;

/// How far changes have come that readers may see.
#[must_use]
pub(super) enum Committed {
    /// They survive whatever the disk does.
    OnDisk,
    /// The disk is full; they are in the database's memory.
    InMemory(Fault),
}

impl Committed {
    /// # Errors
    /// Where they are not on the disk: that it is full.
    pub(super) fn on_disk(self) -> Result<(), MaintainError> {
        match self {
            Self::OnDisk => Ok(()),
            Self::InMemory(fault) => Err(fault.into()),
        }
    }
}

impl Shared {
    /// Commits `changes` as one.
    ///
    /// # Errors
    /// Where the disk is full and nothing was changed. Any other failure poisons the
    /// store, since nobody knows what of them is on the disk.
    pub(super) fn commit(&self, changes: Changes) -> Result<Committed, MaintainError> {
        match self.rocks.apply(changes) {
            Ok(()) => {}
            Err(full @ Fault::Full(_)) => return Err(full.into()),
            Err(fault) => return Err(self.poison_and_tell(fault)),
        }
        match self.rocks.flush() {
            Ok(()) => Ok(Committed::OnDisk),
            Err(full @ Fault::Full(_)) => Ok(Committed::InMemory(full)),
            Err(fault) => Err(self.poison_and_tell(fault)),
        }
    }

    /// Deletes what of the log is no longer needed. The changes that say so are on the
    /// disk.
    pub(super) fn cut_log(&self, upkeep: &mut Upkeep) -> Result<(), MaintainError> {
        if let Some(needed) = upkeep.log_cut_due {
            self.log_end.lock().log.cut(needed)?;
            upkeep.log_cut_due = None;
        }
        Ok(())
    }

    /// Cuts the log where that had to wait for room, if there is some now.
    pub(super) fn finish_log_cut(&self, upkeep: &mut Upkeep) -> Result<(), MaintainError> {
        if upkeep.log_cut_due.is_none() || self.poison.get().is_some() {
            return Ok(());
        }
        match self.rocks.flush() {
            Ok(()) => self.cut_log(upkeep),
            Err(full @ Fault::Full(_)) => Err(full.into()),
            Err(fault) => Err(self.poison_and_tell(fault)),
        }
    }

    fn poison_and_tell(&self, fault: Fault) -> MaintainError {
        self.poison(&fault);
        fault.into()
    }
}
