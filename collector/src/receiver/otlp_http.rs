//! OTLP/HTTP: `POST /v1/traces` and `POST /v1/logs`, protobuf and JSON on one port (OTLP
//! specification.md, "OTLP/HTTP").

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use proto::otlp::Signal;
use proto::otlp::response::{ExportResponse, Status};
use tonic::Code;

use super::body::BodyReader;
use super::http_body::{can_linger, receive, retry_after};
use crate::decompress::Encoding;
use crate::ingest::{Format, Ingest, Wire};
use crate::metrics::{Reason, Transport};
use crate::refusal::Refusal;

const TRACES_PATH: &str = "/v1/traces";
const LOGS_PATH: &str = "/v1/logs";

/// The service of the OTLP/HTTP port.
pub(crate) fn service(ingest: Arc<Ingest>) -> Router {
    Router::new().fallback(serve).with_state(ingest)
}

/// An answer that is no success, in the making.
struct Problem {
    status: StatusCode,
    code: Code,
    message: String,
    header: Option<(HeaderName, &'static str)>,
}

impl Problem {
    fn not_found(message: String) -> Self {
        Self { status: StatusCode::NOT_FOUND, code: Code::NotFound, message, header: None }
    }
}

async fn serve(State(ingest): State<Arc<Ingest>>, request: Request<Body>) -> Response<Body> {
    if is_grpc(request.headers()) {
        return tonic::Status::unimplemented(
            "this port speaks OTLP/HTTP; send OTLP/gRPC to the other port, 4317 by default",
        )
        .into_http();
    }
    let path = request.uri().path();
    // A slash too many is a common slip in a configured endpoint.
    let signal = match path.strip_suffix('/').unwrap_or(path) {
        TRACES_PATH => Some(Signal::Traces),
        LOGS_PATH => Some(Signal::Logs),
        _ => None,
    };
    if let Some(signal) = signal {
        return match *request.method() {
            Method::POST => export(&ingest, signal, request).await,
            Method::OPTIONS => options(),
            _ => {
                let message = format!("use POST for {path}");
                refuse(
                    request,
                    Problem {
                        status: StatusCode::METHOD_NOT_ALLOWED,
                        code: Code::Unimplemented,
                        message,
                        header: Some((header::ALLOW, "POST, OPTIONS")),
                    },
                    &ingest,
                )
            }
        };
    }
    let message = match path {
        "/v1/metrics" | "/v1development/profiles" => format!(
            "Hopline keeps traces, and logs that belong to their spans; send those to \
             {TRACES_PATH} and {LOGS_PATH}, and turn off the exporter that sends to {path}"
        ),
        _ => format!("nothing is served here; send traces by POST to {TRACES_PATH}"),
    };
    refuse(request, Problem::not_found(message), &ingest)
}

async fn export(ingest: &Ingest, signal: Signal, request: Request<Body>) -> Response<Body> {
    ingest.metrics.request(Transport::OtlpHttp);
    let Some(format) = format_of(request.headers()) else {
        ingest.metrics.refused_request(Transport::OtlpHttp, Reason::UnsupportedMediaType);
        let message = "unsupported media type, supported: application/x-protobuf, application/json";
        let problem = Problem {
            status: StatusCode::UNSUPPORTED_MEDIA_TYPE,
            code: Code::InvalidArgument,
            message: message.to_owned(),
            header: None,
        };
        return refuse(request, problem, ingest);
    };
    let can_linger = can_linger(&request);
    let (parts, body) = request.into_parts();
    let mut reader = BodyReader::new(body, &ingest.config);
    let wire = Wire::Otlp(signal, format);
    let received = receive(ingest, &parts.headers, wire, &mut reader).await;
    ingest.metrics.received(Transport::OtlpHttp, reader.received());
    let result = match received {
        Ok(received) => ingest.export(received).await,
        Err(refusal) => {
            if can_linger && !matches!(refusal, Refusal::TooSlow | Refusal::ClientGone) {
                reader.linger();
            }
            Err(refusal)
        }
    };
    match result {
        Ok(response) => success(format, &response),
        Err(refusal) => {
            ingest.refused(Transport::OtlpHttp, &refusal);
            failure(ingest, format, &refusal)
        }
    }
}

/// The media type, compared as RFC 9110 §8.3.1 demands: in any case, without its
/// parameters.
fn format_of(headers: &HeaderMap) -> Option<Format> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let media_type = value.split(';').next().unwrap_or_default().trim();
    if media_type.eq_ignore_ascii_case("application/x-protobuf") {
        Some(Format::Protobuf)
    } else if media_type.eq_ignore_ascii_case("application/json") {
        Some(Format::Json)
    } else {
        None
    }
}

fn is_grpc(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"application/grpc"))
}

fn success(format: Format, response: &ExportResponse) -> Response<Body> {
    let body = match format {
        Format::Protobuf => Body::from(response.to_protobuf()),
        Format::Json => Body::from(response.to_json()),
    };
    respond(StatusCode::OK, format, body)
}

fn failure(ingest: &Ingest, format: Format, refusal: &Refusal) -> Response<Body> {
    let status = refusal.status(ingest.retry_after());
    let mut response = respond(refusal.http_status(), format, status_body(format, &status));
    if let Some(delay) = status.retry_delay {
        response.headers_mut().insert(header::RETRY_AFTER, retry_after(delay));
    }
    if let Refusal::UnsupportedEncoding { .. } = refusal {
        // RFC 9110 §12.5.3: what would have been accepted.
        let value = HeaderValue::from_static(Encoding::NAMES);
        response.headers_mut().insert(header::ACCEPT_ENCODING, value);
    }
    response
}

/// The answer to a request that is no export, in the request's encoding, JSON where
/// it has none.
fn refuse(request: Request<Body>, problem: Problem, ingest: &Ingest) -> Response<Body> {
    let format = format_of(request.headers()).unwrap_or(Format::Json);
    if can_linger(&request) {
        BodyReader::new(request.into_body(), &ingest.config).linger();
    }
    let status =
        Status { code: problem.code as i32, message: problem.message, ..Status::default() };
    let mut response = respond(problem.status, format, status_body(format, &status));
    if let Some((name, value)) = problem.header {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn status_body(format: Format, status: &Status) -> Body {
    match format {
        Format::Protobuf => Body::from(status.to_protobuf()),
        Format::Json => Body::from(status.to_json()),
    }
}

fn respond(status: StatusCode, format: Format, body: Body) -> Response<Body> {
    let content_type = match format {
        Format::Protobuf => "application/x-protobuf",
        Format::Json => "application/json",
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let value = HeaderValue::from_static(content_type);
    response.headers_mut().insert(header::CONTENT_TYPE, value);
    response
}

/// What may be done here, and no word about other origins.
fn options() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let value = HeaderValue::from_static("POST, OPTIONS");
    response.headers_mut().insert(header::ALLOW, value);
    response
}
