//! What all transports do with a body: decompress, decode, inspect, write.

use std::sync::Arc;
use std::time::Duration;

use proto::otlp::response::ExportResponse;
use proto::otlp::{self, Decoded, Limits, Signal};
use proto::zipkin;

use crate::Config;
use crate::admission::{Budget, Charge};
use crate::decompress::{Encoding, decompress};
use crate::metrics::{Metrics, Transport};
use crate::refusal::Refusal;
use crate::sanitize;
use crate::writer::Writer;

/// What decoded spans need for each byte of their request, by which room is set
/// aside before the exact figure is known: what common spans need.
const DECODED_BYTES_PER_BYTE: usize = 4;

/// How a request's message is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Protobuf,
    Json,
}

/// What a body says, and in which dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wire {
    Otlp(Signal, Format),
    Zipkin(Format),
}

impl Wire {
    fn signal(self) -> Signal {
        match self {
            Self::Otlp(signal, _) => signal,
            Self::Zipkin(_) => Signal::Traces,
        }
    }

    fn decode(self, body: &[u8], limits: &Limits) -> Result<Decoded, Refusal> {
        match self {
            Self::Otlp(signal, format) => {
                let decode = match (signal, format) {
                    (Signal::Traces, Format::Protobuf) => otlp::protobuf::decode_request,
                    (Signal::Traces, Format::Json) => otlp::json::decode_request,
                    (Signal::Logs, Format::Protobuf) => otlp::protobuf::decode_logs_request,
                    (Signal::Logs, Format::Json) => otlp::json::decode_logs_request,
                };
                Ok(decode(body, limits)?)
            }
            Self::Zipkin(Format::Protobuf) => Ok(zipkin::protobuf::decode_spans(body, limits)?),
            Self::Zipkin(Format::Json) => Ok(zipkin::json::decode_spans(body, limits)?),
        }
    }
}

/// A body that was read whole.
pub(crate) struct Received {
    pub(crate) wire: Wire,
    pub(crate) bytes: Vec<u8>,
    pub(crate) encoding: Encoding,
    /// What the body holds of the budget.
    pub(crate) charge: Charge,
}

/// The way from a body to an answer. Shared by all requests.
pub(crate) struct Ingest {
    pub(crate) config: Config,
    pub(crate) budget: Budget,
    pub(crate) metrics: Metrics,
    pub(crate) writer: Writer,
}

impl Ingest {
    /// Takes the request's spans or log records. Returns when those that are kept are durable, with
    /// what to tell the sender about the others.
    ///
    /// # Errors
    /// Nothing of the request is acknowledged.
    pub(crate) async fn export(&self, received: Received) -> Result<ExportResponse, Refusal> {
        let Received { wire, bytes, encoding, mut charge } = received;
        let signal = wire.signal();
        let limits = self.config.limits;
        let body = decompress(encoding, bytes, limits.request_bytes_max, &mut charge)?;
        charge.shrink_to(body.len());

        let decoded = {
            let _turn = self.budget.turn(body.len()).await;
            charge.try_grow(expected_bytes(body.len(), &limits))?;
            wire.decode(&body, &limits)?
        };
        drop(body);
        let batch_bytes = decoded.batch.memory_bytes();
        charge.shrink_to(batch_bytes);
        charge.try_grow(batch_bytes.saturating_sub(charge.bytes()))?;

        if signal == Signal::Traces {
            let findings = sanitize::inspect(&decoded);
            self.metrics.found(&findings);
        }
        let response = ExportResponse::from(&decoded.rejected);
        let accepted = decoded.batch.len();
        let mut resent = 0;
        if accepted > 0 {
            let written = self.writer.write(Arc::new(decoded.batch), charge).await?;
            resent = written.known_spans;
        }
        self.metrics.taken(signal, accepted, resent, response.rejected);
        if response.rejected > 0 {
            tracing::debug!(accepted, reason = %response.error_message, "partial success");
        }
        Ok(response)
    }

    /// Counts and logs a request that was refused as a whole.
    pub(crate) fn refused(&self, transport: Transport, refusal: &Refusal) {
        self.metrics.refused_request(transport, refusal.reason());
        tracing::debug!(?transport, error = %refusal, "refused request");
    }

    /// How long a client that is refused for a moment should wait.
    pub(crate) fn retry_after(&self) -> Duration {
        self.config.retry_after
    }
}

/// The room that the spans of a body of `bytes` are expected to need.
fn expected_bytes(bytes: usize, limits: &Limits) -> usize {
    bytes.saturating_mul(DECODED_BYTES_PER_BYTE).min(limits.decoded_bytes_max)
}
