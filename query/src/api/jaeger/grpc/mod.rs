//! `jaeger.api_v3.QueryService` over gRPC, on the port of the HTTP API.

mod error;
mod message;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use bytes::Bytes;
use http::Request;
use prost::Message;
use proto::TraceId;
use storage::TimeRange;
use tonic::Status;
use tonic::codegen::tokio_stream;
use tonic::server::Grpc;

use super::adjust::with_warnings;
use super::dependency;
use super::id;
use super::names;
use super::question::{Question, TRACES};
use super::read::{Find, Reading, TRACE_NOT_FOUND, find, summaries};
use crate::api::bytes_codec::BytesCodec;
use crate::service::{QueryService, Questions};
use error::Refusal;
use message::{
    DependenciesResponse, Dependency, FindRequest, FindTraceSummariesResponse,
    GetDependenciesRequest, GetOperationsRequest, GetOperationsResponse, GetServicesResponse,
    GetTraceRequest, Operation, Summary,
};

pub(super) const GET_TRACE: &str = "/jaeger.api_v3.QueryService/GetTrace";
pub(super) const FIND_TRACES: &str = "/jaeger.api_v3.QueryService/FindTraces";
pub(super) const FIND_SUMMARIES: &str = "/jaeger.api_v3.QueryService/FindTraceSummaries";
pub(super) const GET_SERVICES: &str = "/jaeger.api_v3.QueryService/GetServices";
pub(super) const GET_OPERATIONS: &str = "/jaeger.api_v3.QueryService/GetOperations";
pub(super) const GET_DEPENDENCIES: &str = "/jaeger.api_v3.QueryService/GetDependencies";

/// The largest request: a search with as many attributes as it may have.
const REQUEST_BYTES_MAX: usize = 64 * 1024;

/// Spans in one message of a stream, so that clients' own limits, often 4 MiB, hold them.
const SPANS_IN_MESSAGE: usize = 1_000;

/// The messages of an answer; of a call that is no stream, one.
type Answer = Result<Vec<Bytes>, Refusal>;

pub(super) fn router() -> Router<QueryService> {
    Router::new()
        .route(GET_TRACE, post(get_trace))
        .route(FIND_TRACES, post(find_traces))
        .route(FIND_SUMMARIES, post(find_summaries))
        .route(GET_SERVICES, post(get_services))
        .route(GET_OPERATIONS, post(get_operations))
        .route(GET_DEPENDENCIES, post(get_dependencies))
}

async fn get_trace(State(service): State<QueryService>, request: Request<Body>) -> Response {
    stream(service, request, |questions, asked: GetTraceRequest| {
        let id = id::parse(&asked.trace_id)?;
        let messages = traces(questions, &[id], Reading::new(asked.raw_traces))?;
        if messages.is_empty() {
            return Err(Status::not_found(TRACE_NOT_FOUND).into());
        }
        Ok(messages)
    })
    .await
}

async fn find_traces(State(service): State<QueryService>, request: Request<Body>) -> Response {
    stream(service, request, |questions, asked: FindRequest| {
        let (question, is_raw) = question(asked)?;
        let Find { ids, .. } = find(questions, question)?;
        traces(questions, &ids, Reading::new(is_raw))
    })
    .await
}

async fn find_summaries(State(service): State<QueryService>, request: Request<Body>) -> Response {
    stream(service, request, |questions, asked: FindRequest| {
        let (question, _) = question(asked)?;
        let found = summaries(questions, question)?.into_iter();
        let summaries = found.filter(|summary| summary.span_count > 0).map(Summary::of).collect();
        Ok(vec![FindTraceSummariesResponse { summaries }.encode_to_vec().into()])
    })
    .await
}

async fn get_services(State(service): State<QueryService>, request: Request<Body>) -> Response {
    unary(service, request, |questions, (): ()| {
        let services = names::services(questions)?;
        Ok(vec![GetServicesResponse { services }.encode_to_vec().into()])
    })
    .await
}

async fn get_operations(State(service): State<QueryService>, request: Request<Body>) -> Response {
    unary(service, request, |questions, asked: GetOperationsRequest| {
        let kind = Some(asked.span_kind.as_str()).filter(|kind| !kind.is_empty());
        let operations = names::operations(questions, &asked.service, kind)?;
        let operations = operations.into_iter().map(Operation::of).collect();
        Ok(vec![GetOperationsResponse { operations }.encode_to_vec().into()])
    })
    .await
}

