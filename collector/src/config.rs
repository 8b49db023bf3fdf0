//! What the collector listens on and what it bounds.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use proto::otlp::Limits;

const MIB: usize = 1024 * 1024;

/// The collector's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Where OTLP/gRPC is served.
    pub otlp_grpc_listen: SocketAddr,
    /// Where OTLP/HTTP is served.
    pub otlp_http_listen: SocketAddr,
    /// What one request may hold: bytes as they arrive and after decompression,
    /// spans, bytes of the decoded spans.
    pub limits: Limits,
    /// Bytes held at once by all requests: bodies being read, decompressed and
    /// decoded, and spans that wait for the store. Past it requests are refused for
    /// a moment. At least what one request of the
    /// largest size needs, see [`Self::in_flight_bytes_min`].
    pub in_flight_bytes_max: usize,
    /// Requests that wait for the store at once; past it requests are refused for a
    /// moment.
    pub queued_requests_max: usize,
    /// One group handed to the store takes no further request once it holds this
    /// many bytes of spans.
    pub group_bytes_max: usize,
    /// How long a request waits for the store before it is told that the outcome is
    /// unknown. Shorter than the 10 s after which exporters give up by themselves.
    pub commit_timeout: Duration,
    /// How long a client that is refused for a moment should wait before it tries
    /// again.
    pub retry_after: Duration,
    /// How long a client may take to send a body, before
    /// [`Self::body_bytes_per_second_min`] adds to it.
    pub body_grace: Duration,
    /// A body must come at this pace on the whole, after the grace; a client that
    /// sends one byte now and then is cut off.
    pub body_bytes_per_second_min: usize,
    /// How long the store may take, at the end, for what is still queued.
    pub drain_timeout: Duration,
    /// The bounds of both listeners.
    pub listener: listener::Config,
}

impl Config {
    /// What [`Self::in_flight_bytes_max`] must at least be, so that a request within
    /// [`Self::limits`] has room when it is alone: its body as it arrived and, next
    /// to it, the body decompressed or the spans decoded.
    pub fn in_flight_bytes_min(&self) -> usize {
        let limits = &self.limits;
        limits
            .request_bytes_max
            .saturating_add(limits.decoded_bytes_max.max(limits.request_bytes_max))
    }
}

impl Default for Config {
    /// On loopback at OTLP's ports, for one machine of the size of a laptop.
    fn default() -> Self {
        Self {
            otlp_grpc_listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 4317)),
            otlp_http_listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 4318)),
            limits: Limits::default(),
            in_flight_bytes_max: 384 * MIB,
            queued_requests_max: 4096,
            group_bytes_max: 16 * MIB,
            commit_timeout: Duration::from_secs(8),
            retry_after: Duration::from_secs(1),
            body_grace: Duration::from_secs(10),
            body_bytes_per_second_min: 16 * 1024,
            drain_timeout: Duration::from_secs(5),
            listener: listener::Config::default(),
        }
    }
}
