//! `GET /api/v1/chains`.

use axum::extract::{RawQuery, State};
use storage::{Comparison, Condition, Field, Operand, TimeRange, TraceConditions};

use super::error::ApiError;
use super::json::{self, Json};
use super::model::call_chains::ChainsAnswer;
use super::parameter::time::{self, FROM, SETTLED, SINCE, TO, moment};
use super::parameter::{Parameter, Parameters, Shape};
use super::route::Route;
use super::search::parameter::{
    ATTRIBUTE, EVENT_NAME, KIND, LINK_SPAN_ID, LINK_TRACE_ID, MAX_DURATION, MAX_TRACE_DURATION,
    MIN_DURATION, MIN_TRACE_DURATION, QUERY, SCOPE_NAME, SCOPE_VERSION, STATUS, STATUS_MESSAGE,
};
use super::search::{further_conditions, pipeline, trace_conditions};
use crate::chains::selection::{Picked, PickedChains};
use crate::chains::{Asked, forest};
use crate::findings::both;
use crate::service::QueryService;

pub(super) const SERVICE: Parameter = Parameter::new(
    "service",
    Shape::Text,
    "The service that takes the requests; any where left out.",
);
pub(super) const SPAN_NAME: Parameter =
    Parameter::new("span_name", Shape::Text, "The requests' span name; any where left out.");
pub(super) const WITH_SERVICE: Parameter = Parameter::new(
    "with_service",
    Shape::Text,
    "A condition: a span's service, anywhere in the trace.",
);
pub(super) const WITH_SPAN_NAME: Parameter = Parameter::new(
    "with_span_name",
    Shape::Text,
    "A condition: the name of a span, of the same one as the others.",
);
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
pub(super) const TRACES: Parameter = Parameter::new(
    "traces",
    Shape::Whole { min: 1, max: 1_000, default: 200 },
    "Where conditions are given: how many traces at most, the newest.",
);
const AGAINST: Parameter = Parameter::new(
    "against",
    Shape::OneOf(&["rest"]),
    "Where conditions are given: the reference is as many traces that do not meet them.",
);
pub(super) const LIMIT: Parameter = Parameter::new(
    "limit",
    Shape::Whole { min: 1, max: 10_000, default: 500 },
    "How many nodes at most, of all trees together: those with the most time.",
);

pub(super) const ROUTE: Route = Route {
    path: "/api/v1/chains",
    id: "chains",
    summary: "The calls that requests make, as one tree for each kind of request, and its shape",
    in_path: &[],
    in_query: &[
        &FROM,
        &TO,
        &SINCE,
        &SETTLED,
        &SERVICE,
        &SPAN_NAME,
        &REFERENCE_FROM,
        &REFERENCE_TO,
        &LIMIT,
        &WITH_SERVICE,
        &WITH_SPAN_NAME,
        &KIND,
        &STATUS,
        &MIN_DURATION,
        &MAX_DURATION,
        &MIN_TRACE_DURATION,
        &MAX_TRACE_DURATION,
        &ATTRIBUTE,
        &EVENT_NAME,
        &STATUS_MESSAGE,
        &SCOPE_NAME,
        &SCOPE_VERSION,
        &LINK_TRACE_ID,
        &LINK_SPAN_ID,
        &QUERY,
        &TRACES,
        &AGAINST,
    ],
    answer: Some("ChainsAnswer"),
};

const MINUTE_NANO: u64 = 60 * 1_000_000_000;

pub(super) async fn chains(
    State(service): State<QueryService>,
    RawQuery(query): RawQuery,
) -> Result<Json, ApiError> {
    let parameters = Parameters::parse(query.as_deref(), ROUTE.in_query)?;
    let (range, settled) = (time::range(&parameters)?, time::settled(&parameters)?);
    let reference = reference(&parameters, range)?;
    let text = |parameter| parameters.text(parameter).map(str::to_owned);
    let asked = Asked {
        service: text(&SERVICE),
        span_name: text(&SPAN_NAME),
        nodes_max: parameters.whole(&LIMIT)?,
    };
    let picked = picked(&parameters, range)?;
    service
        .ask(move |questions| {
            let (now, before, looked) = match picked {
                Some(picked) => {
                    let PickedChains { chains, looked, rest } = questions.picked_chains(&picked)?;
                    let (before, rest) = rest.unzip();
                    (chains, before, Some((looked, rest)))
                }
                None => {
                    let of = |range| questions.settled_chains(range, settled);
                    let before = reference.map(of).transpose()?;
                    (of(range)?, before, None)
                }
            };
            let forest = forest(&now, before.as_ref(), &asked);
            let completeness = match &before {
                Some(before) => both(now.completeness.clone(), before.completeness.clone()),
                None => now.completeness.clone(),
            };
            Ok(json::encode(&ChainsAnswer::of(&forest, looked, &completeness)))
        })
        .await
}

/// Which traces are asked for, if not all.
fn picked(parameters: &Parameters<'_>, range: TimeRange) -> Result<Option<Picked>, ApiError> {
    let span = span_conditions(parameters)?;
    let trace = trace_conditions(parameters)?;
    let query = pipeline(parameters)?;
    let given = |parameter: &Parameter| parameters.text(parameter).is_some();
    if span.is_empty() && trace == TraceConditions::default() && query.is_none() {
        for parameter in [&TRACES, &AGAINST] {
            if given(parameter) {
                return Err(parameter.refuse("all traces count; give a condition, as attribute"));
            }
        }
        return Ok(None);
    }
    if given(&REFERENCE_FROM) {
        return Err(REFERENCE_FROM.refuse("cannot be combined with conditions; use against=rest"));
    }
    let against_rest = match parameters.text(&AGAINST) {
        None => false,
        Some("rest") => true,
        Some(other) => return Err(AGAINST.no_such_word(other)),
    };
    if given(&SETTLED) {
        return Err(SETTLED.refuse("cannot be combined with conditions; leave it out"));
    }
    // No root has a name without its ids: then all names are read, and this one is shown.
    let exact = parameters.text(&SPAN_NAME).filter(|name| !name.contains('*'));
    Ok(Some(Picked {
        range,
        span,
        trace,
        query,
        root_service: parameters.text(&SERVICE).map(str::to_owned),
        root_name: exact.map(str::to_owned),
        traces_max: parameters.whole(&TRACES)?,
        against_rest,
    }))
}

/// What one span must meet.
///
/// # Errors
/// Where a parameter is not as it must be.
pub(super) fn span_conditions(parameters: &Parameters<'_>) -> Result<Vec<Condition>, ApiError> {
    let names = [(&WITH_SERVICE, Field::Service), (&WITH_SPAN_NAME, Field::Name)];
    let names = names.into_iter().filter_map(|(parameter, field)| {
        let operand = Operand::Text(parameters.text(parameter)?.to_owned());
        Some(Condition { field, comparison: Comparison::Equal, operand })
    });
    Ok(names.chain(further_conditions(parameters)?).collect())
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
    // Times are widened to whole minutes: the one that the range begins in is its own.
    let begin = range.from_unix_nano / MINUTE_NANO * MINUTE_NANO;
    let to_unix_nano = to.unwrap_or(begin);
    if from_unix_nano >= to_unix_nano {
        let end = if to.is_some() { &REFERENCE_TO } else { &REFERENCE_FROM };
        return Err(end.refuse("the range ends before it begins; its end must lie after it"));
    }
    Ok(Some(TimeRange { from_unix_nano, to_unix_nano }))
}
