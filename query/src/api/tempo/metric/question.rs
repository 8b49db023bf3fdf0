use std::sync::Arc;

use storage::TimeRange;
use traceql::ast::{Metrics, Root};
use traceql::metrics::{Limits, Range, RangeError, default_step, exemplars_asked};

use crate::api::form::Form;
use crate::api::tempo::answer::Refusal;
use crate::api::tempo::model::{QueryInstantRequest, QueryRangeRequest};
use crate::api::tempo::time;

/// Functions over time in one query: each keeps series of its own.
const PIPELINES_MAX: usize = 32;

/// Points of all series together, while they are added up: some 16 MB, of sums 50, once for
/// each thread that does it.
const POINTS_MAX: usize = 500_000;

/// What a metrics query asks for.
#[derive(Debug)]
pub(crate) struct MetricsQuestion {
    pub(super) metrics: Arc<Metrics>,
    pub(super) range: Range,
    /// Where traces must lie to have spans in `range`.
    pub(super) traces: TimeRange,
    pub(super) limits: Limits,
}

impl MetricsQuestion {
    pub(super) fn range_of_form(form: &Form) -> Result<Self, Refusal> {
        let (start, end) = time::of_metrics(form)?;
        let step = time::step(form, start, end)?;
        let exemplars = time::number(form, "exemplars")?.unwrap_or(0);
        let series = time::number(form, "maxSeries")?.unwrap_or(0);
        Self::over_range(query(form), (start, end), step, (exemplars, series))
    }

    pub(super) fn instant_of_form(form: &Form) -> Result<Self, Refusal> {
        let (start, end) = time::of_metrics(form)?;
        Self::at_instant(query(form), (start, end))
    }

    /// The same, as gRPC asks it; zeros are not given.
    pub(crate) fn of_range(request: &QueryRangeRequest) -> Result<Self, Refusal> {
        let (start, end) = time::ordered(request.start, request.end)?;
        let step = if request.step == 0 { default_step(start, end) } else { request.step };
        let limits = (request.exemplars, request.max_series);
        Self::over_range(&request.query, (start, end), step, limits)
    }

    pub(crate) fn of_instant(request: &QueryInstantRequest) -> Result<Self, Refusal> {
        let (start, end) = time::ordered(request.start, request.end)?;
        Self::at_instant(&request.query, (start, end))
    }

    fn over_range(
        query: &str,
        (start, end): (u64, u64),
        step: u64,
        (exemplars, series): (u32, u32),
    ) -> Result<Self, Refusal> {
        let range = Range::aligned(start, end, step)?;
        let first = (start / step * step).saturating_sub(step);
        let last = end.div_ceil(step).saturating_mul(step);
        Self::try_new(query, range, (first, last), (exemplars, series))
    }

    fn at_instant(query: &str, (start, end): (u64, u64)) -> Result<Self, Refusal> {
        Self::try_new(query, Range::instant(start, end)?, (start, end), (0, 0))
    }

    fn try_new(
        query: &str,
        range: Range,
        (first, last): (u64, u64),
        (exemplars, series): (u32, u32),
    ) -> Result<Self, Refusal> {
        let query = traceql::compile(query)?;
        let default = Limits::default();
        // As Tempo has it, none is not less than all: a hint leaves them out.
        let at_most = |asked: u32, max: usize| match asked {
            0 => max,
            asked => usize::try_from(asked).unwrap_or(max).min(max),
        };
        let exemplars_max = at_most(exemplars, default.exemplars_max);
        let exemplars_max = exemplars_asked(&query, exemplars_max).min(default.exemplars_max);
        let Root::Metrics(metrics) = query.root else {
            return Err(Refusal::invalid("not a metrics query"));
        };
        let pipelines = metrics.pipelines().len().max(1);
        if pipelines > PIPELINES_MAX {
            return Err(Refusal::invalid(format!(
                "invalid TraceQL query: {pipelines} functions over time are more than {PIPELINES_MAX}"
            )));
        }
        let limits = Limits {
            series_max: at_most(series, default.series_max),
            points_max: POINTS_MAX / pipelines,
            exemplars_max,
        };
        let traces = TimeRange { from_unix_nano: first, to_unix_nano: last.saturating_add(1) };
        Ok(Self { metrics: Arc::new(metrics), range, traces, limits })
    }
}

/// By both of its names; older data sources have the second.
fn query(form: &Form) -> &str {
    form.text("q").or_else(|| form.text("query")).unwrap_or_default()
}

impl From<RangeError> for Refusal {
    fn from(error: RangeError) -> Self {
        Self::invalid(format!("invalid time range: {error}"))
    }
}
