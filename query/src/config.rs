//! What the query side listens on and what it bounds.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

const MIB: usize = 1024 * 1024;

/// The query side's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Where the viewer, the API and the metrics are served.
    pub listen: SocketAddr,
    /// How long a question may take, from its arrival on, waiting included. One that
    /// takes longer is answered with an error.
    pub deadline: Duration,
    /// Questions that are worked on at once, each by a thread of its own. Every one
    /// may hold a trace of `spans_max` spans and its answer.
    pub concurrent_questions_max: usize,
    /// Questions that wait for a thread; past it they are refused for a moment.
    pub waiting_questions_max: usize,
    /// Spans of one trace that are read, explained and returned. Of a larger trace the
    /// first are, and the answer says so.
    pub spans_max: usize,
    /// A trace in a list gets a verdict only if it has no more spans than this: about
    /// as much as can be explained in a tenth of a second.
    pub verdict_spans_max: usize,
    /// How long one list may spend on verdicts. When it has passed, the rest of the
    /// list comes without and says so.
    pub verdict_duration_max: Duration,
    /// Memory for verdicts that were found before, in bytes; about 500 each. A list
    /// shown again then costs no reading.
    pub verdict_cache_bytes: usize,
    /// The bounds of the listener.
    pub listener: listener::Config,
}

impl Default for Config {
    /// Bounds for some dozens of people at one server.
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 4320)),
            deadline: Duration::from_secs(10),
            concurrent_questions_max: 4,
            waiting_questions_max: 64,
            spans_max: 200_000,
            verdict_spans_max: 20_000,
            verdict_duration_max: Duration::from_secs(3),
            verdict_cache_bytes: 16 * MIB,
            listener: listener::Config::default(),
        }
    }
}
