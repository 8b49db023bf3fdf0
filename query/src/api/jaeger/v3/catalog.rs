//! `GET /api/v3/services` and `/api/v3/operations`

use axum::extract::{RawQuery, State};
use proto::SpanKind;
use serde::Serialize;

use super::error::Refusal;
use super::parameter::SPAN_KIND;
use super::{Json, encode};
use crate::api::jaeger::form::Form;
use crate::api::jaeger::names;
use crate::api::jaeger::question::format_kind;
use crate::service::QueryService;

#[derive(Serialize)]
struct ServicesAnswer {
    services: Vec<String>,
}

#[derive(Serialize)]
struct OperationsAnswer {
    operations: Vec<Operation>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Operation {
    name: String,
    span_kind: &'static str,
}

impl Operation {
    /// A kind that is unspecified is said to be internal here.
    fn of((name, kind): (String, SpanKind)) -> Self {
        let kind = if kind == SpanKind::UNSPECIFIED { SpanKind::INTERNAL } else { kind };
        Self { name, span_kind: format_kind(kind) }
    }
}

pub(super) async fn services(State(service): State<QueryService>) -> Result<Json, Refusal> {
    service
        .ask(|questions| {
            let services = names::services(questions)?;
            Ok(encode(&ServicesAnswer { services }))
        })
        .await
}

/// Of all services where none is named.
pub(super) async fn operations(
    State(service): State<QueryService>,
    RawQuery(query): RawQuery,
) -> Result<Json, Refusal> {
    let form = Form::parse(query.as_deref());
    let of = form.text("service").unwrap_or_default().to_owned();
    let kind = form.spelled(&SPAN_KIND).map(|(_, kind)| kind.to_owned());
    service
        .ask(move |questions| {
            let operations = names::operations(questions, &of, kind.as_deref())?;
            let operations = operations.into_iter().map(Operation::of).collect();
            Ok(encode(&OperationsAnswer { operations }))
        })
        .await
}
