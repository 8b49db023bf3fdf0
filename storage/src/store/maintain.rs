//! The maintenance thread: what the store does by itself.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

use super::{Durability, MaintainError, OpenError, Shared};
use crate::fault::Fault;

/// How long maintenance rests when nothing calls for it.
const INTERVAL: Duration = Duration::from_secs(1);

/// Calls the maintenance thread.
#[derive(Default)]
pub(super) struct Signal {
    call: Mutex<Call>,
    changed: Condvar,
}

#[derive(Default, Clone, Copy)]
struct Call {
    is_due: bool,
    is_over: bool,
}

impl Signal {
    /// Asks for maintenance before its time.
    pub(super) fn maintenance_is_due(&self) {
        self.call.lock().is_due = true;
        self.changed.notify_all();
    }

    /// Ends the thread after what it is about.
    pub(super) fn stop(&self) {
        self.call.lock().is_over = true;
        self.changed.notify_all();
    }

    /// Waits until it is time; whether to go on.
    fn wait(&self) -> bool {
        let mut call = self.call.lock();
        if !call.is_due && !call.is_over {
            self.changed.wait_for(&mut call, INTERVAL);
        }
        call.is_due = false;
        !call.is_over
    }
}

/// Starts the thread.
pub(super) fn spawn(shared: &Arc<Shared>) -> Result<JoinHandle<()>, OpenError> {
    let data_dir = shared.config.data_dir.clone();
    let shared = Arc::clone(shared);
    std::thread::Builder::new()
        .name("store-maintain".to_owned())
        .spawn(move || run(&shared))
        .map_err(|error| OpenError::Refused { data_dir, reason: error.to_string() })
}

/// How much less of a busy processor sealing and merging get than those who ask: a ninth,
/// by the kernel's table (each step is a factor of 1.25). The server gives those who take
/// spans as little, so that sealing keeps up with them.
const NICE: i32 = 10;

fn run(shared: &Shared) {
    // Elsewhere it would be the whole process.
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(NICE) {
        tracing::debug!(%error, "no lower priority");
    }
    while shared.signal.wait() {
        let result = shared.maintain(proto::clock::now_unix_nano());
        let trouble = result.err().map(|error| error.to_string());
        let mut known = shared.trouble.lock();
        if let Some(error) = trouble.as_ref().filter(|_| *known != trouble) {
            tracing::error!(error, "maintenance will be tried again");
        }
        *known = trouble;
    }
}

impl Shared {
    /// See [`super::Store::maintain`].
    pub(super) fn maintain(&self, now_unix_nano: u64) -> Result<(), MaintainError> {
        // None waits for the one before to succeed: retention is what ends a full
        // disk that sealing fails for.
        self.look_for_room();
        let forced = self.force_to_disk();
        let mut upkeep = self.upkeep.lock();
        let cut = self.finish_log_cut(&mut upkeep);
        let selection = if self.is_sealing_to_make_room() {
            Some(self.state.read().hot.select_all())
        } else {
            self.state.read().hot.select(now_unix_nano, &self.bounds())
        };
        let sealed =
            selection.map_or(Ok(()), |selection| self.seal(&mut upkeep, &selection, now_unix_nano));
        let retired = self.retire_expired(&mut upkeep, now_unix_nano);
        let shrunk = self.retire_over_size(&mut upkeep);
        let merged = self.merge_small(&mut upkeep);
        let folded = self.fold_chains(&mut upkeep, now_unix_nano);
        let freed = self.free_retired(&mut upkeep);
        forced.and(cut).and(sealed).and(retired).and(shrunk).and(merged).and(folded).and(freed)
    }

    /// See [`super::Store::seal_now`].
    pub(super) fn seal_now(&self, now_unix_nano: u64) -> Result<(), MaintainError> {
        let mut upkeep = self.upkeep.lock();
        let selection = self.state.read().hot.select_all();
        self.seal(&mut upkeep, &selection, now_unix_nano)
    }

    /// Forces to the disk what writes have left to the operating system, and the
    /// mark that says so.
    pub(super) fn force_to_disk(&self) -> Result<(), MaintainError> {
        if self.poison.get().is_some() {
            return Ok(());
        }
        if self.config.durability == Durability::Process {
            let (file, written) = {
                let log_end = self.log_end.lock();
                (log_end.log.file(), log_end.log.next().saturating_sub(1))
            };
            file.sync_data().inspect_err(|error| {
                self.poison(&Fault::Refused(error.to_string()));
            })?;
            self.log_end.lock().mark.set(written)?;
        }
        let unsynced = self.log_end.lock().mark.take_unsynced();
        Ok(unsynced.map_or(Ok(()), |file| file.sync_data())?)
    }
}
