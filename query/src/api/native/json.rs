//! Answers as JSON.

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderValue, header};
use serde::Serialize;

/// An encoded answer.
#[derive(Debug, Clone)]
pub(super) struct Json(pub(super) Bytes);

impl IntoResponse for Json {
    fn into_response(self) -> Response {
        let json = HeaderValue::from_static("application/json");
        ([(header::CONTENT_TYPE, json)], self.0).into_response()
    }
}

/// `answer` encoded.
pub(super) fn encode(answer: &impl Serialize) -> Json {
    let bytes = serde_json::to_vec(answer).expect("every key is text and no writer fails");
    Json(bytes.into())
}
