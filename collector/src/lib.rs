//! Receives spans and hands them to the store.
//!
//! A request's way: a receiver ([`Config`] names their addresses) reads its body
//! within bounds, it is decompressed within a cap, decoded span by span, inspected,
//! and handed to the one writer thread, which writes everything that has queued as
//! one group and answers each request. A request is acknowledged when the store has
//! made its spans durable, and never before.
//!
//! Nothing here reads what is stored.

mod admission;
mod collector;
mod config;
mod decompress;
mod ingest;
mod metrics;
mod receiver;
mod refusal;
mod sanitize;
mod writer;

pub use collector::{BindError, Collector, Stopped};
pub use config::Config;
