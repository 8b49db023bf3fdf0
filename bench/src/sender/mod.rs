//! How requests reach a receiver.

mod grpc;
mod http;

use std::time::Duration;

use bytes::Bytes;

/// The protocols.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Protocol {
    /// OTLP/HTTP with protobuf.
    Http,
    /// OTLP/gRPC.
    Grpc,
}

impl Protocol {
    /// As it is written in flags and file names.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Grpc => "grpc",
        }
    }

    /// The one that this is not.
    pub(crate) fn other(self) -> Self {
        match self {
            Self::Http => Self::Grpc,
            Self::Grpc => Self::Http,
        }
    }
}

/// What became of a request.
#[derive(Debug)]
pub(crate) enum Answer {
    /// It was taken, except for so many spans.
    Taken { rejected_spans: u64 },
    /// It was refused: the same again after this long.
    Refused { retry_after: Duration },
}

/// How long to wait where a refusal does not say.
const RETRY_AFTER_DEFAULT: Duration = Duration::from_millis(100);

/// One connection.
pub(crate) enum Sender {
    Http(http::Http),
    Grpc(grpc::Grpc),
}

impl Sender {
    /// Connects to `endpoint`, a URL. OTLP/HTTP adds `/v1/traces` to its path; gRPC has
    /// no use for one.
    pub(crate) async fn connect(protocol: Protocol, endpoint: &str) -> anyhow::Result<Self> {
        Ok(match protocol {
            Protocol::Http => Self::Http(http::Http::new(endpoint)?),
            Protocol::Grpc => Self::Grpc(grpc::Grpc::connect(endpoint).await?),
        })
    }

    /// Sends one request and waits for the answer.
    ///
    /// # Errors
    /// Where there is no answer, or one that says never to try again.
    pub(crate) async fn send(&mut self, body: Bytes) -> anyhow::Result<Answer> {
        match self {
            Self::Http(http) => http.send(body).await,
            Self::Grpc(grpc) => grpc.send(body).await,
        }
    }
}

/// The `rejected_spans` of an OTLP `ExportTraceServiceResponse`.
fn rejected_spans(response: Bytes) -> anyhow::Result<u64> {
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
    use prost::Message;
    let response = ExportTraceServiceResponse::decode(response)?;
    let rejected = response.partial_success.map_or(0, |partial| partial.rejected_spans);
    Ok(u64::try_from(rejected).unwrap_or(0))
}
