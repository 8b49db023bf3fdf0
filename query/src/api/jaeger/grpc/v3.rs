//! `jaeger.api_v3.QueryService`

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use http::Request;
use prost::Message;
use proto::Span;
use tonic::Status;

use super::ask::{get_dependencies, get_operations, get_services, question, summaries_of, traces};
use super::call::{in_otlp, stream};
use super::message::{FindRequest, TraceQueryParameters};
use super::moment::given;
use crate::api::jaeger::adjust::{Adjusted, with_warnings};
use crate::api::jaeger::id;
use crate::api::jaeger::read::{Find, Reading, TRACE_NOT_FOUND, find};
use crate::service::QueryService;

const GET_TRACE: &str = "/jaeger.api_v3.QueryService/GetTrace";
const FIND_TRACES: &str = "/jaeger.api_v3.QueryService/FindTraces";
const FIND_SUMMARIES: &str = "/jaeger.api_v3.QueryService/FindTraceSummaries";
const GET_SERVICES: &str = "/jaeger.api_v3.QueryService/GetServices";
const GET_OPERATIONS: &str = "/jaeger.api_v3.QueryService/GetOperations";
const GET_DEPENDENCIES: &str = "/jaeger.api_v3.QueryService/GetDependencies";

pub(super) const ROUTES: [&str; 6] =
    [GET_TRACE, FIND_TRACES, FIND_SUMMARIES, GET_SERVICES, GET_OPERATIONS, GET_DEPENDENCIES];

pub(super) fn router() -> Router<QueryService> {
    Router::new()
        .route(GET_TRACE, post(get_trace))
        .route(FIND_TRACES, post(find_traces))
        .route(FIND_SUMMARIES, post(find_summaries))
        .route(GET_SERVICES, post(get_services))
        .route(GET_OPERATIONS, post(get_operations))
        .route(GET_DEPENDENCIES, post(get_dependencies))
}

#[derive(Clone, PartialEq, Message)]
struct GetTraceRequest {
    #[prost(string, tag = "1")]
    trace_id: String,
    #[prost(bool, tag = "4")]
    raw_traces: bool,
}

async fn get_trace(State(service): State<QueryService>, request: Request<Body>) -> Response {
    stream(service, request, |questions, asked: GetTraceRequest| {
        let id = id::parse(&asked.trace_id)?;
        let messages = traces(questions, &[id], &mut Reading::new(asked.raw_traces), in_messages)?;
        if messages.is_empty() {
            return Err(Status::not_found(TRACE_NOT_FOUND).into());
        }
        Ok(messages)
    })
    .await
}

async fn find_traces(State(service): State<QueryService>, request: Request<Body>) -> Response {
    stream(service, request, |questions, asked: FindRequest| {
        let query = query(asked)?;
        let mut reading = Reading::new(query.raw_traces);
        let Find { ids, .. } = find(questions, question(query))?;
        traces(questions, &ids, &mut reading, in_messages)
    })
    .await
}

async fn find_summaries(State(service): State<QueryService>, request: Request<Body>) -> Response {
    stream(service, request, |questions, asked: FindRequest| {
        summaries_of(questions, question(query(asked)?), |id| id.to_string().into_bytes())
    })
    .await
}

/// What a search says, and that it says enough.
fn query(asked: FindRequest) -> Result<TraceQueryParameters, Status> {
    let query = asked.query.ok_or_else(|| Status::invalid_argument("missing query"))?;
    if given(query.start_time_min).is_none() || given(query.start_time_max).is_none() {
        let problem = "start time min and max are required parameters";
        return Err(Status::invalid_argument(problem));
    }
    if query.filter.is_some() {
        return Err(Status::invalid_argument("filter is not supported"));
    }
    Ok(query)
}

fn in_messages(spans: Vec<Adjusted>) -> Vec<bytes::Bytes> {
    let spans: Vec<Span> = spans.into_iter().map(with_warnings).collect();
    in_otlp(&spans)
}
