//! `GET /api/v3/traces` and `/api/v3/traces/{trace_id}`

use axum::extract::{RawPathParams, RawQuery, State};
use proto::TraceId;

use super::Json;
use super::error::Refusal;
use super::parameter::{
    END_TIME, QUERY_RAW_TRACES, RAW_TRACES, START_TIME, malformed, question, switch, time,
};
use crate::api::jaeger::adjust::with_warnings;
use crate::api::jaeger::form::Form;
use crate::api::jaeger::id;
use crate::api::jaeger::read::{Find, Reading, find};
use crate::service::{QueryService, Questions};

pub(super) async fn traces(
    State(service): State<QueryService>,
    RawQuery(query): RawQuery,
) -> Result<Json, Refusal> {
    let form = Form::parse(query.as_deref());
    let question = question(&form)?;
    let reading = Reading::new(switch(&form, &QUERY_RAW_TRACES)?);
    service
        .ask(move |questions| {
            let Find { ids, .. } = find(questions, question)?;
            answer(questions, &ids, reading)
        })
        .await
}

/// Times that come with an id are hints to stores that need them. Ours does not.
pub(super) async fn trace(
    State(service): State<QueryService>,
    path: RawPathParams,
    RawQuery(query): RawQuery,
) -> Result<Json, Refusal> {
    let form = Form::parse(query.as_deref());
    let text = path.iter().next().map_or("", |(_, text)| text);
    let id = id::parse(text).map_err(|bad| malformed("trace_id", bad))?;
    time(&form, &START_TIME)?;
    time(&form, &END_TIME)?;
    let reading = Reading::new(switch(&form, &RAW_TRACES)?);
    service.ask(move |questions| answer(questions, &[id], reading)).await
}

/// All spans as one document of OTLP.
fn answer(
    questions: &Questions<'_>,
    ids: &[TraceId],
    mut reading: Reading,
) -> Result<Json, Refusal> {
    let mut spans = Vec::new();
    for id in ids {
        if let Some(read) = reading.trace(questions, *id)? {
            spans.extend(read.spans.into_iter().map(with_warnings));
        }
    }
    if spans.is_empty() {
        return Err(Refusal::no_traces());
    }
    let document = proto::otlp::json::encode_request(&spans);
    Ok(Json(format!("{{\"result\":{document}}}").into()))
}
