//! `GET /api/v1/compare/traces`, `compare/selections`.

use axum::extract::{RawQuery, State};
use proto::TraceId;
use storage::{Chains, ReadError, TimeRange, TraceConditions, chains_of};

use super::call_chains::{
    LIMIT, SERVICE, SPAN_NAME, TRACES, WITH_SERVICE, WITH_SPAN_NAME, span_conditions,
};
use super::error::ApiError;
use super::json::{self, Json};
use super::model::difference::DifferenceAnswer;
use super::parameter::time::{self, FROM, SINCE, TO, moment};
use super::parameter::{Parameter, Parameters, Shape};
use super::route::Route;
use super::search::parameter::{
    ATTRIBUTE, MAX_DURATION, MAX_TRACE_DURATION, MIN_DURATION, MIN_TRACE_DURATION, QUERY, STATUS,
};
use super::search::{pipeline, trace_conditions};
use super::trace::no_trace;
use crate::chains::selection::{Looked, Picked};
use crate::chains::{Asked, Difference, Side};
use crate::findings::both;
use crate::service::{QueryService, Questions};

const TRACE: Parameter = Parameter::new("trace", Shape::Hex(32), "The trace.").required();
const REFERENCE_TRACE: Parameter =
    Parameter::new("reference_trace", Shape::Hex(32), "The trace to compare it with.").required();

pub(super) const OF_TRACES: Route = Route {
    path: "/api/v1/compare/traces",
    id: "compare_traces",
    summary: "One trace held against another: calls, errors and time, path by path",
    in_path: &[],
    in_query: &[&TRACE, &REFERENCE_TRACE, &LIMIT],
    answer: Some("DifferenceAnswer"),
};

/// What the name of a condition begins with where it is one of the traces to compare with.
const REFERENCE: &str = "reference_";

const REFERENCE_FROM: Parameter = Parameter::new(
    "reference_from",
    Shape::Time,
    "When the traces to compare with began at the earliest, written as `from`; without it at \
     the same time as the others.",
);
const REFERENCE_TO: Parameter = Parameter::new(
    "reference_to",
    Shape::Time,
    "The first moment at which those no longer began. Left out, where the range begins.",
);
const REFERENCE_ATTRIBUTE: Parameter = Parameter::new(
    "reference_attribute",
    Shape::Texts(32),
    "As `attribute`, of the traces to compare with; so are the others of this name.",
);
const REFERENCE_WITH_SERVICE: Parameter =
    Parameter::new("reference_with_service", Shape::Text, "As `with_service`.");
const REFERENCE_WITH_SPAN_NAME: Parameter =
    Parameter::new("reference_with_span_name", Shape::Text, "As `with_span_name`.");
const REFERENCE_STATUS: Parameter =
    Parameter::new("reference_status", Shape::OneOf(&["error", "ok", "unset"]), "As `status`.");
const REFERENCE_MIN_DURATION: Parameter =
    Parameter::new("reference_min_duration", Shape::Duration, "As `min_duration`.");
const REFERENCE_MAX_DURATION: Parameter =
    Parameter::new("reference_max_duration", Shape::Duration, "As `max_duration`.");
const REFERENCE_MIN_TRACE_DURATION: Parameter =
    Parameter::new("reference_min_trace_duration", Shape::Duration, "As `min_trace_duration`.");
const REFERENCE_MAX_TRACE_DURATION: Parameter =
    Parameter::new("reference_max_trace_duration", Shape::Duration, "As `max_trace_duration`.");
const REFERENCE_QUERY: Parameter =
    Parameter::new("reference_q", Shape::Text, "As `q`, of the traces to compare with.");

/// The conditions of a side, as both sides write them.
const SIDES: [(&Parameter, &Parameter); 9] = [
    (&ATTRIBUTE, &REFERENCE_ATTRIBUTE),
    (&WITH_SERVICE, &REFERENCE_WITH_SERVICE),
    (&WITH_SPAN_NAME, &REFERENCE_WITH_SPAN_NAME),
    (&STATUS, &REFERENCE_STATUS),
    (&MIN_DURATION, &REFERENCE_MIN_DURATION),
    (&MAX_DURATION, &REFERENCE_MAX_DURATION),
    (&MIN_TRACE_DURATION, &REFERENCE_MIN_TRACE_DURATION),
    (&MAX_TRACE_DURATION, &REFERENCE_MAX_TRACE_DURATION),
    (&QUERY, &REFERENCE_QUERY),
];

pub(super) const OF_SELECTIONS: Route = Route {
    path: "/api/v1/compare/selections",
    id: "compare_selections",
    summary: "Traces that meet conditions held against those that meet others, as two versions",
    in_path: &[],
    in_query: &[
        &FROM,
        &TO,
        &SINCE,
        &SERVICE,
        &SPAN_NAME,
        &ATTRIBUTE,
        &WITH_SERVICE,
        &WITH_SPAN_NAME,
        &STATUS,
        &MIN_DURATION,
        &MAX_DURATION,
        &MIN_TRACE_DURATION,
        &MAX_TRACE_DURATION,
        &QUERY,
        &REFERENCE_FROM,
        &REFERENCE_TO,
        &REFERENCE_ATTRIBUTE,
        &REFERENCE_WITH_SERVICE,
        &REFERENCE_WITH_SPAN_NAME,
        &REFERENCE_STATUS,
        &REFERENCE_MIN_DURATION,
        &REFERENCE_MAX_DURATION,
        &REFERENCE_MIN_TRACE_DURATION,
        &REFERENCE_MAX_TRACE_DURATION,
        &REFERENCE_QUERY,
        &TRACES,
        &LIMIT,
    ],
    answer: Some("DifferenceAnswer"),
};

