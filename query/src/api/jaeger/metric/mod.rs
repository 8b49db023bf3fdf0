//! `GET /api/metrics/latencies`, `calls`, `errors`, `minstep`: what Jaeger's Monitor tab
//! draws. Jaeger asks Prometheus for it; here it is what hops add up to.

mod model;
mod series;

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::routing::get;
use proto::SpanKind;
use proto::clock::now_unix_nano;
use storage::Period;

use super::form::Form;
use super::go::{self, Bad};
use super::legacy::{Json, Layout, Refusal};
use super::question::parse_kind;
use crate::service::QueryService;
use model::{Family, Figure};
use series::Asked;

pub(super) const LATENCIES: &str = "/api/metrics/latencies";
pub(super) const CALLS: &str = "/api/metrics/calls";
pub(super) const ERRORS: &str = "/api/metrics/errors";
pub(super) const MIN_STEP: &str = "/api/metrics/minstep";

/// Services in one question: each is read by itself.
const SERVICES_MAX: usize = 32;

/// The last moment that has four digits for its year, as RFC 3339 wants it.
const LAST_SECOND: u64 = 253_402_300_799;

/// Where nobody says, in milliseconds.
const LOOKBACK_MS: u64 = 60 * 60 * 1_000;
const STEP_MS: u64 = 5_000;
const RATE_PER_MS: u64 = 10 * 60 * 1_000;

pub(super) fn router() -> Router<QueryService> {
    Router::new()
        .route(LATENCIES, get(latencies))
        .route(CALLS, get(calls))
        .route(ERRORS, get(errors))
        .route(MIN_STEP, get(min_step))
}

async fn latencies(
    State(service): State<QueryService>,
    RawQuery(query): RawQuery,
) -> Result<Json, Refusal> {
    let form = Form::parse(query.as_deref());
    let quantile = form.all("quantile").next().unwrap_or_default();
    let quantile = go::parse_float(quantile).map_err(|bad| bad.of("quantile"))?;
    answer(service, form, Figure::Latency { quantile }).await
}

async fn calls(
    State(service): State<QueryService>,
    RawQuery(query): RawQuery,
) -> Result<Json, Refusal> {
    answer(service, Form::parse(query.as_deref()), Figure::CallRate).await
}

async fn errors(
    State(service): State<QueryService>,
    RawQuery(query): RawQuery,
) -> Result<Json, Refusal> {
    answer(service, Form::parse(query.as_deref()), Figure::ErrorRate).await
}

/// How close points can be, in milliseconds.
async fn min_step(RawQuery(query): RawQuery) -> Json {
    let layout = Layout::of(&Form::parse(query.as_deref()));
    layout.answer(Period::Minute.seconds() * 1_000, 0, None)
}

async fn answer(service: QueryService, form: Form, figure: Figure) -> Result<Json, Refusal> {
    let (asked, layout) = (asked(&form)?, Layout::of(&form));
    service
        .ask(move |questions| {
            let series = series::read(questions, &asked)?;
            Ok(layout.encode(&Family::of(figure, &asked, &series)))
        })
        .await
}

fn asked(form: &Form) -> Result<Asked, Bad> {
    let services: Vec<String> = form.all("service").map(str::to_owned).collect();
    if services.is_empty() {
        return Err(Bad("please provide at least one service name".to_owned()).of("service"));
    }
    if services.len() > SERVICES_MAX {
        return Err(Bad(format!("more than {SERVICES_MAX} services")).of("service"));
    }
    let by_operation = form.switch("groupByOperation")?;
    let kinds: Result<Vec<SpanKind>, Bad> = form.all("spanKind").map(kind).collect();
    let kinds = kinds.map_err(|bad| bad.of("spanKind"))?;
    let end_ms = form.number("endTs")?.map_or(now_unix_nano() / 1_000_000, at_least_0);
    let lookback_ms = form.number("lookback")?.map_or(LOOKBACK_MS, at_least_0);
    let step_ms = form.number("step")?.map_or(STEP_MS, at_least_0);
    let rate_ms = form.number("ratePer")?.map_or(RATE_PER_MS, at_least_0);
    Ok(Asked {
        services,
        kinds: if kinds.is_empty() { vec![SpanKind::SERVER] } else { kinds },
        by_operation,
        end_seconds: (end_ms / 1_000).min(LAST_SECOND),
        lookback_seconds: lookback_ms / 1_000,
        step_seconds: step_ms / 1_000,
        rate_seconds: rate_ms / 1_000,
    })
}

fn kind(word: &str) -> Result<SpanKind, Bad> {
    let word: String = word.chars().take(64).collect();
    parse_kind(&word).ok_or_else(|| Bad(format!("unsupported span kind: '{word}'")))
}

fn at_least_0(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
