use proto::TraceId;
use serde::Serialize;
use storage::Pin;
use utoipa::ToSchema;

use super::AsText;

/// What is kept beyond retention.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct PinsAnswer<'a> {
    /// The newest pin first.
    pins: Vec<PinAnswer<'a>>,
    /// What they take on the disk together.
    bytes: u64,
}

/// A trace that is kept beyond retention, as it was when something was added to its pin last.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct PinAnswer<'a> {
    #[schema(value_type = String)]
    trace_id: AsText<TraceId>,
    /// Since when, nanoseconds since the Unix epoch.
    #[schema(value_type = String)]
    pinned_unix_nano: AsText<u64>,
    /// What it takes on the disk.
    bytes: u64,
    /// The earliest start among its spans, nanoseconds since the Unix epoch; "0" where
    /// it is unknown.
    #[schema(value_type = String)]
    start_unix_nano: AsText<u64>,
    /// From there to the latest end.
    duration_nano: u64,
    span_count: u32,
    /// Spans that say that they failed.
    error_count: u32,
    root_service: &'a str,
    root_name: &'a str,
}

impl<'a> PinsAnswer<'a> {
    pub(in crate::api::native) fn of(pins: &'a [Pin]) -> Self {
        let bytes = pins.iter().fold(0u64, |bytes, pin| bytes.saturating_add(pin.bytes));
        Self { pins: pins.iter().map(PinAnswer::of).collect(), bytes }
    }
}

impl<'a> PinAnswer<'a> {
    pub(in crate::api::native) fn of(pin: &'a Pin) -> Self {
        let summary = &pin.summary;
        Self {
            trace_id: AsText(summary.trace_id),
            pinned_unix_nano: AsText(pin.pinned_unix_nano),
            bytes: pin.bytes,
            start_unix_nano: AsText(summary.start_unix_nano),
            duration_nano: summary.duration_nano,
            span_count: summary.span_count,
            error_count: summary.error_count,
            root_service: &summary.root_service,
            root_name: &summary.root_name,
        }
    }
}
