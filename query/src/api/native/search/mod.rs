//! `GET /api/v1/search`

pub(super) mod parameter;
mod question;

use std::time::Instant;

use axum::extract::{RawQuery, State};

use super::error::ApiError;
use super::json::{self, Json};
use super::model::completeness::Completeness;
use super::model::search::{SearchAnswer, Total, Trace};
use super::parameter::cursor::PageEnd;
use crate::service::QueryService;

pub(super) use parameter::ROUTE;
pub(super) use question::{Question, further_conditions, pipeline, trace_conditions};

pub(super) async fn search(
    State(service): State<QueryService>,
    RawQuery(query): RawQuery,
) -> Result<Json, ApiError> {
    let begun = Instant::now();
    let Question { search, pipeline, before, hash } = Question::parse(query.as_deref())?;
    service
        .ask(move |questions| {
            let found = match &pipeline {
                None => questions.search(&search)?,
                Some(pipeline) => questions.search_by(&search, pipeline)?,
            };
            let known = before.saturating_add(found.traces.len() as u64);
            let next = found.next.map(|place| {
                let (order, range) = (search.order, search.range);
                PageEnd { order, question: hash, range, place, before: known }.format()
            });
            let traces = found.traces.iter();
            Ok(json::encode(&SearchAnswer {
                traces: traces.map(|(trace, verdict)| Trace::of(trace, verdict.as_ref())).collect(),
                total: Total::of(known, next.is_some(), &found.completeness),
                more: next.is_some(),
                next_cursor: next,
                completeness: Completeness::of(&found.completeness),
                took_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            }))
        })
        .await
}
