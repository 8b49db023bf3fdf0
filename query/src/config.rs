//! What the query side listens on and what it bounds.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

const MIB: usize = 1024 * 1024;

/// The query side's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Where the viewer, the API and the metrics are served.
    pub listen: SocketAddr,
    /// Where Jaeger's query API is served at its root, for clients that take no path in
    /// front; nowhere if `None`.
    pub jaeger_listen: Option<SocketAddr>,
    /// Whether somebody counts on that address. Where nobody does and another program has
    /// it, the web listener does without.
    pub needs_jaeger: bool,
    /// The same for Tempo's query API.
    pub tempo_listen: Option<SocketAddr>,
    /// Whether somebody counts on that address, as with Jaeger's.
    pub needs_tempo: bool,
    /// Whether the metrics have the figures of services and spans, too, under the names that
    /// Grafana's service graph reads.
    pub span_metrics: bool,
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
    /// Memory that questions may take for the spans of one trace. What is said about
    /// them and the answer take about as much again.
    pub trace_bytes: TraceBytes,
    /// A trace in a list gets a verdict only if it has no more spans than this: about
    /// as much as can be explained in a tenth of a second.
    pub verdict_spans_max: usize,
    /// How long one list may spend on verdicts. When it has passed, the rest of the
    /// list comes without and says so.
    pub verdict_duration_max: Duration,
    /// Memory for verdicts that were found before, in bytes; about 500 each. A list
    /// shown again then costs no reading.
    pub verdict_cache_bytes: usize,
    /// Where findings and their history are kept over restarts; nowhere if `None`.
    pub findings_file: Option<PathBuf>,
    /// The bounds of the listener.
    pub listener: listener::Config,
}

/// Memory for the spans of one trace, in bytes, estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceBytes {
    /// What each question may take at any time.
    pub common_max: usize,
    /// What a question may take for a larger trace; such are read one at a time, and a
    /// question waits for its turn within its deadline. Of a trace that is larger still
    /// the first spans are read, and the answer says so.
    pub large_max: usize,
}

impl Default for Config {
    /// Bounds for some dozens of people at one server.
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 4320)),
            jaeger_listen: None,
            needs_jaeger: true,
            tempo_listen: None,
            needs_tempo: true,
            span_metrics: false,
            deadline: Duration::from_secs(10),
            concurrent_questions_max: 4,
            waiting_questions_max: 64,
            spans_max: 200_000,
            trace_bytes: TraceBytes { common_max: 16 * MIB, large_max: 256 * MIB },
            verdict_spans_max: 20_000,
            verdict_duration_max: Duration::from_secs(3),
            verdict_cache_bytes: 16 * MIB,
            findings_file: None,
            listener: listener::Config::default(),
        }
    }
}
