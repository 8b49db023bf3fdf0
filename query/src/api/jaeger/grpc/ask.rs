//! What all services ask alike, once they have parsed it.

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::Request;
use proto::TraceId;
use storage::{ReadError, TimeRange};
use tonic::Status;

use super::call::{Answer, one, unary};
use super::error::Refusal;
use super::message::{
    Dependencies, Dependency, GetDependenciesRequest, GetOperationsRequest, GetOperationsResponse,
    GetServicesResponse, Operation, SummariesResponse, Summary, TraceQueryParameters,
};
use super::moment::{Moment, given};
use crate::api::jaeger::adjust::Adjusted;
use crate::api::jaeger::question::{Question, TRACES};
use crate::api::jaeger::read::{ReadTrace, Reading, summaries};
use crate::api::jaeger::{dependency, names};
use crate::service::{QueryService, Questions};

/// The names of all services, of every version.
pub(super) async fn get_services(
    State(service): State<QueryService>,
    request: Request<Body>,
) -> Response {
    unary(service, request, |questions, (): ()| {
        one(&GetServicesResponse { services: names::services(questions)? })
    })
    .await
}

/// Span names, of version 3 and of the store.
pub(super) async fn get_operations(
    State(service): State<QueryService>,
    request: Request<Body>,
) -> Response {
    unary(service, request, |questions, asked: GetOperationsRequest| {
        one(&GetOperationsResponse { operations: operations(questions, &asked)? })
    })
    .await
}

/// Who calls whom, of version 3 and of the store.
pub(super) async fn get_dependencies(
    State(service): State<QueryService>,
    request: Request<Body>,
) -> Response {
    unary(service, request, |questions, asked: GetDependenciesRequest| {
        dependencies(questions, asked, "start time and end time are required")
    })
    .await
}

/// The span names of a service, each once for each kind that it occurs with.
pub(super) fn operations(
    questions: &Questions<'_>,
    asked: &GetOperationsRequest,
) -> Result<Vec<Operation>, ReadError> {
    let operations = names::operations(questions, &asked.service, asked.kind())?;
    Ok(operations.into_iter().map(Operation::of).collect())
}

/// What a search asks for; where it says no times, in all of time.
pub(super) fn question(query: TraceQueryParameters) -> Question {
    let (from, to) = (given(query.start_time_min), given(query.start_time_max));
    let nano = |duration: Option<Moment>| duration.map_or(0, Moment::nano);
    Question {
        service: query.service_name,
        operation: query.operation_name,
        tags: query.attributes.into_iter().collect(),
        duration_min: nano(query.duration_min),
        duration_max: nano(query.duration_max),
        from_unix_nano: from.map_or(0, Moment::unix_nano),
        to_unix_nano: to.map_or(u64::MAX, |to| to.unix_nano().saturating_add(1)),
        limit: if query.search_depth == 0 { TRACES } else { query.search_depth.into() },
    }
}

/// Summaries of what `question` finds, each id as `id` writes it.
pub(super) fn summaries_of(
    questions: &Questions<'_>,
    question: Question,
    id: impl Fn(TraceId) -> Vec<u8>,
) -> Answer {
    let found = summaries(questions, question)?.into_iter();
    let found = found.filter(|summary| summary.span_count > 0);
    let summaries = found.map(|summary| Summary::of(id(summary.trace_id), summary)).collect();
    one(&SummariesResponse { summaries })
}

/// The traces of these ids, each in messages of its own.
pub(super) fn traces<T>(
    questions: &Questions<'_>,
    ids: &[TraceId],
    reading: &mut Reading,
    in_messages: impl Fn(Vec<Adjusted>) -> Vec<T>,
) -> Result<Vec<T>, Refusal> {
    let mut messages = Vec::new();
    for id in ids {
        let Some(ReadTrace { mut spans, warnings }) = reading.trace(questions, *id)? else {
            continue;
        };
        // There is no other place for what is to be said of the trace as a whole.
        if let Some(first) = spans.first_mut() {
            first.warnings.extend(warnings);
        }
        messages.extend(in_messages(spans));
    }
    Ok(messages)
}

/// Who calls whom; `missing` is said where a time is not given.
pub(super) fn dependencies(
    questions: &Questions<'_>,
    asked: GetDependenciesRequest,
    missing: &'static str,
) -> Answer {
    let (Some(from), Some(to)) = (given(asked.start_time), given(asked.end_time)) else {
        return Err(Status::invalid_argument(missing).into());
    };
    let range = TimeRange { from_unix_nano: from.unix_nano(), to_unix_nano: to.unix_nano() };
    if range.from_unix_nano >= range.to_unix_nano {
        return Err(Status::invalid_argument("end time must be after start time").into());
    }
    let dependencies = dependency::dependencies(questions, range)?.into_iter();
    let dependencies = dependencies
        .map(|((parent, child), call_count)| Dependency { parent, child, call_count })
        .collect();
    one(&Dependencies { dependencies })
}
