//! `GET /api/metrics/query_range` and `/api/metrics/query`

mod question;
mod series;

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use http::HeaderMap;
use storage::{Completeness, LooksAt, Scan, Shown, Within};
use traceql::ast::Metrics;
use traceql::metrics::{Evaluation, Outcome};
use traceql::{EvaluateError, Trace};

use super::answer::{Answer, Encoded, Format, Refusal, lacking};
use super::model::{PARTIAL, QueryInstantResponse, QueryRangeResponse, SearchMetrics};
use crate::api::form::Form;
use crate::by_query::needs_of_metrics;
use crate::service::{Adding, QueryService, Questions};

pub(super) use question::MetricsQuestion;

pub(super) async fn range(
    State(service): State<QueryService>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Encoded, Refusal> {
    let question = MetricsQuestion::range_of_form(&Form::parse(query.as_deref()))?;
    let format = Format::asked_for(&headers);
    service.ask(move |questions| Ok(over_range(questions, &question)?.encode(format))).await
}

pub(super) async fn instant(
    State(service): State<QueryService>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Encoded, Refusal> {
    let question = MetricsQuestion::instant_of_form(&Form::parse(query.as_deref()))?;
    let format = Format::asked_for(&headers);
    service.ask(move |questions| Ok(at_instant(questions, &question)?.encode(format))).await
}

/// Series over time.
///
/// # Errors
/// The store's, and where the query has no answer for a trace.
pub(super) fn over_range(
    questions: &Questions<'_>,
    question: &MetricsQuestion,
) -> Result<Answer<QueryRangeResponse>, Refusal> {
    let Evaluated { outcome, completeness, metrics } = evaluate(questions, question)?;
    let (status, text) = status(&outcome, &completeness, question);
    let series = outcome.series.into_iter();
    let series = series.map(|one| series::over_range(one, &question.range)).collect();
    let message = QueryRangeResponse { series, metrics: Some(metrics), status, message: text };
    Ok(Answer { message, completeness })
}

/// Series of one point.
///
/// # Errors
/// As [`over_range`].
pub(super) fn at_instant(
    questions: &Questions<'_>,
    question: &MetricsQuestion,
) -> Result<Answer<QueryInstantResponse>, Refusal> {
    let Evaluated { outcome, completeness, metrics } = evaluate(questions, question)?;
    let (status, text) = status(&outcome, &completeness, question);
    let series = outcome.series.into_iter().filter_map(series::at_instant).collect();
    let message = QueryInstantResponse { series, metrics: Some(metrics), status, message: text };
    Ok(Answer { message, completeness })
}

/// Whether there is all of it, and in words what is not.
fn status(
    outcome: &Outcome,
    completeness: &Completeness,
    question: &MetricsQuestion,
) -> (i32, String) {
    let mut said = lacking(completeness);
    if outcome.is_partial {
        let max = question.limits.series_max;
        said = format!(
            "some series are left out, there are too many (more than {max}, or too many points)"
        );
    }
    (if said.is_empty() { 0 } else { PARTIAL }, said)
}

struct Evaluated {
    outcome: Outcome,
    completeness: Completeness,
    metrics: SearchMetrics,
}

fn evaluate(questions: &Questions<'_>, question: &MetricsQuestion) -> Result<Evaluated, Refusal> {
    let mut scan = Scan::newest(question.traces, Within::Overlaps);
    scan.looks_at = looks_at(&question.metrics);
    needs_of_metrics(&question.metrics, &mut scan);
    let (metrics, range, limits) = (Arc::clone(&question.metrics), question.range, question.limits);
    let (parts, completeness) = questions.sweep(&scan, move || Observing {
        evaluation: Evaluation::new(&metrics, range, limits),
        seen: 0,
        error: None,
    })?;
    let mut whole: Option<Observing> = None;
    for part in parts {
        if let Some(error) = part.error {
            return Err(error.into());
        }
        match &mut whole {
            None => whole = Some(part),
            Some(whole) => {
                whole.evaluation.merge(part.evaluation);
                whole.seen += part.seen;
            }
        }
    }
    let (outcome, seen) = whole
        .map_or_else(|| (Outcome::default(), 0), |whole| (whole.evaluation.finish(), whole.seen));
    Ok(Evaluated { outcome, completeness, metrics: SearchMetrics::done(seen) })
}

/// What of spans the store has to show.
fn looks_at(metrics: &Metrics) -> LooksAt {
    let traceql::LooksAt { keys, names, details, counts_others } = metrics.looks_at();
    LooksAt { keys, names, details, others_by_number: counts_others }
}

/// Adds up the traces that it is shown.
struct Observing {
    evaluation: Evaluation,
    seen: usize,
    error: Option<EvaluateError>,
}

impl Adding for Observing {
    fn add(&mut self, trace: &Shown<'_>) {
        if self.error.is_none() {
            self.seen += 1;
            let spans = Trace::new(trace.spans()).with_numbered(trace.numbered());
            self.error = self.evaluation.observe(&spans).err();
        }
    }

    fn has_failed(&self) -> bool {
        self.error.is_some()
    }

    fn settle(&mut self) {
        self.evaluation.settle();
    }
}
