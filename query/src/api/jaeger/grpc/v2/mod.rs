//! `jaeger.api_v2.QueryService`: traces in Jaeger's own model.

mod model;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use bytes::Bytes;
use http::Request;
use prost::Message;
use proto::TraceId;
use tonic::Status;

use super::ask::{dependencies, get_services, operations, question, traces};
use super::call::{in_messages, one, stream, unary};
use super::error::Refusal;
use super::message::{FindRequest, GetDependenciesRequest, GetOperationsRequest, Operation};
use crate::api::jaeger::adjust::Adjusted;
use crate::api::jaeger::read::{Find, Reading, TRACE_NOT_FOUND, find};
use crate::service::QueryService;
use model::{Span, SpansResponseChunk};

const GET_TRACE: &str = "/jaeger.api_v2.QueryService/GetTrace";
const ARCHIVE_TRACE: &str = "/jaeger.api_v2.QueryService/ArchiveTrace";
const FIND_TRACES: &str = "/jaeger.api_v2.QueryService/FindTraces";
const GET_SERVICES: &str = "/jaeger.api_v2.QueryService/GetServices";
const GET_OPERATIONS: &str = "/jaeger.api_v2.QueryService/GetOperations";
const GET_DEPENDENCIES: &str = "/jaeger.api_v2.QueryService/GetDependencies";

pub(super) const ROUTES: [&str; 6] =
    [GET_TRACE, ARCHIVE_TRACE, FIND_TRACES, GET_SERVICES, GET_OPERATIONS, GET_DEPENDENCIES];

/// Spans in one message: each has its whole process in it. Jaeger sends 10.
const SPANS_IN_MESSAGE: usize = 100;

pub(super) fn router() -> Router<QueryService> {
    Router::new()
        .route(GET_TRACE, post(get_trace))
        .route(ARCHIVE_TRACE, post(archive_trace))
        .route(FIND_TRACES, post(find_traces))
        .route(GET_SERVICES, post(get_services))
        .route(GET_OPERATIONS, post(get_operations))
        .route(GET_DEPENDENCIES, post(get_dependencies))
}

/// Of one trace, to have it or to keep it. Its times are hints, which our stores need not.
#[derive(Clone, PartialEq, Message)]
struct TraceRequest {
    #[prost(bytes = "bytes", tag = "1")]
    trace_id: Bytes,
    #[prost(bool, tag = "4")]
    raw_traces: bool,
}

#[derive(Clone, PartialEq, Message)]
struct GetOperationsResponse {
    /// From before there were kinds: each name once.
    #[prost(string, repeated, tag = "1")]
    names: Vec<String>,
    #[prost(message, repeated, tag = "2")]
    operations: Vec<Operation>,
}

async fn get_trace(State(service): State<QueryService>, request: Request<Body>) -> Response {
    stream(service, request, |questions, asked: TraceRequest| {
        let id = parse_id(&asked.trace_id)?;
        let messages = traces(questions, &[id], &mut Reading::new(asked.raw_traces), in_chunks)?;
        if messages.is_empty() {
            return Err(Status::not_found(TRACE_NOT_FOUND).into());
        }
        Ok(messages)
    })
    .await
}

async fn archive_trace(State(service): State<QueryService>, request: Request<Body>) -> Response {
    unary(service, request, |questions, asked: TraceRequest| {
        let id = parse_id(&asked.trace_id)?;
        match questions.pin(id)? {
            Some(_) => one(&()),
            None => Err(Status::not_found(TRACE_NOT_FOUND).into()),
        }
    })
    .await
}

async fn find_traces(State(service): State<QueryService>, request: Request<Body>) -> Response {
    stream(service, request, |questions, asked: FindRequest| {
        let query = asked.query.ok_or_else(|| Status::invalid_argument("missing query"))?;
        let mut reading = Reading::new(query.raw_traces);
        let Find { ids, .. } = find(questions, question(query))?;
        traces(questions, &ids, &mut reading, in_chunks)
    })
    .await
}

async fn get_operations(State(service): State<QueryService>, request: Request<Body>) -> Response {
    unary(service, request, |questions, asked: GetOperationsRequest| {
        let operations = operations(questions, &asked)?;
        let mut names: Vec<_> = operations.iter().map(|operation| operation.name.clone()).collect();
        names.dedup();
        one(&GetOperationsResponse { names, operations })
    })
    .await
}

async fn get_dependencies(State(service): State<QueryService>, request: Request<Body>) -> Response {
    unary(service, request, |questions, asked: GetDependenciesRequest| {
        dependencies(questions, asked, "StartTime and EndTime must be initialized.")
    })
    .await
}

/// The id in up to 16 bytes, zeros in front left out.
fn parse_id(bytes: &[u8]) -> Result<TraceId, Refusal> {
    let mut id = [0; 16];
    let place = id.len().checked_sub(bytes.len()).and_then(|from| id.get_mut(from..));
    let Some(place) = place else {
        return Err(Status::invalid_argument("invalid length for TraceID").into());
    };
    place.copy_from_slice(bytes);
    let id = TraceId::new(id);
    if !id.is_valid() {
        return Err(Status::invalid_argument("uninitialized TraceID is not allowed").into());
    }
    Ok(id)
}

fn in_chunks(spans: Vec<Adjusted>) -> Vec<Bytes> {
    let spans: Vec<Span> = spans.into_iter().map(Span::of).collect();
    in_messages(&spans, SPANS_IN_MESSAGE, |spans| {
        SpansResponseChunk { spans: spans.to_vec() }.encode_to_vec()
    })
}
