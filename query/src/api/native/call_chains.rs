//! `GET /api/v1/chains`.

use axum::extract::{RawQuery, State};
use storage::TimeRange;

use super::error::ApiError;
use super::json::{self, Json};
use super::model::call_chains::ChainsAnswer;
use super::parameter::time::{self, FROM, SINCE, TO, moment};
use super::parameter::{Parameter, Parameters, Shape};
use super::route::Route;
use crate::chains::{Asked, forest};
use crate::findings::both;
use crate::service::QueryService;

const SERVICE: Parameter = Parameter::new(
    "service",
    Shape::Text,
    "The service that takes the requests; any where left out.",
);
const SPAN_NAME: Parameter =
    Parameter::new("span_name", Shape::Text, "The requests' span name; any where left out.");
const REFERENCE_FROM: Parameter = Parameter::new(
    "reference_from",
    Shape::Time,
    "The first moment of a time to compare with, written as `from`. Each node then has its \
     figures of that time, too.",
);
const REFERENCE_TO: Parameter = Parameter::new(
    "reference_to",
    Shape::Time,
    "The first moment after the time to compare with. Left out, it ends where the range begins.",
);
const LIMIT: Parameter = Parameter::new(
    "limit",
    Shape::Whole { min: 1, max: 10_000, default: 500 },
    "How many nodes at most, of all trees together: those with the most time.",
);

pub(super) const ROUTE: Route = Route {
    path: "/api/v1/chains",
    id: "chains",
    summary: "The calls that requests make, as one tree for each kind of request, and its shape",
    in_path: &[],
    in_query: &[&FROM, &TO, &SINCE, &SERVICE, &SPAN_NAME, &REFERENCE_FROM, &REFERENCE_TO, &LIMIT],
    answer: Some("ChainsAnswer"),
};

pub(super) async fn chains(
    State(service): State<QueryService>,
    RawQuery(query): RawQuery,
) -> Result<Json, ApiError> {
    let parameters = Parameters::parse(query.as_deref(), ROUTE.in_query)?;
    let range = time::range(&parameters)?;
    let reference = reference(&parameters, range)?;
    let text = |parameter| parameters.text(parameter).map(str::to_owned);
    let asked = Asked {
        service: text(&SERVICE),
        span_name: text(&SPAN_NAME),
        nodes_max: parameters.whole(&LIMIT)?,
    };
    service
        .ask(move |questions| {
            let now = questions.chains(range)?;
            let before = reference.map(|reference| questions.chains(reference)).transpose()?;
            let forest = forest(&now, before.as_ref(), &asked);
            let completeness = match &before {
                Some(before) => both(now.completeness.clone(), before.completeness.clone()),
                None => now.completeness.clone(),
            };
            Ok(json::encode(&ChainsAnswer::of(&forest, &completeness)))
        })
        .await
}

/// The time to compare `range` with.
fn reference(parameters: &Parameters<'_>, range: TimeRange) -> Result<Option<TimeRange>, ApiError> {
    let (from, to) = (moment(parameters, &REFERENCE_FROM)?, moment(parameters, &REFERENCE_TO)?);
    let Some(from_unix_nano) = from else {
        return match to {
            Some(_) => Err(REFERENCE_TO.refuse("where it begins is missing; give reference_from")),
            None => Ok(None),
        };
    };
    let to_unix_nano = to.unwrap_or(range.from_unix_nano);
    if from_unix_nano >= to_unix_nano {
        let end = if to.is_some() { &REFERENCE_TO } else { &REFERENCE_FROM };
        return Err(end.refuse("the range ends before it begins; its end must lie after it"));
    }
    Ok(Some(TimeRange { from_unix_nano, to_unix_nano }))
}