pub(super) async fn of_traces(
    State(service): State<QueryService>,
    RawQuery(query): RawQuery,
) -> Result<Json, ApiError> {
    let parameters = Parameters::parse(query.as_deref(), OF_TRACES.in_query)?;
    let id = |parameter: &Parameter| {
        let text = parameters.text(parameter).unwrap_or_default();
        text.parse::<TraceId>().map_err(|error| parameter.refuse(error))
    };
    let (trace, reference) = (id(&TRACE)?, id(&REFERENCE_TRACE)?);
    let asked = Asked { service: None, span_name: None, nodes_max: parameters.whole(&LIMIT)? };
    service
        .ask(move |questions| {
            let (now, before) = (one(questions, trace)?, one(questions, reference)?);
            let alone = Looked { traces: 1, more: false };
            Ok(answer((&now, alone), (&before, alone), &asked))
        })
        .await
}

/// What one trace adds up to.
fn one(questions: &Questions<'_>, id: TraceId) -> Result<Chains, ApiError> {
    let trace = questions.trace(id)?.ok_or_else(|| no_trace(id))?;
    let mut chains = chains_of(std::iter::once(Ok::<_, ReadError>(trace.spans)))?;
    chains.completeness = trace.completeness;
    Ok(chains)
}

pub(super) async fn of_selections(
    State(service): State<QueryService>,
    RawQuery(query): RawQuery,
) -> Result<Json, ApiError> {
    let parameters = Parameters::parse(query.as_deref(), OF_SELECTIONS.in_query)?;
    let range = time::range(&parameters)?;
    let theirs = reference_range(&parameters, range)?;
    let now = picked(&parameters, &parameters, range)?;
    let of_reference = parameters.renamed(&SIDES);
    let of_theirs = |error: ApiError| error.with_prefix(REFERENCE);
    let before = picked(&parameters, &of_reference, theirs).map_err(of_theirs)?;
    if now == before {
        return Err(REFERENCE_ATTRIBUTE
            .refuse("both sides are the same; give one a condition that the other has not"));
    }
    let asked = Asked {
        service: parameters.text(&SERVICE).map(str::to_owned),
        span_name: parameters.text(&SPAN_NAME).map(str::to_owned),
        nodes_max: parameters.whole(&LIMIT)?,
    };
    service
        .ask(move |questions| {
            let now = questions.picked_chains(&now)?;
            let before =
                questions.picked_chains(&before).map_err(|error| of_theirs(error.into()))?;
            Ok(answer((&now.chains, now.looked), (&before.chains, before.looked), &asked))
        })
        .await
}

/// The traces of one side, whose conditions `side` holds.
fn picked(
    parameters: &Parameters<'_>,
    side: &Parameters<'_>,
    range: TimeRange,
) -> Result<Picked, ApiError> {
    // No root has a name without its ids: then all names are read, and this one is shown.
    let exact = parameters.text(&SPAN_NAME).filter(|name| !name.contains('*'));
    Ok(Picked {
        range,
        span: span_conditions(side)?,
        trace: TraceConditions { root_service: None, root_name: None, ..trace_conditions(side)? },
        query: pipeline(side)?,
        root_service: parameters.text(&SERVICE).map(str::to_owned),
        root_name: exact.map(str::to_owned),
        traces_max: parameters.whole(&TRACES)?,
        against_rest: false,
    })
}

/// When the traces to compare with began.
fn reference_range(parameters: &Parameters<'_>, range: TimeRange) -> Result<TimeRange, ApiError> {
    let from = moment(parameters, &REFERENCE_FROM)?;
    let to = moment(parameters, &REFERENCE_TO)?;
    let (from_unix_nano, to_unix_nano) = match (from, to) {
        (None, None) => return Ok(range),
        (None, Some(_)) => {
            return Err(REFERENCE_TO.refuse("where it begins is missing; give reference_from"));
        }
        (Some(from), to) => (from, to.unwrap_or(range.from_unix_nano)),
    };
    if from_unix_nano >= to_unix_nano {
        let end = if to.is_some() { &REFERENCE_TO } else { &REFERENCE_FROM };
        return Err(end.refuse("the range ends before it begins; its end must lie after it"));
    }
    Ok(TimeRange { from_unix_nano, to_unix_nano })
}

fn answer(now: (&Chains, Looked), reference: (&Chains, Looked), asked: &Asked) -> Json {
    let side = |(chains, looked): (_, Looked)| Side { chains, traces: looked.traces };
    let difference = Difference::of(side(now), side(reference), asked);
    let completeness = both(now.0.completeness.clone(), reference.0.completeness.clone());
    json::encode(&DifferenceAnswer::of(&difference, [now.1, reference.1], &completeness))
}
