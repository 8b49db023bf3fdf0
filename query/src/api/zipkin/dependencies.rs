//! `GET /api/v2/dependencies`.

use std::time::Duration;

use axum::extract::{RawQuery, State};
use proto::zipkin::json::write_text;
use storage::TimeRange;

use super::answer::{Answer, Refusal, Shortened};
use super::candidates::Candidates;
use super::link::Links;
use super::parameter::Parameters;
use super::question::required_range;
use super::traces::read;
use crate::service::{QueryService, Questions};

/// Traces that links are made of, at most; the newest.
const TRACES_MAX: usize = 20_000;
/// No further trace is read once no more than this is left of the question's time: it has a
/// thread of few.
const TIME_LEFT_MIN: Duration = Duration::from_secs(4);

pub(super) async fn dependencies(
    State(service): State<QueryService>,
    RawQuery(query): RawQuery,
) -> Result<Answer, Refusal> {
    let range = required_range(&Parameters::parse(query.as_deref()))?;
    service.ask(move |questions| links(questions, range)).await
}

fn links(questions: &Questions<'_>, range: TimeRange) -> Result<Answer, Refusal> {
    let mut links = Links::default();
    let mut traces = Candidates::all(range);
    let mut shortened = None;
    let mut looked_at = 0;
    while let Some(id) = traces.next(questions)? {
        if looked_at >= TRACES_MAX || questions.time_left() < TIME_LEFT_MIN {
            shortened = Some(Shortened::Truncated);
            break;
        }
        looked_at += 1;
        if let Some(trace) = read(questions, id)? {
            links.add_trace(&trace.spans);
            shortened = shortened.or(trace.shortened);
        }
    }
    let shortened = shortened.or(traces.shortened);
    Ok(Answer { json: encode(&links), shortened, is_cacheable: false })
}

fn encode(links: &Links) -> String {
    let mut json = "[".to_owned();
    for ((caller, callee), calls) in &links.0 {
        if json.len() > 1 {
            json.push(',');
        }
        json.push_str("{\"parent\":");
        write_text(&mut json, caller);
        json.push_str(",\"child\":");
        write_text(&mut json, callee);
        json.push_str(&format!(",\"callCount\":{}", calls.count));
        if calls.errors > 0 {
            json.push_str(&format!(",\"errorCount\":{}", calls.errors));
        }
        json.push('}');
    }
    json.push(']');
    json
}
