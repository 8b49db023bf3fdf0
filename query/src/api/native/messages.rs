//! `GET /api/v1/traces/{trace_id}/messages`.

use axum::extract::{RawQuery, State};
use proto::TraceId;

use super::error::ApiError;
use super::json::{self, Json};
use super::model::message::MessagesAnswer;
use super::parameter::Parameters;
use super::path::{PathParameters, TRACE_ID};
use super::route::Route;
use super::trace::no_trace;
use crate::service::QueryService;

pub(super) const ROUTE: Route = Route {
    path: "/api/v1/traces/{trace_id}/messages",
    id: "messages",
    summary: "Who took what was sent in a trace, and who sent what was taken there",
    in_path: &[&TRACE_ID],
    in_query: &[],
    answer: Some("MessagesAnswer"),
};

pub(super) async fn messages(
    State(service): State<QueryService>,
    path: PathParameters,
    RawQuery(query): RawQuery,
) -> Result<Json, ApiError> {
    Parameters::parse(query.as_deref(), ROUTE.in_query)?;
    let id: TraceId = path.id(&TRACE_ID)?;
    service
        .ask(move |questions| {
            let messages = questions.messages(id)?.ok_or_else(|| no_trace(id))?;
            Ok(json::encode(&MessagesAnswer::of(&messages)))
        })
        .await
}
