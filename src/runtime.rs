//! What runs on which threads: questions never wait for spans to be read.

use anyhow::Context;
use tokio::runtime::{Builder, Runtime};

/// How much less of a busy processor those get who take spans than those who answer
/// questions: a ninth, by the kernel's table (each step is a factor of 1.25).
const TAKING_NICE: i32 = 10;

/// The runtime that answers, and that everything else runs on.
///
/// # Errors
/// Where the system gives no threads.
pub(crate) fn main() -> anyhow::Result<Runtime> {
    Builder::new_multi_thread().enable_all().build().context("cannot start the runtime")
}

/// The runtime that takes spans. Reading a request keeps a thread for milliseconds, and
/// exporters send as fast as they are answered; who asks a question waits for neither.
///
/// # Errors
/// Where the system gives no threads.
pub(crate) fn taking() -> anyhow::Result<Runtime> {
    Builder::new_multi_thread()
        .enable_all()
        .thread_name("taking")
        .on_thread_start(give_way)
        .build()
        .context("cannot start the runtime")
}

/// Lets other threads go first, where a thread can say so of itself alone. Threads that
/// it starts do the same.
fn give_way() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(TAKING_NICE) {
        tracing::debug!(%error, "no lower priority");
    }
}
