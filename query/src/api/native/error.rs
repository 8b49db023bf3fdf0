//! The one shape of everything that goes wrong.

use std::borrow::Cow;
use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use storage::{PinError, ReadError};

use super::json;
use super::model::error::{Code, ErrorAnswer};
use super::search::parameter::QUERY;
use crate::by_query::CannotFind;
use crate::observe::Failure;
use crate::service::NoAnswer;

/// How long someone is asked to wait where the store can't read.
const UNAVAILABLE_RETRY_AFTER: Duration = Duration::from_secs(5);

/// Why a request is not answered, in words its sender can act on.
#[derive(Debug)]
pub(super) struct ApiError {
    status: StatusCode,
    code: Code,
    sentence: String,
    parameter: Option<Cow<'static, str>>,
    retry_after: Option<Duration>,
    /// For the log alone: what the sentence does not tell.
    detail: Option<String>,
}

impl ApiError {
    fn new(status: StatusCode, code: Code, sentence: impl Into<String>) -> Self {
        let sentence = sentence.into();
        Self { status, code, sentence, parameter: None, retry_after: None, detail: None }
    }

    /// A parameter is unknown, malformed or contradicts another.
    pub(super) fn invalid(
        parameter: impl Into<Cow<'static, str>>,
        sentence: impl Into<String>,
    ) -> Self {
        let error = Self::new(StatusCode::BAD_REQUEST, Code::InvalidParameter, sentence);
        Self { parameter: Some(parameter.into()), ..error }
    }

    /// The same of the parameter whose name begins with `prefix`.
    pub(super) fn with_prefix(mut self, prefix: &str) -> Self {
        let Some(name) = &self.parameter else { return self };
        if self.sentence.starts_with(&**name) {
            self.sentence.insert_str(0, prefix);
        }
        self.parameter = Some(format!("{prefix}{name}").into());
        self
    }

    /// There is no such trace, span or path.
    pub(super) fn not_found(sentence: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, Code::NotFound, sentence)
    }

    /// The path is there, but not for this method.
    pub(super) fn method_not_allowed(sentence: impl Into<String>) -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, Code::MethodNotAllowed, sentence)
    }

    /// It is not for pages of other sites.
    pub(super) fn forbidden(sentence: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, Code::Forbidden, sentence)
    }

    /// A defect of ours; `detail` is for the log.
    pub(super) fn internal(detail: String) -> Self {
        let sentence = "this question ran into a defect of hopline; its log says where";
        let error = Self::new(StatusCode::INTERNAL_SERVER_ERROR, Code::Internal, sentence);
        Self { detail: Some(detail), ..error }
    }

    fn unavailable(code: Code, sentence: String, retry_after: Duration) -> Self {
        let error = Self::new(StatusCode::SERVICE_UNAVAILABLE, code, sentence);
        Self { retry_after: Some(retry_after), ..error }
    }
}

impl From<NoAnswer> for ApiError {
    fn from(error: NoAnswer) -> Self {
        match error {
            NoAnswer::Busy { retry_after } => {
                Self::unavailable(Code::Busy, error.to_string(), retry_after)
            }
            NoAnswer::Store(error) => error.into(),
            NoAnswer::Panicked { .. } => Self::internal(error.to_string()),
        }
    }
}

impl From<CannotFind> for ApiError {
    fn from(error: CannotFind) -> Self {
        match error {
            CannotFind::Store(error) => error.into(),
            CannotFind::Query(error) => QUERY.refuse(error),
        }
    }
}

impl From<ReadError> for ApiError {
    fn from(error: ReadError) -> Self {
        let sentence = error.to_string();
        match error {
            ReadError::DeadlineExceeded => Self::new(
                StatusCode::GATEWAY_TIMEOUT,
                Code::DeadlineExceeded,
                format!("{sentence}: ask for a shorter time range or for less"),
            ),
            ReadError::Corrupt { .. } => {
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, Code::Corrupt, sentence)
            }
            ReadError::Invalid { .. } => {
                Self::new(StatusCode::BAD_REQUEST, Code::InvalidParameter, sentence)
            }
            ReadError::Unavailable { .. } => {
                Self::unavailable(Code::Unavailable, sentence, UNAVAILABLE_RETRY_AFTER)
            }
        }
    }
}

impl From<PinError> for ApiError {
    fn from(error: PinError) -> Self {
        let sentence = error.to_string();
        match error {
            PinError::TooMany { .. } | PinError::TooLarge { .. } | PinError::Unfit { .. } => {
                Self::new(StatusCode::CONFLICT, Code::PinRefused, sentence)
            }
            PinError::Read(error) => error.into(),
            PinError::Unavailable { .. } => {
                Self::unavailable(Code::Unavailable, sentence, UNAVAILABLE_RETRY_AFTER)
            }
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let answer = ErrorAnswer {
            error: &self.sentence,
            code: self.code,
            parameter: self.parameter.as_deref(),
        };
        let mut response = (self.status, json::encode(&answer)).into_response();
        if let Some(wait) = self.retry_after {
            let seconds = HeaderValue::from(wait.as_secs().max(1));
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        // Being busy is counted; a line for each refusal would only add to the load.
        if self.status.is_server_error() && self.code != Code::Busy {
            let told = self.detail.unwrap_or(self.sentence);
            response.extensions_mut().insert(Failure(told));
        }
        response
    }
}
