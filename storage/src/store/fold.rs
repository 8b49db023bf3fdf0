//! Folding: the figures of hops get coarser as they get older, and so that there are few records
//! of them and of versions.

use super::{MaintainError, Shared, Upkeep};
use crate::changes::Changes;

/// How often it is looked whether there is something to fold.
const INTERVAL_NANO: u64 = 60 * 1_000_000_000;

impl Shared {
    /// Folds what can be folded, once a minute.
    pub(super) fn fold_chains(
        &self,
        upkeep: &mut Upkeep,
        now_unix_nano: u64,
    ) -> Result<(), MaintainError> {
        let is_full = self.no_room.lock().is_some();
        if self.poison.get().is_some() || is_full || now_unix_nano < upkeep.next_fold_unix_nano {
            return Ok(());
        }
        let mut changes = Changes::default();
        let folded = self.chains.fold(&self.rocks, now_unix_nano, &mut changes)?;
        let versions = self.versions.fold(&self.rocks, now_unix_nano, &mut changes)?;
        if folded.is_done {
            upkeep.next_fold_unix_nano = now_unix_nano.saturating_add(INTERVAL_NANO);
        }
        if changes.is_empty() {
            return Ok(());
        }
        let committed = self.commit(changes)?;
        self.chains.replace(folded.added, &folded.removed);
        self.chains.sums.note(folded.sums);
        self.versions.replace(versions.added, &versions.removed);
        committed.on_disk()
    }
}
