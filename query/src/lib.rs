//! Answers questions about traces.
//!
//! [`trace`] explains one trace: spans in, values and sentences out. [`service`] is
//! what every API dialect asks, [`Web`] serves the native one, as docs/api.md
//! describes it, with the viewer beside it, and those of Jaeger and Tempo, see
//! docs/compatibility.md.
//!
//! Nothing here writes spans.

mod api;
mod by_query;
pub mod chains;
mod config;
pub mod findings;
mod hop_detail;
mod hop_id;
pub mod hops;
mod metrics;
mod monitor;
mod observe;
pub mod peers;
mod places;
mod read_pool;
pub mod red;
pub mod service;
pub mod tail;
pub mod trace;
mod web;

pub use config::{Config, TraceBytes};
pub use hop_id::HopId;
pub use monitor::HealthFn;
pub use web::{App, BindError, OtlpAddresses, Parts, Stopped, Web};
