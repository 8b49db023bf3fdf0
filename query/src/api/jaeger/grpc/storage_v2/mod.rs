//! `jaeger.storage.v2`: what a Jaeger reads by from a store that is not its own. It sends its
//! spans as OTLP, to where everybody does.

mod message;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use bytes::Bytes;
use http::Request;
use proto::{Span, TraceId};
use tonic::Status;

use super::ask::{get_dependencies, get_operations, get_services, summaries_of, traces};
use super::call::{in_otlp, one, stream, unary};
use super::error::Refusal;
use crate::api::jaeger::adjust::Adjusted;
use crate::api::jaeger::question::Question;
use crate::api::jaeger::read::{Find, Reading, find, summaries};
use crate::service::QueryService;
use message::{Capabilities, FindRequest, FoundTraceId, FoundTraceIds, GetTracesRequest};

const GET_TRACES: &str = "/jaeger.storage.v2.TraceReader/GetTraces";
const FIND_TRACES: &str = "/jaeger.storage.v2.TraceReader/FindTraces";
const FIND_IDS: &str = "/jaeger.storage.v2.TraceReader/FindTraceIDs";
const FIND_SUMMARIES: &str = "/jaeger.storage.v2.TraceReader/FindTraceSummaries";
const GET_SERVICES: &str = "/jaeger.storage.v2.TraceReader/GetServices";
const GET_OPERATIONS: &str = "/jaeger.storage.v2.TraceReader/GetOperations";
const GET_DEPENDENCIES: &str = "/jaeger.storage.v2.DependencyReader/GetDependencies";
const GET_CAPABILITIES: &str = "/jaeger.storage.v2.Capabilities/GetCapabilities";

pub(super) const ROUTES: [&str; 8] = [
    GET_TRACES,
    FIND_TRACES,
    FIND_IDS,
    FIND_SUMMARIES,
    GET_SERVICES,
    GET_OPERATIONS,
    GET_DEPENDENCIES,
    GET_CAPABILITIES,
];

pub(super) fn router() -> Router<QueryService> {
    Router::new()
        .route(GET_TRACES, post(get_traces))
        .route(FIND_TRACES, post(find_traces))
        .route(FIND_IDS, post(find_ids))
        .route(FIND_SUMMARIES, post(find_summaries))
        .route(GET_SERVICES, post(get_services))
        .route(GET_OPERATIONS, post(get_operations))
        .route(GET_DEPENDENCIES, post(get_dependencies))
        .route(GET_CAPABILITIES, post(get_capabilities))
}

/// Ids of no trace are passed over.
async fn get_traces(State(service): State<QueryService>, request: Request<Body>) -> Response {
    stream(service, request, |questions, asked: GetTracesRequest| {
        let ids = asked.query.iter().map(|asked| parse_id(&asked.trace_id));
        let ids: Vec<TraceId> = ids.collect::<Result<_, _>>()?;
        let mut reading = Reading::new(true);
        let messages = traces(questions, &ids, &mut reading, in_messages)?;
        if reading.is_full() {
            return Err(Status::resource_exhausted(format!(
                "{}; ask for fewer",
                reading.without()
            ))
            .into());
        }
        Ok(messages)
    })
    .await
}

async fn find_traces(State(service): State<QueryService>, request: Request<Body>) -> Response {
    stream(service, request, |questions, asked: FindRequest| {
        let Find { ids, .. } = find(questions, question(asked)?)?;
        traces(questions, &ids, &mut Reading::new(true), in_messages)
    })
    .await
}

async fn find_ids(State(service): State<QueryService>, request: Request<Body>) -> Response {
    unary(service, request, |questions, asked: FindRequest| {
        let found = summaries(questions, question(asked)?)?;
        one(&FoundTraceIds { ids: found.iter().map(FoundTraceId::of).collect() })
    })
    .await
}

async fn find_summaries(State(service): State<QueryService>, request: Request<Body>) -> Response {
    stream(service, request, |questions, asked: FindRequest| {
        summaries_of(questions, question(asked)?, |id| id.as_bytes().to_vec())
    })
    .await
}

async fn get_capabilities(State(service): State<QueryService>, request: Request<Body>) -> Response {
    unary(service, request, |_, (): ()| one(&Capabilities::ours())).await
}

fn question(asked: FindRequest) -> Result<Question, Refusal> {
    let query = asked.query.ok_or_else(|| Status::invalid_argument("missing query"))?;
    query.question().map_err(|problem| Status::invalid_argument(problem).into())
}

fn parse_id(bytes: &[u8]) -> Result<TraceId, Refusal> {
    let id = TraceId::from_slice(bytes);
    id.ok_or_else(|| Status::invalid_argument("a trace id has 16 bytes").into())
}

/// As they came: a Jaeger adjusts them by itself.
fn in_messages(spans: Vec<Adjusted>) -> Vec<Bytes> {
    let spans: Vec<Span> = spans.into_iter().map(|adjusted| adjusted.span).collect();
    in_otlp(&spans)
}
