//! `POST /api/archive/{trace_id}`

use axum::extract::{RawPathParams, RawQuery, State};
use http::StatusCode;

use super::envelope::{Json, Layout, Refusal};
use super::trace::asked_id;
use crate::api::jaeger::form::Form;
use crate::api::jaeger::read::TRACE_NOT_FOUND;
use crate::service::QueryService;

/// Keeps a trace beyond retention: archived is what we call pinned.
pub(super) async fn archive(
    State(service): State<QueryService>,
    path: RawPathParams,
    RawQuery(query): RawQuery,
) -> Result<Json, Refusal> {
    let form = Form::parse(query.as_deref());
    let (id, layout) = (asked_id(&path, &form)?, Layout::of(&form));
    service
        .ask(move |questions| match questions.pin(id)? {
            // Jaeger answers with two empty lists.
            Some(_) => Ok(layout.answer([(); 0], 0, Some(&[]))),
            None => Err(Refusal::new(StatusCode::NOT_FOUND, TRACE_NOT_FOUND)),
        })
        .await
}
