//! The envelope of every answer of the legacy API, errors included.

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use proto::TraceId;
use serde::Serialize;
use storage::{PinError, ReadError};

use crate::api::jaeger::go::Bad;
use crate::api::jaeger::read::NoFind;
use crate::api::jaeger::{form::Form, go_error, id, status_of};
use crate::service::NoAnswer;

/// What is said beside the data.
#[derive(Debug, Serialize)]
pub(in crate::api::jaeger) struct Trouble {
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<u16>,
    msg: String,
    #[serde(rename = "traceID", skip_serializing_if = "Option::is_none")]
    trace_id: Option<String>,
}

impl Trouble {
    /// About the answer as a whole.
    pub(super) fn new(msg: impl Into<String>) -> Self {
        Self { code: None, msg: msg.into(), trace_id: None }
    }

    /// About one trace.
    pub(super) fn of(id: TraceId, msg: impl Into<String>) -> Self {
        Self { trace_id: Some(id::format(id)), ..Self::new(msg) }
    }
}

#[derive(Debug, Serialize)]
struct Envelope<'a, T> {
    data: T,
    total: usize,
    limit: usize,
    offset: usize,
    errors: Option<&'a [Trouble]>,
}

/// How an answer is written.
#[derive(Debug, Clone, Copy)]
pub(in crate::api::jaeger) struct Layout {
    is_indented: bool,
}

impl Layout {
    pub(in crate::api::jaeger) fn of(form: &Form) -> Self {
        Self { is_indented: form.text("prettyPrint").is_some_and(|text| text != "false") }
    }

    /// `data` in its envelope. `total` is how many there are, where anyone counts.
    pub(in crate::api::jaeger) fn answer(
        self,
        data: impl Serialize,
        total: usize,
        errors: Option<&[Trouble]>,
    ) -> Json {
        self.encode(&Envelope { data, total, limit: 0, offset: 0, errors })
    }

    /// An answer that has no envelope.
    pub(in crate::api::jaeger) fn encode(self, answer: &impl Serialize) -> Json {
        let encoded = match self.is_indented {
            true => serde_json::to_vec_pretty(answer),
            false => serde_json::to_vec(answer),
        };
        Json(encoded.expect("every key is text and no writer fails").into())
    }
}

/// An encoded answer.
#[derive(Debug, Clone)]
pub(in crate::api::jaeger) struct Json(Bytes);

impl IntoResponse for Json {
    fn into_response(self) -> Response {
        let json = HeaderValue::from_static("application/json");
        ([(header::CONTENT_TYPE, json)], self.0).into_response()
    }
}

/// Why there is no answer.
#[derive(Debug)]
pub(in crate::api::jaeger) struct Refusal {
    status: StatusCode,
    msg: String,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, msg: impl Into<String>) -> Self {
        Self { status, msg: msg.into() }
    }
}

impl From<Bad> for Refusal {
    fn from(Bad(msg): Bad) -> Self {
        Self::new(StatusCode::BAD_REQUEST, msg)
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
        Self::new(status_of(&error), error.to_string())
    }
}

impl From<ReadError> for Refusal {
    fn from(error: ReadError) -> Self {
        NoAnswer::Store(error).into()
    }
}

impl From<PinError> for Refusal {
    fn from(error: PinError) -> Self {
        let status = match error {
            PinError::TooMany { .. } | PinError::TooLarge { .. } | PinError::Unfit { .. } => {
                StatusCode::CONFLICT
            }
            PinError::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
            PinError::Read(error) => return error.into(),
        };
        Self::new(status, error.to_string())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self { status, msg } = self;
        let trouble = Trouble { code: Some(status.as_u16()), ..Trouble::new(msg.clone()) };
        let Json(body) = Layout { is_indented: false }.answer((), 0, Some(&[trouble]));
        go_error(status, &body, msg)
    }
}
