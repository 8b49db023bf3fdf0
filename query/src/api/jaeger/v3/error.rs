//! The one shape of everything that goes wrong.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Serialize;
use storage::ReadError;

use crate::api::jaeger::go::Bad;
use crate::api::jaeger::read::NoFind;
use crate::api::jaeger::{go_error, status_of};
use crate::service::NoAnswer;

/// Why there is no answer.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    message: String,
}

#[derive(Serialize)]
struct ErrorAnswer<'a> {
    error: Detail<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Detail<'a> {
    http_code: u16,
    message: &'a str,
}

impl Refusal {
    /// No trace is what was asked for.
    pub(super) fn no_traces() -> Self {
        Self { status: StatusCode::NOT_FOUND, message: "No traces found".to_owned() }
    }
}

impl From<Bad> for Refusal {
    fn from(Bad(message): Bad) -> Self {
        Self { status: StatusCode::BAD_REQUEST, message }
    }
}

impl From<NoFind> for Refusal {
    fn from(error: NoFind) -> Self {
        match error {
            NoFind::Bad(bad) => bad.into(),
            NoFind::Store(error) => error.into(),
        }
    }
}

impl From<NoAnswer> for Refusal {
    fn from(error: NoAnswer) -> Self {
        Self { status: status_of(&error), message: error.to_string() }
    }
}

impl From<ReadError> for Refusal {
    fn from(error: ReadError) -> Self {
        NoAnswer::Store(error).into()
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self { status, message } = self;
        let detail = Detail { http_code: status.as_u16(), message: &message };
        let super::Json(body) = super::encode(&ErrorAnswer { error: detail });
        go_error(status, &body, message)
    }
}
