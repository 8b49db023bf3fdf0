//! The ids in a path.

use std::fmt::Display;
use std::str::FromStr;

use axum::extract::{FromRequestParts, RawPathParams};
use http::request::Parts;

use super::error::ApiError;
use super::parameter::{Parameter, Shape};

pub(super) const TRACE_ID: Parameter =
    Parameter::new("trace_id", Shape::Hex(32), "The trace.").required();
pub(super) const SPAN_ID: Parameter =
    Parameter::new("span_id", Shape::Hex(16), "The span.").required();

pub(super) const HOP_ID: Parameter =
    Parameter::new("hop_id", Shape::Hex(16), "The hop, as other answers call it.").required();

/// The variable parts of a request's path.
pub(super) struct PathParameters(RawPathParams);

impl<S: Send + Sync> FromRequestParts<S> for PathParameters {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let raw = RawPathParams::from_request_parts(parts, state).await;
        raw.map(Self).map_err(|_| ApiError::not_found("no such path: it is not UTF-8"))
    }
}

impl PathParameters {
    /// The id that stands for `parameter`.
    ///
    /// # Errors
    /// Where it is no id.
    pub(super) fn id<T: FromStr<Err: Display>>(
        &self,
        parameter: &Parameter,
    ) -> Result<T, ApiError> {
        let found = self.0.iter().find(|(name, _)| *name == parameter.name);
        let text = found.map_or("", |(_, text)| text);
        text.parse().map_err(|error| parameter.refuse(error))
    }
}
