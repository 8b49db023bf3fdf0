use std::time::{Duration, Instant};

/// How long a condition may take before the test gives up. Generous: it guards
/// against hanging for ever and measures nothing.
const PATIENCE: Duration = Duration::from_secs(120);

/// Asks again and again until there is an answer, and returns it. Panics, naming
/// `what`, when there is none in two minutes.
pub(crate) fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(begin.elapsed() < PATIENCE, "waited {PATIENCE:?} in vain: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
