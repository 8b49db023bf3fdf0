use serde::Serialize;
use utoipa::ToSchema;

use super::AsText;
use super::chains::Quantiles;
use super::completeness::Completeness;
use crate::red::{POINTS_MAX, Point};

/// Calls, errors and durations over time.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct RedAnswer<'a> {
    pub(in crate::api::native) series: RedSeries,
    pub(in crate::api::native) completeness: Completeness<'a>,
}

/// Times and what came in each.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct RedSeries {
    /// How long each time is: a minute, an hour or a day.
    step_seconds: u64,
    /// The earliest first. Times in which nothing came are left out.
    points: Vec<RedPoint>,
    /// Whether there are earlier ones beyond the limit of 1,500.
    more: bool,
}

/// What came in one time.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct RedPoint {
    /// When it begins.
    #[schema(value_type = String)]
    start_unix_nano: AsText<u64>,
    calls: u64,
    /// Of them those in error.
    errors: u64,
    duration: Quantiles,
}

impl RedSeries {
    pub(in crate::api::native) fn of(step_seconds: u64, points: &[Point]) -> Self {
        let point = |point: &Point| RedPoint {
            start_unix_nano: AsText(point.begin_seconds.saturating_mul(1_000_000_000)),
            calls: point.calls,
            errors: point.errors,
            duration: Quantiles::of(&point.duration),
        };
        let beyond = points.len().saturating_sub(POINTS_MAX);
        Self {
            step_seconds,
            points: points.iter().skip(beyond).map(point).collect(),
            more: beyond > 0,
        }
    }
}
