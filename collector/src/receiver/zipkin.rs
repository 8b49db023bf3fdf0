//! Zipkin's `POST /api/v2/spans`, JSON and protobuf.
//!
//! As Zipkin has it (`ZipkinHttpCollector.java`), with two differences: the answer comes
//! when the spans are durable, and a request that cannot be taken now is told when to come
//! back.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::routing::post;
use http::header::{self, HeaderMap, HeaderValue};
use http::{Request, Response, StatusCode};

use super::body::BodyReader;
use super::http_body::{can_linger, receive, retry_after};
use crate::ingest::{Format, Ingest, Wire};
use crate::metrics::Transport;
use crate::refusal::Refusal;

/// The routes of Zipkin's senders.
pub(crate) fn routes(ingest: Arc<Ingest>) -> Router {
    Router::new()
        .route("/api/v2/spans", post(spans))
        .route("/api/v1/spans", post(first_version))
        .with_state(ingest)
}

async fn spans(State(ingest): State<Arc<Ingest>>, request: Request<Body>) -> Response<Body> {
    ingest.metrics.request(Transport::ZipkinHttp);
    let can_linger = can_linger(&request);
    let (parts, body) = request.into_parts();
    let wire = Wire::Zipkin(format_of(&parts.headers));
    let mut reader = BodyReader::new(body, &ingest.config);
    let received = receive(&ingest, &parts.headers, wire, &mut reader).await;
    ingest.metrics.received(Transport::ZipkinHttp, reader.received());
    let result = match received {
        Ok(received) => ingest.export(received).await.map(|_| ()),
        Err(refusal) => {
            if can_linger && !matches!(refusal, Refusal::TooSlow | Refusal::ClientGone) {
                reader.linger();
            }
            Err(refusal)
        }
    };
    match result {
        Ok(()) => respond(StatusCode::ACCEPTED, Body::empty()),
        Err(refusal) => {
            ingest.refused(Transport::ZipkinHttp, &refusal);
            failure(&ingest, &refusal)
        }
    }
}

async fn first_version(
    State(ingest): State<Arc<Ingest>>,
    request: Request<Body>,
) -> Response<Body> {
    ingest.metrics.request(Transport::ZipkinHttp);
    if can_linger(&request) {
        BodyReader::new(request.into_body(), &ingest.config).linger();
    }
    let words = "Zipkin's first version is not taken here: send version 2 to /api/v2/spans, as \
                 JSON or as application/x-protobuf";
    let refusal = Refusal::malformed(words);
    ingest.refused(Transport::ZipkinHttp, &refusal);
    failure(&ingest, &refusal)
}

/// What is no protobuf is JSON, whatever it is called: so does Zipkin, and its senders
/// rely on it.
fn format_of(headers: &HeaderMap) -> Format {
    let named = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = named.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let is_protobuf = ["application/x-protobuf", "application/protobuf"]
        .iter()
        .any(|known| media_type.eq_ignore_ascii_case(known));
    if is_protobuf { Format::Protobuf } else { Format::Json }
}

fn failure(ingest: &Ingest, refusal: &Refusal) -> Response<Body> {
    let mut response = respond(refusal.http_status(), Body::from(refusal.to_string()));
    let headers = response.headers_mut();
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    headers.insert(header::CONTENT_TYPE, text);
    if let Some(delay) = refusal.retry_after(ingest.retry_after()) {
        headers.insert(header::RETRY_AFTER, retry_after(delay));
    }
    response
}

fn respond(status: StatusCode, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
}