async fn get_dependencies(State(service): State<QueryService>, request: Request<Body>) -> Response {
    unary(service, request, |questions, asked: GetDependenciesRequest| {
        let (Some(from), Some(to)) = (asked.start_time, asked.end_time) else {
            return Err(Status::invalid_argument("start time and end time are required").into());
        };
        let range = TimeRange { from_unix_nano: from.unix_nano(), to_unix_nano: to.unix_nano() };
        if range.from_unix_nano >= range.to_unix_nano {
            return Err(Status::invalid_argument("end time must be after start time").into());
        }
        let dependencies = dependency::dependencies(questions, range)?.into_iter();
        let dependencies = dependencies
            .map(|((parent, child), call_count)| Dependency { parent, child, call_count })
            .collect();
        Ok(vec![DependenciesResponse { dependencies }.encode_to_vec().into()])
    })
    .await
}

/// What a search asks for, and whether for spans as they came.
fn question(asked: FindRequest) -> Result<(Question, bool), Status> {
    let query = asked.query.ok_or_else(|| Status::invalid_argument("missing query"))?;
    let (Some(from), Some(to)) = (query.start_time_min, query.start_time_max) else {
        let problem = "start time min and max are required parameters";
        return Err(Status::invalid_argument(problem));
    };
    if query.filter.is_some() {
        return Err(Status::invalid_argument("filter is not supported"));
    }
    let question = Question {
        service: query.service_name,
        operation: query.operation_name,
        tags: query.attributes.into_iter().collect(),
        duration_min: query.duration_min.map_or(0, message::Moment::nano),
        duration_max: query.duration_max.map_or(0, message::Moment::nano),
        from_unix_nano: from.unix_nano(),
        to_unix_nano: to.unix_nano().saturating_add(1),
        limit: if query.search_depth == 0 { TRACES } else { query.search_depth.into() },
    };
    Ok((question, query.raw_traces))
}

/// A message never has spans of two traces.
fn traces(questions: &Questions<'_>, ids: &[TraceId], mut reading: Reading) -> Answer {
    let mut messages = Vec::new();
    for id in ids {
        let Some(read) = reading.trace(questions, *id)? else { continue };
        let spans: Vec<_> = read.spans.into_iter().map(with_warnings).collect();
        let parts = spans.chunks(SPANS_IN_MESSAGE);
        messages.extend(parts.map(|spans| proto::otlp::protobuf::encode_request(spans).into()));
    }
    Ok(messages)
}

/// Answers a call with one message.
async fn unary<Q: Message + Default + 'static>(
    service: QueryService,
    request: Request<Body>,
    answer: impl FnOnce(&Questions<'_>, Q) -> Answer + Clone + Send + 'static,
) -> Response {
    let call = tower::service_fn(move |request: tonic::Request<Bytes>| {
        let (service, answer) = (service.clone(), answer.clone());
        async move {
            let messages = ask(&service, request, answer).await?;
            Ok(tonic::Response::new(messages.into_iter().next().unwrap_or_default()))
        }
    });
    grpc().unary(call, request).await.map(Body::new)
}

/// Answers a call with as many messages as there are.
async fn stream<Q: Message + Default + 'static>(
    service: QueryService,
    request: Request<Body>,
    answer: impl FnOnce(&Questions<'_>, Q) -> Answer + Clone + Send + 'static,
) -> Response {
    let call = tower::service_fn(move |request: tonic::Request<Bytes>| {
        let (service, answer) = (service.clone(), answer.clone());
        async move {
            let messages = ask(&service, request, answer).await?;
            let messages = messages.into_iter().map(Ok::<Bytes, Status>);
            Ok(tonic::Response::new(tokio_stream::iter(messages)))
        }
    });
    grpc().server_streaming(call, request).await.map(Body::new)
}

fn grpc() -> Grpc<BytesCodec> {
    Grpc::new(BytesCodec).apply_max_message_size_config(Some(REQUEST_BYTES_MAX), None)
}

async fn ask<Q: Message + Default + 'static>(
    service: &QueryService,
    request: tonic::Request<Bytes>,
    answer: impl FnOnce(&Questions<'_>, Q) -> Answer + Send + 'static,
) -> Result<Vec<Bytes>, Status> {
    let asked = Q::decode(request.into_inner())
        .map_err(|error| Status::invalid_argument(format!("malformed request: {error}")))?;
    let answer = service.ask(move |questions| answer(questions, asked)).await;
    answer.map_err(Status::from)
}
