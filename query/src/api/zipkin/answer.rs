//! Answers and refusals.

use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use storage::{Completeness, ReadError};

use crate::observe::Failure;
use crate::service::NoAnswer;

/// Says that an answer is not all there is, for which Zipkin's have no place: `truncated`
/// or `partial`.
const COMPLETENESS: HeaderName = HeaderName::from_static("hopline-completeness");

/// JSON, and whether it is all there is.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) json: String,
    pub(super) shortened: Option<Shortened>,
    /// Whether it may be kept for a while.
    pub(super) is_cacheable: bool,
}

/// Why an answer is not all there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shortened {
    Truncated,
    Partial,
}

impl Shortened {
    pub(super) fn of(completeness: &Completeness) -> Option<Self> {
        match completeness {
            Completeness::Complete => None,
            Completeness::Truncated { .. } => Some(Self::Truncated),
            Completeness::Partial { .. } => Some(Self::Partial),
        }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let json = HeaderValue::from_static("application/json");
        let mut response = ([(header::CONTENT_TYPE, json)], self.json).into_response();
        let headers = response.headers_mut();
        let shortened = self.shortened.map(|shortened| match shortened {
            Shortened::Truncated => "truncated",
            Shortened::Partial => "partial",
        });
        if let Some(shortened) = shortened {
            headers.insert(COMPLETENESS, HeaderValue::from_static(shortened));
        }
        let cache = if self.is_cacheable { "max-age=300, must-revalidate" } else { "no-store" };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
        response
    }
}

/// Why there is no answer: text, as Zipkin says it.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    words: String,
    retry_after_seconds: Option<u64>,
}

impl Refusal {
    fn new(status: StatusCode, words: impl Into<String>) -> Self {
        Self { status, words: words.into(), retry_after_seconds: None }
    }

    pub(super) fn invalid(words: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, words)
    }

    pub(super) fn not_found(words: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, words)
    }

    fn later(words: impl Into<String>, seconds: u64) -> Self {
        let refusal = Self::new(StatusCode::SERVICE_UNAVAILABLE, words);
        Self { retry_after_seconds: Some(seconds.max(1)), ..refusal }
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
                format!("{words}: ask for a shorter lookback or for less"),
            ),
            ReadError::Corrupt { .. } => Self::new(StatusCode::INTERNAL_SERVER_ERROR, words),
            ReadError::Invalid { .. } => Self::invalid(words),
            ReadError::Unavailable { .. } => Self::later(words, 5),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.words.clone()).into_response();
        if let Some(seconds) = self.retry_after_seconds {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        } else if self.status.is_server_error() {
            response.extensions_mut().insert(Failure(self.words));
        }
        response
    }
}
