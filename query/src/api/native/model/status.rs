use serde::Serialize;
use storage::{Health, Stats};
use utoipa::ToSchema;

use super::AsText;
use crate::web::OtlpAddresses;

/// How the server is.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct StatusAnswer<'a> {
    version: &'static str,
    /// Whether spans are taken.
    accepting: bool,
    /// Why not, where they aren't.
    refusing_reason: Option<&'a str>,
    /// Spans held in memory, not yet sealed.
    hot_spans: u64,
    segments: u64,
    sealed_spans: u64,
    /// The log included.
    disk_bytes: u64,
    /// The earliest moment of which data is kept, nanoseconds since the Unix epoch;
    /// "0" where there is none.
    #[schema(value_type = String)]
    oldest_unix_nano: AsText<u64>,
    /// Where OTLP over gRPC is taken.
    otlp_grpc_address: String,
    /// Where OTLP over HTTP is taken.
    otlp_http_address: String,
}

impl<'a> StatusAnswer<'a> {
    pub(in crate::api::native) fn of(
        health: &'a Health,
        stats: &Stats,
        otlp: OtlpAddresses,
    ) -> Self {
        let refusing_reason = match health {
            Health::Accepting => None,
            Health::Refusing { reason } => Some(reason.as_str()),
        };
        Self {
            version: env!("CARGO_PKG_VERSION"),
            accepting: refusing_reason.is_none(),
            refusing_reason,
            hot_spans: stats.hot_spans,
            segments: stats.segments,
            sealed_spans: stats.sealed_spans,
            disk_bytes: stats.disk_bytes,
            oldest_unix_nano: AsText(stats.oldest_unix_nano),
            otlp_grpc_address: otlp.grpc.to_string(),
            otlp_http_address: otlp.http.to_string(),
        }
    }
}
