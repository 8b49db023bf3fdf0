//! `GET /api/v1/red`.

use axum::extract::{RawQuery, State};
use proto::clock::now_unix_nano;
use storage::{Chains, Completeness, ReadError, SeriesQuestion, TimeRange};

use super::error::ApiError;
use super::json::{self, Json};
use super::model;
use super::model::red::{RedAnswer, RedSeries};
use super::parameter::time::{self, FROM, SINCE, TO};
use super::parameter::{Parameter, Parameters, Shape};
use super::route::Route;
use crate::findings::both;
use crate::red::{self, Whose};
use crate::service::{QueryService, Questions};

const SERVICE: Parameter =
    Parameter::new("service", Shape::Text, "The service that is called, by whomever.");
const SPAN_NAME: Parameter =
    Parameter::new("span_name", Shape::Text, "Only what of the service has this span name.");
const HOP: Parameter = Parameter::new("hop", Shape::Hex(16), "A hop's id, instead of a service.");

pub(super) const ROUTE: Route = Route {
    path: "/api/v1/red",
    id: "red",
    summary: "Calls, errors and durations of a service or a hop, by the minute, hour or day",
    in_path: &[],
    in_query: &[&FROM, &TO, &SINCE, &SERVICE, &SPAN_NAME, &HOP],
    answer: Some("RedAnswer"),
};

pub(super) async fn red(
    State(service): State<QueryService>,
    RawQuery(query): RawQuery,
) -> Result<Json, ApiError> {
    let parameters = Parameters::parse(query.as_deref(), ROUTE.in_query)?;
    let range = time::range(&parameters)?;
    let whose = whose(&parameters)?;
    service
        .ask(move |questions| {
            let chains = questions.chains(range)?;
            let (series, completeness) = series(questions, &chains, &whose, range)?;
            let completeness = model::completeness::Completeness::of(&completeness);
            Ok(json::encode(&RedAnswer { series, completeness }))
        })
        .await
}

fn whose(parameters: &Parameters<'_>) -> Result<Whose, ApiError> {
    let text = |parameter| parameters.text(parameter).map(str::to_owned);
    match (text(&SERVICE), text(&SPAN_NAME), text(&HOP)) {
        (None, None, Some(hop)) => Ok(Whose::Hop(hop.parse().map_err(|error| HOP.refuse(error))?)),
        (_, _, Some(_)) => Err(HOP.refuse("cannot be combined with service or span_name")),
        (Some(service), span_name, None) => Ok(Whose::Service { service, span_name }),
        (None, _, None) => Err(SERVICE.refuse("missing; this question needs it, or a hop")),
    }
}

/// What came over time of what counts in `chains`, which are of `range`.
pub(super) fn series(
    questions: &Questions<'_>,
    chains: &Chains,
    whose: &Whose,
    range: TimeRange,
) -> Result<(RedSeries, Completeness), ReadError> {
    let counted = red::counted(chains, whose);
    let period = red::period(range, now_unix_nano());
    let paths = counted.paths.clone();
    let series = questions.series(&SeriesQuestion { range, period, paths })?;
    let points = red::points(&series, &counted);
    let completeness = both(chains.completeness.clone(), series.completeness);
    Ok((RedSeries::of(series.period.seconds(), &points), completeness))
}
