//! `GET /api/services`, `/api/services/{service}/operations`, `/api/operations`

use axum::extract::{RawPathParams, RawQuery, State};
use http::StatusCode;

use super::envelope::{Json, Layout, Refusal};
use super::model::Operation;
use crate::api::jaeger::form::{self, Form};
use crate::api::jaeger::names;
use crate::service::QueryService;

pub(super) async fn services(
    State(service): State<QueryService>,
    RawQuery(query): RawQuery,
) -> Result<Json, Refusal> {
    let layout = Layout::of(&Form::parse(query.as_deref()));
    service
        .ask(move |questions| {
            let services = names::services(questions)?;
            Ok(layout.answer(&services, services.len(), None))
        })
        .await
}

/// All kinds together; nothing at all where there are none.
pub(super) async fn operation_names(
    State(service): State<QueryService>,
    path: RawPathParams,
    RawQuery(query): RawQuery,
) -> Result<Json, Refusal> {
    let layout = Layout::of(&Form::parse(query.as_deref()));
    let of = path.iter().next().map_or("", |(_, text)| text);
    // What it is after the path was decoded: the UI encodes it twice.
    let of = form::unescape(of).unwrap_or_else(|| of.to_owned());
    service
        .ask(move |questions| {
            let names = names::of_service(questions, &of)?;
            let total = names.len();
            Ok(layout.answer(Some(names).filter(|names| !names.is_empty()), total, None))
        })
        .await
}

pub(super) async fn operations(
    State(service): State<QueryService>,
    RawQuery(query): RawQuery,
) -> Result<Json, Refusal> {
    let form = Form::parse(query.as_deref());
    let layout = Layout::of(&form);
    let of = form.text("service").map(str::to_owned);
    let of =
        of.ok_or_else(|| Refusal::new(StatusCode::BAD_REQUEST, "parameter 'service' is required"))?;
    let kind = form.text("spanKind").map(str::to_owned);
    service
        .ask(move |questions| {
            let operations = names::operations(questions, &of, kind.as_deref())?;
            let operations: Vec<Operation> = operations.into_iter().map(Operation::of).collect();
            Ok(layout.answer(&operations, operations.len(), None))
        })
        .await
}
