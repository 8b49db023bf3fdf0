//! `GET /api/v1/findings`, `compare`.

use std::time::Duration;

use axum::extract::{RawQuery, State};
use storage::TimeRange;

use super::error::ApiError;
use super::json::{self, Json};
use super::model::completeness::Completeness;
use super::model::finding::{
    CompareAnswer, Compared, Entrance, Finding, FindingsAnswer, OpenFinding, Opportunity,
    ServiceHarm,
};
use super::parameter::time::{FROM, TO, moment};
use super::parameter::{Parameter, Parameters, Shape};
use super::route::Route;
use crate::findings::{self, Baseline, Times};
use crate::service::QueryService;

const REFERENCE_FROM: Parameter = Parameter::new(
    "reference_from",
    Shape::Time,
    "The first moment of the time to compare with, written as `from`. Left out, half an hour \
     before `reference_to`.",
);
const REFERENCE_TO: Parameter = Parameter::new(
    "reference_to",
    Shape::Time,
    "The first moment after the time to compare with. Left out, it ends where `from` is.",
);
const LIMIT: Parameter = Parameter::new(
    "limit",
    Shape::Whole { min: 1, max: 1_000, default: 50 },
    "How many findings at most.",
);

pub(super) const FINDINGS: Route = Route {
    path: "/api/v1/findings",
    id: "findings",
    summary: "What is wrong now, and what was lately: hops that are slower or fail more often",
    in_path: &[],
    in_query: &[],
    answer: Some("FindingsAnswer"),
};

pub(super) const COMPARE: Route = Route {
    path: "/api/v1/compare",
    id: "compare",
    summary: "What is worse at one time than at another, by the minute",
    in_path: &[],
    in_query: &[&FROM, &TO, &REFERENCE_FROM, &REFERENCE_TO, &LIMIT],
    answer: Some("CompareAnswer"),
};

/// How long a range is where nothing says when it begins.
const RANGE_NANO: u64 = 30 * 60 * 1_000_000_000;

pub(super) async fn findings(
    State(service): State<QueryService>,
    RawQuery(query): RawQuery,
) -> Result<Json, ApiError> {
    Parameters::parse(query.as_deref(), FINDINGS.in_query)?;
    service
        .ask(move |questions| {
            let seen = questions.seen();
            Ok(json::encode(&FindingsAnswer {
                open: seen.book.open().into_iter().map(OpenFinding::of).collect(),
                resolved: seen.book.resolved().map(OpenFinding::of).collect(),
                entries: seen.last.as_deref().map_or_else(Vec::new, entries),
                opportunities: seen.last.as_deref().map_or_else(Vec::new, opportunities),
                compared: seen.last.as_deref().map(Compared::of),
                compared_by_version: seen.by_version.iter().map(Compared::by_version).collect(),
                silent_because: seen.trouble.as_deref(),
            }))
        })
        .await
}

pub(super) async fn compare(
    State(service): State<QueryService>,
    RawQuery(query): RawQuery,
) -> Result<Json, ApiError> {
    let parameters = Parameters::parse(query.as_deref(), COMPARE.in_query)?;
    let times = times(&parameters)?;
    let limit = parameters.whole(&LIMIT)?;
    service
        .ask(move |questions| {
            let compared = questions.compare(times)?;
            let findings = compared.findings.iter().take(limit);
            let services = compared.services.iter();
            Ok(json::encode(&CompareAnswer {
                findings: findings.map(Finding::of).collect(),
                services: services
                    .map(|(service, harm)| ServiceHarm { service, harm: *harm })
                    .collect(),
                entries: entries(&compared),
                opportunities: opportunities(&compared),
                compared: Compared::of(&compared),
                more: compared.findings.len() > limit,
                completeness: Completeness::of(&compared.completeness),
            }))
        })
        .await
}

fn entries(compared: &findings::Compared) -> Vec<Entrance<'_>> {
    compared.entries.iter().map(Entrance::of).collect()
}

fn opportunities(compared: &findings::Compared) -> Vec<Opportunity<'_>> {
    compared.opportunities.iter().map(Opportunity::of).collect()
}

/// Without any, the last half hour and the one before it.
fn times(parameters: &Parameters<'_>) -> Result<Times, ApiError> {
    let to = moment(parameters, &TO)?.unwrap_or_else(proto::clock::now_unix_nano);
    let from = moment(parameters, &FROM)?.unwrap_or_else(|| to.saturating_sub(RANGE_NANO));
    let reference_to = moment(parameters, &REFERENCE_TO)?.unwrap_or(from);
    let reference_from = moment(parameters, &REFERENCE_FROM)?
        .unwrap_or_else(|| reference_to.saturating_sub(RANGE_NANO));
    let range = |from_unix_nano: u64, to_unix_nano: u64, end: &Parameter| {
        if from_unix_nano >= to_unix_nano {
            return Err(end.refuse("the range ends before it begins; its end must lie after it"));
        }
        Ok(TimeRange { from_unix_nano, to_unix_nano })
    };
    Ok(Times {
        judged: range(from, to, &TO)?,
        baseline: Baseline::Asked,
        reference: vec![range(reference_from, reference_to, &REFERENCE_TO)?],
        settled: Duration::ZERO,
    })
}
