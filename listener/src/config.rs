//! What a listener bounds.

use std::time::Duration;

/// The bounds of one listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Connections open at once. Further ones wait in the kernel's backlog until
    /// one closes.
    pub connections_max: usize,
    /// How long a new connection may take to send its first
    /// [`PRELUDE_BYTES`](crate::Config::PRELUDE_BYTES) bytes, by which HTTP/1 is
    /// told from HTTP/2.
    pub prelude_timeout: Duration,
    /// How long an HTTP/1 client may take from one request's end to the end of the
    /// next request's header: both the time for a header and the time an idle
    /// connection is kept.
    pub header_timeout: Duration,
    /// How long a client may take to accept any part of an answer that is being
    /// written, before the connection is cut.
    pub write_timeout: Duration,
    /// An HTTP/1 header is no longer than this, in bytes; more is answered with
    /// 431. At least 8192.
    pub header_bytes_max: usize,
    /// An HTTP/2 header list is no longer than this, in bytes after decompression.
    pub header_list_bytes_max: u32,
    /// Requests open at once on one HTTP/2 connection; the client keeps further
    /// ones back.
    pub streams_max: u32,
    /// Bytes of one HTTP/2 request's body that the client may send before they are
    /// read. Bounds what a connection can make us hold, and with the round trip
    /// time the speed of one request.
    pub stream_window_bytes: u32,
    /// Likewise of all requests of one HTTP/2 connection together.
    pub connection_window_bytes: u32,
    /// HTTP/2 streams that a client may open and reset before the connection is
    /// closed on it (CVE-2023-44487, "rapid reset").
    pub pending_reset_streams_max: usize,
    /// How often an HTTP/2 client is asked for a sign of life.
    pub keepalive_interval: Duration,
    /// How long it may take to give one before the connection is closed.
    pub keepalive_timeout: Duration,
    /// How long requests in flight may take to finish once the listener stops.
    pub drain_timeout: Duration,
}

impl Config {
    /// The length of HTTP/2's connection preface (RFC 9113 §3.4).
    pub const PRELUDE_BYTES: usize = 24;
}

impl Default for Config {
    /// Bounds for a listener on a trusted network: room for some thousand
    /// exporters; a connection that never becomes a request is gone after 30 s.
    fn default() -> Self {
        Self {
            connections_max: 4096,
            prelude_timeout: Duration::from_secs(10),
            header_timeout: Duration::from_secs(20),
            write_timeout: Duration::from_secs(30),
            header_bytes_max: 64 * 1024,
            header_list_bytes_max: 16 * 1024,
            streams_max: 128,
            stream_window_bytes: 1024 * 1024,
            connection_window_bytes: 2 * 1024 * 1024,
            pending_reset_streams_max: 64,
            keepalive_interval: Duration::from_secs(20),
            keepalive_timeout: Duration::from_secs(10),
            drain_timeout: Duration::from_secs(5),
        }
    }
}
