//! `POST /api/archive/{trace_id}`

use axum::extract::{RawPathParams, RawQuery, State};
use http::StatusCode;

use super::envelope::{Json, Refusal};
use super::trace::asked_id;
use crate::api::jaeger::form::Form;
use crate::api::jaeger::read::{NO_ARCHIVE, TRACE_NOT_FOUND};
use crate::service::QueryService;

/// Nothing is kept beyond retention: what Jaeger answers where it has no second store.
pub(super) async fn archive(
    State(service): State<QueryService>,
    path: RawPathParams,
    RawQuery(query): RawQuery,
) -> Result<Json, Refusal> {
    let id = asked_id(&path, &Form::parse(query.as_deref()))?;
    service
        .ask(move |questions| match questions.trace(id)? {
            Some(_) => Err(Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, NO_ARCHIVE)),
            None => Err(Refusal::new(StatusCode::NOT_FOUND, TRACE_NOT_FOUND)),
        })
        .await
}
