//! `GET /api/v1/status`

use axum::extract::{RawQuery, State};

use super::error::ApiError;
use super::json::{self, Json};
use super::model::status::StatusAnswer;
use super::parameter::Parameters;
use super::route::Route;
use crate::monitor::Monitor;

pub(super) const ROUTE: Route = Route {
    path: "/api/v1/status",
    id: "status",
    summary: "Whether spans are taken, and how many are kept",
    in_path: &[],
    in_query: &[],
    answer: Some("StatusAnswer"),
};

pub(super) async fn status(
    State(monitor): State<Monitor>,
    RawQuery(query): RawQuery,
) -> Result<Json, ApiError> {
    Parameters::parse(query.as_deref(), ROUTE.in_query)?;
    let stats = monitor.stats().await?;
    Ok(json::encode(&StatusAnswer::of(&monitor.health(), &stats, monitor.otlp())))
}
