//! `TraceService/Export` and `LogsService/Export`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use http::{HeaderMap, Request, Response};
use proto::otlp::Signal;
use proto::otlp::response::ExportResponse;

use super::unary::{self, Message};
use crate::decompress::Encoding;
use crate::ingest::{Format, Ingest, Received, Wire};
use crate::metrics::Transport;
use crate::receiver::body::BodyReader;
use crate::refusal::Refusal;

pub(super) async fn serve(
    State((ingest, signal)): State<(Arc<Ingest>, Signal)>,
    request: Request<Body>,
) -> Response<Body> {
    ingest.metrics.request(Transport::OtlpGrpc);
    let (parts, body) = request.into_parts();
    let mut reader = BodyReader::new(body, &ingest.config);
    let call = export(&ingest, signal, &parts.headers, &mut reader);
    let result = match unary::timeout_of(&parts.headers) {
        None => call.await,
        Some(timeout) => {
            tokio::time::timeout(timeout, call).await.unwrap_or(Err(Refusal::DeadlineExceeded))
        }
    };
    ingest.metrics.received(Transport::OtlpGrpc, reader.received());
    match result {
        Ok(response) => unary::success(&response.to_protobuf()),
        Err(refusal) => {
            ingest.refused(Transport::OtlpGrpc, &refusal);
            unary::failure(&refusal, ingest.retry_after())
        }
    }
}

async fn export(
    ingest: &Ingest,
    signal: Signal,
    headers: &HeaderMap,
    reader: &mut BodyReader,
) -> Result<ExportResponse, Refusal> {
    let encoding = unary::encoding_of(headers)?;
    let bytes_max = ingest.config.limits.request_bytes_max;
    let message = unary::read_message(reader, bytes_max, &ingest.budget).await?;
    let encoding = match (message.is_compressed, encoding) {
        (false, _) => Encoding::Identity,
        (true, Encoding::Identity) => {
            let what = "the message is compressed, but the call names no grpc-encoding";
            return Err(Refusal::malformed(what));
        }
        (true, encoding) => encoding,
    };
    let format = Format::Protobuf;
    let Message { bytes, charge, .. } = message;
    let wire = Wire::Otlp(signal, format);
    ingest.export(Received { wire, bytes, encoding, charge }).await
}
