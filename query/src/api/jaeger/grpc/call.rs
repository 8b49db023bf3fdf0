//! How a call is answered: its message parsed, its question asked, its messages sent.

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::Request;
use prost::Message;
use proto::Span;
use tonic::Status;
use tonic::codegen::tokio_stream;
use tonic::server::Grpc;

use super::error::Refusal;
use crate::api::bytes_codec::BytesCodec;
use crate::service::{QueryService, Questions};

/// The largest request: a search with as many attributes as it may have.
const REQUEST_BYTES_MAX: usize = 64 * 1024;

/// The largest message of more than one span: clients' own limits, often 4 MiB, hold it.
const MESSAGE_BYTES_MAX: usize = 3 << 20;

/// The messages of an answer; of a call that is no stream, one.
pub(super) type Answer = Result<Vec<Bytes>, Refusal>;

/// An answer of one message.
pub(super) fn one(message: &impl Message) -> Answer {
    Ok(vec![message.encode_to_vec().into()])
}

/// The spans of one trace in messages as `encode` makes them, of `spans_max` spans, and of
/// fewer where these are large.
pub(super) fn in_messages<T>(
    spans: &[T],
    spans_max: usize,
    encode: impl Fn(&[T]) -> Vec<u8>,
) -> Vec<Bytes> {
    let mut messages = Vec::new();
    let mut parts: Vec<&[T]> = spans.chunks(spans_max).rev().collect();
    while let Some(part) = parts.pop() {
        let message = encode(part);
        if message.len() <= MESSAGE_BYTES_MAX || part.len() == 1 {
            messages.push(message.into());
            continue;
        }
        let (first, second) = part.split_at(part.len() / 2);
        parts.extend([second, first]);
    }
    messages
}

/// Spans of one trace in messages of OTLP's `TracesData`.
pub(super) fn in_otlp(spans: &[Span]) -> Vec<Bytes> {
    /// Spans in one message.
    const SPANS_MAX: usize = 1_000;
    in_messages(spans, SPANS_MAX, proto::otlp::protobuf::encode_request)
}

/// Answers a call with one message.
pub(super) async fn unary<Q: Message + Default + 'static>(
    service: QueryService,
    request: Request<Body>,
    answer: impl FnOnce(&Questions<'_>, Q) -> Answer + Clone + Send + 'static,
) -> Response {
    let call = tower::service_fn(move |request: tonic::Request<Bytes>| {
        let (service, answer) = (service.clone(), answer.clone());
        async move {
            let messages = ask(&service, request, answer).await?;
            Ok(tonic::Response::new(messages.into_iter().next().unwrap_or_default()))
        }
    });
    grpc().unary(call, request).await.map(Body::new)
}

/// Answers a call with as many messages as there are.
pub(super) async fn stream<Q: Message + Default + 'static>(
    service: QueryService,
    request: Request<Body>,
    answer: impl FnOnce(&Questions<'_>, Q) -> Answer + Clone + Send + 'static,
) -> Response {
    let call = tower::service_fn(move |request: tonic::Request<Bytes>| {
        let (service, answer) = (service.clone(), answer.clone());
        async move {
            let messages = ask(&service, request, answer).await?;
            let messages = messages.into_iter().map(Ok::<Bytes, Status>);
            Ok(tonic::Response::new(tokio_stream::iter(messages)))
        }
    });
    grpc().server_streaming(call, request).await.map(Body::new)
}

fn grpc() -> Grpc<BytesCodec> {
    Grpc::new(BytesCodec).apply_max_message_size_config(Some(REQUEST_BYTES_MAX), None)
}

async fn ask<Q: Message + Default + 'static>(
    service: &QueryService,
    request: tonic::Request<Bytes>,
    answer: impl FnOnce(&Questions<'_>, Q) -> Answer + Send + 'static,
) -> Result<Vec<Bytes>, Status> {
    let asked = Q::decode(request.into_inner())
        .map_err(|error| Status::invalid_argument(format!("malformed request: {error}")))?;
    let answer = service.ask(move |questions| answer(questions, asked)).await;
    answer.map_err(Status::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_halved_until_clients_take_it() {
        // Each "span" is as long as it says.
        let encode = |part: &[usize]| vec![part.len() as u8; part.iter().sum()];
        let counts = |spans: &[usize], spans_max| {
            let messages = in_messages(spans, spans_max, encode);
            messages.iter().map(|message| message[0]).collect::<Vec<_>>()
        };
        assert_eq!(counts(&[1; 7], 3), [3, 3, 1]);
        let mib = 1 << 20;
        assert_eq!(counts(&[mib, mib, mib, mib, mib], 10), [2, 3]);
        assert_eq!(counts(&[1, 9 * mib, 1, 1], 10), [1, 1, 2]);
    }
}
