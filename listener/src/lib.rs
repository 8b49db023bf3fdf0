//! The accept loop that every HTTP and gRPC listener of Hopline runs on.
//!
//! `axum::serve` gives hyper no timer, so a client that sends its header one byte
//! at a time holds a connection for ever, and it has no limit on connections. So
//! the loop is ours: [`bind`] an address, then [`serve`] a [`tower::Service`] on it
//! until told to stop. HTTP/1.1 and HTTP/2 (prior knowledge) share the port.
//!
//! What the loop bounds is in [`Config`]. What it leaves to the service: how much
//! of a body is read, how fast a body must come, and how long an answer may take.

mod accept;
mod config;
mod connection;
mod guard;

pub use accept::{bind, serve};
pub use config::Config;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What was left when a listener stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drained {
    /// Connections that were still at work when the deadline passed, and were cut.
    pub cut_connections: usize,
}
