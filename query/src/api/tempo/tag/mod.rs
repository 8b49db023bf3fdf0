//! Names and values for forms and completion: `/api/search/tags`, `/api/search/tag/{t}/values`
//! and their second versions.

mod collect;
mod intrinsic;
mod names;
mod question;
mod values;

use axum::extract::{Path, RawQuery, State};
use http::HeaderMap;

use super::answer::{Encoded, Format, Refusal};
use crate::api::form::Form;
use crate::service::QueryService;

pub(super) use names::{flat, in_scopes};
pub(super) use question::{NamesQuestion, ValuesQuestion};
pub(super) use values::{texts, typed};

/// `GET /api/search/tags`
pub(super) async fn names_flat(
    State(service): State<QueryService>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Encoded, Refusal> {
    let question = NamesQuestion::of_form(&Form::parse(query.as_deref()))?;
    let format = Format::asked_for(&headers);
    service.ask(move |questions| Ok(flat(questions, &question)?.encode(format))).await
}

/// `GET /api/v2/search/tags`
pub(super) async fn names_in_scopes(
    State(service): State<QueryService>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Encoded, Refusal> {
    let question = NamesQuestion::of_form(&Form::parse(query.as_deref()))?;
    let format = Format::asked_for(&headers);
    service.ask(move |questions| Ok(in_scopes(questions, &question)?.encode(format))).await
}

/// `GET /api/search/tag/{tag}/values`
pub(super) async fn values_texts(
    State(service): State<QueryService>,
    Path(tag): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Encoded, Refusal> {
    let question = ValuesQuestion::of_bare(&tag, &Form::parse(query.as_deref()))?;
    let format = Format::asked_for(&headers);
    service.ask(move |questions| Ok(texts(questions, &question)?.encode(format))).await
}

/// `GET /api/v2/search/tag/{tag}/values`
pub(super) async fn values_typed(
    State(service): State<QueryService>,
    Path(tag): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Encoded, Refusal> {
    let question = ValuesQuestion::of_written(&tag, &Form::parse(query.as_deref()))?;
    let format = Format::asked_for(&headers);
    service.ask(move |questions| Ok(typed(questions, &question)?.encode(format))).await
}
