use std::time::{Duration, Instant};

/// How long a condition may take before the test gives up. Generous: it guards
/// against hanging for ever and measures nothing.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long it waits before it asks again.
const PAUSE: Duration = Duration::from_millis(20);

/// Asks again and again until there is an answer, and returns it. Panics, naming
/// `what`, when there is none in two minutes.
pub(crate) fn until<T>(what: &str, ask: impl FnMut() -> Option<T>) -> T {
    until_within(PATIENCE, what, ask)
}

/// The same with another patience, for what takes minutes by itself.
pub(crate) fn until_within<T>(
    patience: Duration,
    what: &str,
    mut ask: impl FnMut() -> Option<T>,
) -> T {
    let begin = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(begin.elapsed() < patience, "waited {patience:?} in vain: {what}");
        std::thread::sleep(PAUSE);
    }
}
