//! `GET /api/v2/dependencies`.

use std::cell::Cell;
use std::time::Duration;

use axum::extract::{RawQuery, State};
use proto::zipkin::json::write_text;
use storage::{Cursor, Scan, Shown, TimeRange, Visitor, Within};

use super::answer::{Answer, Refusal, Shortened};
use super::link::Links;
use super::parameter::Parameters;
use super::question::required_range;
use super::traces::as_zipkin;
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
    let links = Links::default();
    let mut newest = Newest { questions, links, traces: 0, is_cut: Cell::new(false) };
    let completeness = questions.scan(&Scan::newest(range, Within::Starts), &mut newest)?;
    let cut = newest.is_cut.get().then_some(Shortened::Truncated);
    let shortened = cut.or(Shortened::of(&completeness));
    Ok(Answer { json: encode(&newest.links), shortened, is_cacheable: false })
}

/// Makes links of the newest traces.
struct Newest<'a, 'q> {
    questions: &'a Questions<'q>,
    links: Links,
    traces: usize,
    /// Whether it ended before it saw all.
    is_cut: Cell<bool>,
}

impl Visitor for Newest<'_, '_> {
    fn visit(&mut self, trace: &Shown<'_>) {
        self.traces += 1;
        self.links.add_trace(&as_zipkin(trace.spans()));
    }

    fn has_enough(&self, _: Cursor) -> bool {
        let is_over = self.traces >= TRACES_MAX || self.questions.time_left() < TIME_LEFT_MIN;
        self.is_cut.set(is_over);
        is_over
    }
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
