//! `tempopb.StreamingQuerier`, on the port of the HTTP API: what Grafana's data source asks
//! where streaming is switched on.
//!
//! The data source adds the traces of one message to those before, and takes the series of a
//! message for those before. So a search comes in messages of bounded size, everything else
//! in one.

mod error;

use axum::Router;
use axum::body::Body;
use axum::extract::{FromRef, State};
use axum::response::Response;
use axum::routing::post;
use bytes::Bytes;
use http::Request;
use prost::Message;
use tonic::Status;
use tonic::codegen::tokio_stream;
use tonic::server::Grpc;

use super::answer::Refusal;
use super::metric::{self, MetricsQuestion};
use super::model::{
    QueryInstantRequest, QueryRangeRequest, SearchRequest, SearchResponse, SearchTagValuesRequest,
    SearchTagsRequest,
};
use super::search::{self, SearchQuestion};
use super::tag::{self, NamesQuestion, ValuesQuestion};
use crate::api::bytes_codec::BytesCodec;
use crate::service::{QueryService, Questions};

pub(super) const SEARCH: &str = "/tempopb.StreamingQuerier/Search";
pub(super) const TAGS: &str = "/tempopb.StreamingQuerier/SearchTags";
pub(super) const TAGS_V2: &str = "/tempopb.StreamingQuerier/SearchTagsV2";
pub(super) const TAG_VALUES: &str = "/tempopb.StreamingQuerier/SearchTagValues";
pub(super) const TAG_VALUES_V2: &str = "/tempopb.StreamingQuerier/SearchTagValuesV2";
pub(super) const QUERY_RANGE: &str = "/tempopb.StreamingQuerier/MetricsQueryRange";
pub(super) const QUERY_INSTANT: &str = "/tempopb.StreamingQuerier/MetricsQueryInstant";

/// The largest request: a query as long as one may be.
const REQUEST_BYTES_MAX: usize = 2 * traceql::TEXT_BYTES_MAX;

/// How large a message of a search is about: clients take 4 MiB.
const MESSAGE_BYTES: usize = 1024 * 1024;

/// The messages of an answer.
type Answer = Result<Vec<Bytes>, Refusal>;

pub(super) fn router<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    QueryService: FromRef<S>,
{
    Router::new()
        .route(SEARCH, post(search))
        .route(TAGS, post(tags))
        .route(TAGS_V2, post(tags_v2))
        .route(TAG_VALUES, post(tag_values))
        .route(TAG_VALUES_V2, post(tag_values_v2))
        .route(QUERY_RANGE, post(query_range))
        .route(QUERY_INSTANT, post(query_instant))
}

async fn search(State(service): State<QueryService>, request: Request<Body>) -> Response {
    stream(service, request, |questions, asked: SearchRequest| {
        let found = search::find(questions, &SearchQuestion::of_request(asked)?)?;
        Ok(in_messages(found.message))
    })
    .await
}

async fn tags(State(service): State<QueryService>, request: Request<Body>) -> Response {
    stream(service, request, |questions, asked: SearchTagsRequest| {
        one(&tag::flat(questions, &names(&asked)?)?.message)
    })
    .await
}

async fn tags_v2(State(service): State<QueryService>, request: Request<Body>) -> Response {
    stream(service, request, |questions, asked: SearchTagsRequest| {
        one(&tag::in_scopes(questions, &names(&asked)?)?.message)
    })
    .await
}

async fn tag_values(State(service): State<QueryService>, request: Request<Body>) -> Response {
    stream(service, request, |questions, asked: SearchTagValuesRequest| {
        one(&tag::texts(questions, &values(&asked, true)?)?.message)
    })
    .await
}

async fn tag_values_v2(State(service): State<QueryService>, request: Request<Body>) -> Response {
    stream(service, request, |questions, asked: SearchTagValuesRequest| {
        one(&tag::typed(questions, &values(&asked, false)?)?.message)
    })
    .await
}

async fn query_range(State(service): State<QueryService>, request: Request<Body>) -> Response {
    stream(service, request, |questions, asked: QueryRangeRequest| {
        one(&metric::over_range(questions, &MetricsQuestion::of_range(&asked)?)?.message)
    })
    .await
}

async fn query_instant(State(service): State<QueryService>, request: Request<Body>) -> Response {
    stream(service, request, |questions, asked: QueryInstantRequest| {
        one(&metric::at_instant(questions, &MetricsQuestion::of_instant(&asked)?)?.message)
    })
    .await
}

fn names(asked: &SearchTagsRequest) -> Result<NamesQuestion, Refusal> {
    let range = (asked.start, asked.end);
    NamesQuestion::try_new(&asked.scope, &asked.query, range, asked.max_tags_per_scope)
}

fn values(asked: &SearchTagValuesRequest, is_bare: bool) -> Result<ValuesQuestion, Refusal> {
    let range = (asked.start, asked.end);
    ValuesQuestion::try_new(&asked.tag_name, is_bare, &asked.query, range, asked.max_tag_values)
}

fn one(message: &impl Message) -> Answer {
    Ok(vec![message.encode_to_vec().into()])
}

/// The traces in messages of about [`MESSAGE_BYTES`], each trace once; a message at least.
fn in_messages(found: SearchResponse) -> Vec<Bytes> {
    let SearchResponse { traces, metrics } = found;
    let mut messages = Vec::new();
    let mut message = SearchResponse { traces: Vec::new(), metrics };
    let mut bytes = 0;
    for trace in traces {
        let more = trace.encoded_len();
        if bytes > 0 && bytes + more > MESSAGE_BYTES {
            messages.push(message.encode_to_vec().into());
            message.traces.clear();
            bytes = 0;
        }
        bytes += more;
        message.traces.push(trace);
    }
    messages.push(message.encode_to_vec().into());
    messages
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
            let asked = Q::decode(request.into_inner())
                .map_err(|error| Status::invalid_argument(format!("malformed request: {error}")))?;
            let messages = service.ask(move |questions| answer(questions, asked)).await;
            let messages = messages.map_err(error::status)?.into_iter().map(Ok::<Bytes, Status>);
            Ok(tonic::Response::new(tokio_stream::iter(messages)))
        }
    });
    let mut grpc =
        Grpc::new(BytesCodec).apply_max_message_size_config(Some(REQUEST_BYTES_MAX), None);
    grpc.server_streaming(call, request).await.map(Body::new)
}
