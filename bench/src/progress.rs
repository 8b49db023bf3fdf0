//! What a run is at, said while it goes on.

use std::time::Instant;

/// Says it on standard error: standard output is for the figures.
#[derive(Debug)]
pub(crate) struct Progress {
    begun: Instant,
}

impl Progress {
    pub(crate) fn new() -> Self {
        Self { begun: Instant::now() }
    }

    /// A line, with the time since the beginning.
    #[expect(clippy::print_stderr, reason = "a run takes minutes; this is for whoever waits")]
    pub(crate) fn say(&self, phase: &str) {
        let seconds = self.begun.elapsed().as_secs();
        eprintln!("{:3}:{:02}  {phase}", seconds / 60, seconds % 60);
    }
}
