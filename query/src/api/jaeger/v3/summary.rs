//! `GET /api/v3/trace-summaries`: what a list of traces shows, without their spans.

use axum::extract::{RawQuery, State};
use serde::Serialize;
use storage::{ServiceCount, TraceSummary};

use super::error::Refusal;
use super::parameter::question;
use super::{Json, encode};
use crate::api::jaeger::form::Form;
use crate::api::jaeger::read::summaries as find;
use crate::service::QueryService;

#[derive(Serialize)]
struct SummariesAnswer {
    summaries: Vec<Summary>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    trace_id: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    root_service_name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    root_operation_name: String,
    min_start_time_unix_nano: String,
    max_end_time_unix_nano: String,
    span_count: u32,
    #[serde(skip_serializing_if = "is_zero")]
    error_span_count: u32,
    services: Vec<Service>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Service {
    name: String,
    span_count: u32,
    #[serde(skip_serializing_if = "is_zero")]
    error_span_count: u32,
}

/// A number that proto3's JSON leaves out.
fn is_zero(count: &u32) -> bool {
    *count == 0
}

impl Summary {
    fn of(summary: TraceSummary) -> Self {
        let end = summary.start_unix_nano.saturating_add(summary.duration_nano);
        Self {
            trace_id: summary.trace_id.to_string(),
            root_service_name: summary.root_service,
            root_operation_name: summary.root_name,
            min_start_time_unix_nano: summary.start_unix_nano.to_string(),
            max_end_time_unix_nano: end.to_string(),
            span_count: summary.span_count,
            error_span_count: summary.error_count,
            services: summary.services.into_iter().map(Service::of).collect(),
        }
    }
}

impl Service {
    fn of(ServiceCount { name, spans, errors, .. }: ServiceCount) -> Self {
        Self { name, span_count: spans, error_span_count: errors }
    }
}

pub(super) async fn summaries(
    State(service): State<QueryService>,
    RawQuery(query): RawQuery,
) -> Result<Json, Refusal> {
    let question = question(&Form::parse(query.as_deref()))?;
    service
        .ask(move |questions| {
            let found = find(questions, question)?;
            // Of some only log records have come.
            let found = found.into_iter().filter(|summary| summary.span_count > 0);
            Ok(encode(&SummariesAnswer { summaries: found.map(Summary::of).collect() }))
        })
        .await
}
