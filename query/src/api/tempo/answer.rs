//! Answers and refusals.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use prost::Message;
use serde::Serialize;
use storage::{Completeness, ReadError};

use crate::api::go::Bad;
use crate::by_query::CannotFind;
use crate::observe::Failure;
use crate::service::NoAnswer;

/// Says that an answer is not all there is, where Tempo's has no place for it: `truncated`
/// or `partial`.
const COMPLETENESS: HeaderName = HeaderName::from_static("hopline-completeness");

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const PROTOBUF: HeaderValue = HeaderValue::from_static("application/protobuf");
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

/// The format in which a client wants an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    Protobuf,
}

impl Format {
    /// What `Accept` asks for: JSON, if it does not name protobuf.
    pub(super) fn asked_for(headers: &HeaderMap) -> Self {
        let accepted = headers.get_all(header::ACCEPT).iter();
        let wants_protobuf = accepted
            .filter_map(|value| value.to_str().ok())
            .any(|value| value.contains("application/protobuf"));
        if wants_protobuf { Self::Protobuf } else { Self::Json }
    }
}

/// A message, and whether it is all there is.
#[derive(Debug)]
pub(super) struct Answer<M> {
    pub(super) message: M,
    pub(super) completeness: Completeness,
}

impl<M> Answer<M> {
    /// One that is all there is.
    pub(super) fn complete(message: M) -> Self {
        Self { message, completeness: Completeness::Complete }
    }
}

impl<M: Message + Serialize> Answer<M> {
    /// In `format`, as bytes.
    pub(super) fn encode(&self, format: Format) -> Encoded {
        let bytes = match format {
            // Every key is a text, and no writer fails.
            Format::Json => serde_json::to_vec(&self.message).unwrap_or_default(),
            Format::Protobuf => self.message.encode_to_vec(),
        };
        Encoded { format, bytes, completeness: self.completeness.clone() }
    }
}

/// An answer as it goes out.
#[derive(Debug)]
pub(super) struct Encoded {
    pub(super) format: Format,
    pub(super) bytes: Vec<u8>,
    pub(super) completeness: Completeness,
}

impl IntoResponse for Encoded {
    fn into_response(self) -> Response {
        let kind = match self.format {
            Format::Json => JSON,
            Format::Protobuf => PROTOBUF,
        };
        let mut response = ([(header::CONTENT_TYPE, kind)], self.bytes).into_response();
        let shortened = match self.completeness {
            Completeness::Complete => None,
            Completeness::Truncated { .. } => Some("truncated"),
            Completeness::Partial { .. } => Some("partial"),
        };
        if let Some(shortened) = shortened {
            response.headers_mut().insert(COMPLETENESS, HeaderValue::from_static(shortened));
        }
        response
    }
}

/// What an answer lacks, in words; empty where it is all there is.
pub(super) fn lacking(completeness: &Completeness) -> String {
    match completeness {
        Completeness::Complete => String::new(),
        Completeness::Truncated { limit } => {
            format!("there is more than is shown, because of a limit: {limit}")
        }
        Completeness::Partial { missing } => missing.join("; "),
    }
}

/// Why there is no answer: text, as Tempo says it.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) words: String,
    retry_after_seconds: Option<u64>,
}

impl Refusal {
    fn new(status: StatusCode, words: impl Into<String>) -> Self {
        Self { status, words: words.into(), retry_after_seconds: None }
    }

    pub(super) fn invalid(words: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, words)
    }

    /// There is no such trace; Tempo has no words for that.
    pub(super) fn no_trace() -> Self {
        Self::new(StatusCode::NOT_FOUND, "")
    }

    /// The server can't be asked now.
    pub(super) fn unavailable(reason: String) -> Self {
        Self::later(reason, 5)
    }

    fn later(words: impl Into<String>, seconds: u64) -> Self {
        let refusal = Self::new(StatusCode::SERVICE_UNAVAILABLE, words);
        Self { retry_after_seconds: Some(seconds.max(1)), ..refusal }
    }

    /// What is wrong with the parameter `name`.
    pub(super) fn of_parameter(name: &str, Bad(problem): Bad) -> Self {
        Self::invalid(format!("invalid {name}: {problem}"))
    }
}

/// With the place and what was expected there.
impl From<traceql::ParseError> for Refusal {
    fn from(error: traceql::ParseError) -> Self {
        let traceql::ParseError { at, reason } = error;
        Self::invalid(format!(
            "invalid TraceQL query: parse error at line {}, col {}: {reason}",
            at.line, at.column
        ))
    }
}

/// A query that has no answer for some trace is the client's mistake, too.
impl From<traceql::EvaluateError> for Refusal {
    fn from(error: traceql::EvaluateError) -> Self {
        let traceql::EvaluateError { at, reason } = error;
        Self::invalid(format!(
            "invalid TraceQL query: evaluation error at line {}, col {}: {reason}",
            at.line, at.column
        ))
    }
}

impl From<CannotFind> for Refusal {
    fn from(error: CannotFind) -> Self {
        match error {
            CannotFind::Store(error) => error.into(),
            CannotFind::Query(error) => error.into(),
        }
    }
}

impl From<NoAnswer> for Refusal {
    fn from(error: NoAnswer) -> Self {
        match error {
            NoAnswer::Busy { retry_after } => Self::later(error.to_string(), retry_after.as_secs()),
            NoAnswer::Store(error) => error.into(),
            NoAnswer::Panicked { .. } => {
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
            }
        }
    }
}

impl From<ReadError> for Refusal {
    fn from(error: ReadError) -> Self {
        let words = error.to_string();
        match error {
            ReadError::DeadlineExceeded => Self::new(
                StatusCode::GATEWAY_TIMEOUT,
                format!("{words}: ask for a shorter time or for less"),
            ),
            ReadError::Corrupt { .. } => Self::new(StatusCode::INTERNAL_SERVER_ERROR, words),
            ReadError::Invalid { .. } => Self::invalid(words),
            ReadError::Unavailable { .. } => Self::later(words, 5),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let headers = [(header::CONTENT_TYPE, TEXT)];
        let mut response = (self.status, headers, self.words.clone()).into_response();
        if let Some(seconds) = self.retry_after_seconds {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        } else if self.status.is_server_error() {
            response.extensions_mut().insert(Failure(self.words));
        }
        response
    }
}
