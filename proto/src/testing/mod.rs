//! Traces for tests: written by hand in one notation ([`trace`]), or random
//! ([`span_strategy`], [`trace_strategy`]). Behind the feature `testing`, so that
//! every crate's tests, benches and docs speak of the same traces.

mod notation;
mod strategy;

pub use notation::{EPOCH_UNIX_NANO, ParseTraceError, parse_trace, trace};
pub use strategy::{log_record_of, span_strategy, trace_strategy, value_strategy};
