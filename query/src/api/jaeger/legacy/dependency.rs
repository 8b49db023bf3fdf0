//! `GET /api/dependencies`

use axum::extract::{RawQuery, State};
use proto::clock::now_unix_nano;
use storage::TimeRange;

use super::envelope::{Json, Layout, Refusal};
use super::model::Dependency;
use crate::api::jaeger::dependency;
use crate::api::jaeger::form::Form;
use crate::service::QueryService;

const NANO_OF_MILLI: u64 = 1_000_000;

/// How far back it is looked where nobody says.
const LOOKBACK_NANO: u64 = 24 * 3_600 * 1_000 * NANO_OF_MILLI;

pub(super) async fn dependencies(
    State(service): State<QueryService>,
    RawQuery(query): RawQuery,
) -> Result<Json, Refusal> {
    let form = Form::parse(query.as_deref());
    let layout = Layout::of(&form);
    let nano = |millis: i64| u64::try_from(millis).unwrap_or(0).saturating_mul(NANO_OF_MILLI);
    let end = form.number("endTs")?.map_or_else(now_unix_nano, nano);
    let lookback = form.number("lookback")?.map_or(LOOKBACK_NANO, nano);
    let touched = form.text("service").map(str::to_owned);
    let range = TimeRange {
        from_unix_nano: end.saturating_sub(lookback),
        to_unix_nano: end.saturating_add(1),
    };
    service
        .ask(move |questions| {
            let mut dependencies = dependency::dependencies(questions, range)?;
            if let Some(service) = touched {
                dependencies.retain(|(parent, child), _| *parent == service || *child == service);
            }
            let dependencies = dependencies.into_iter();
            let dependencies: Vec<Dependency> = dependencies
                .map(|((parent, child), call_count)| Dependency { parent, child, call_count })
                .collect();
            Ok(layout.answer(&dependencies, 0, None))
        })
        .await
}
