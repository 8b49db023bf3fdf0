//! `GET /api/traces` and `/api/traces/{trace_id}`

use axum::extract::{RawPathParams, RawQuery, State};
use http::StatusCode;
use proto::TraceId;
use proto::clock::now_unix_nano;

use super::envelope::{Json, Layout, Refusal, Trouble};
use super::model::Trace;
use crate::api::jaeger::form::Form;
use crate::api::jaeger::go::{self, Bad};
use crate::api::jaeger::id;
use crate::api::jaeger::question::{Question, TRACES, parse_json_tags};
use crate::api::jaeger::read::{Find, Reading, TRACE_NOT_FOUND, find};
use crate::service::{QueryService, Questions};

/// Traces that are asked for by id at once.
const IDS_MAX: usize = 1_000;

/// How far back a search goes that does not say from when.
const LOOKBACK_NANO: u64 = 2 * 24 * 3_600 * 1_000_000_000;

/// What `GET /api/traces` is asked for.
enum Asked {
    Ids(Vec<TraceId>),
    Search(Question),
}

pub(super) async fn traces(
    State(service): State<QueryService>,
    RawQuery(query): RawQuery,
) -> Result<Json, Refusal> {
    let form = Form::parse(query.as_deref());
    let (layout, asked) = (Layout::of(&form), asked(&form)?);
    let reading = Reading::new(form.switch("raw")?);
    service
        .ask(move |questions| match asked {
            Asked::Ids(ids) => by_id(questions, &ids, reading, layout),
            Asked::Search(question) => search(questions, question, reading, layout),
        })
        .await
}

fn by_id(
    questions: &Questions<'_>,
    ids: &[TraceId],
    mut reading: Reading,
    layout: Layout,
) -> Result<Json, Refusal> {
    let mut traces = Vec::new();
    let mut troubles = Vec::new();
    for id in ids {
        match reading.trace(questions, *id)? {
            Some(read) => traces.push(Trace::of(*id, read.spans, read.warnings)),
            None => troubles.push(Trouble::of(*id, reading.without())),
        }
    }
    Ok(layout.answer(&traces, 0, Some(&*troubles).filter(|troubles| !troubles.is_empty())))
}

fn search(
    questions: &Questions<'_>,
    question: Question,
    mut reading: Reading,
    layout: Layout,
) -> Result<Json, Refusal> {
    let Find { ids, missing } = find(questions, question)?;
    let mut traces = Vec::new();
    let mut troubles: Vec<Trouble> = missing.into_iter().map(Trouble::new).collect();
    for id in ids {
        match reading.trace(questions, id)? {
            Some(read) => traces.push(Trace::of(id, read.spans, read.warnings)),
            None if reading.is_full() => troubles.push(Trouble::of(id, reading.without())),
            // Retention was faster.
            None => {}
        }
    }
    Ok(layout.answer(&traces, 0, Some(&*troubles).filter(|troubles| !troubles.is_empty())))
}

fn asked(form: &Form) -> Result<Asked, Bad> {
    let (from, to) = (time(form, "start")?, time(form, "end")?);
    let mut question = Question {
        service: form.text("service").unwrap_or_default().to_owned(),
        operation: form.text("operation").unwrap_or_default().to_owned(),
        ..Question::default()
    };
    for tag in form.all("tag") {
        let (key, value) = tag.split_once(':').ok_or_else(|| {
            let tag: String = tag.chars().take(128).collect();
            Bad(format!("malformed 'tag' parameter, expecting key:value, received: {tag}"))
        })?;
        question.tags.insert(key.to_owned(), value.to_owned());
    }
    for tags in form.all("tags") {
        let tags = parse_json_tags(tags).map_err(|Bad(problem)| {
            Bad(format!("malformed 'tags' parameter, cannot unmarshal JSON: {problem}"))
        })?;
        question.tags.extend(tags);
    }
    // Jaeger names no parameter here.
    question.limit = form.text("limit").map(go::parse_int).transpose()?.unwrap_or(TRACES);
    question.duration_min = duration(form, "minDuration")?;
    question.duration_max = duration(form, "maxDuration")?;
    let mut ids = Vec::new();
    for text in form.all("traceID") {
        let parsed = id::parse(text);
        ids.push(parsed.map_err(|Bad(why)| Bad(format!("cannot parse traceID param: {why}")))?);
    }
    form.switch("raw")?;
    if ids.len() > IDS_MAX {
        return Err(Bad(format!("more than {IDS_MAX} traces in one question")));
    }
    if !ids.is_empty() {
        return Ok(Asked::Ids(ids));
    }
    if question.service.is_empty() {
        return Err(Bad("parameter 'service' is required".to_owned()));
    }
    if question.duration_max != 0 && question.duration_max < question.duration_min {
        return Err(Bad("'maxDuration' should be greater than 'minDuration'".to_owned()));
    }
    let now = now_unix_nano();
    question.from_unix_nano = from.unwrap_or(now.saturating_sub(LOOKBACK_NANO));
    // The microsecond that is named is within.
    question.to_unix_nano = to.unwrap_or(now).saturating_add(1_000);
    Ok(Asked::Search(question))
}

/// A moment, written in microseconds, in nanoseconds since the Unix epoch.
fn time(form: &Form, name: &str) -> Result<Option<u64>, Bad> {
    let micros = form.number(name)?;
    Ok(micros.map(|micros| u64::try_from(micros).unwrap_or(0).saturating_mul(1_000)))
}

fn duration(form: &Form, name: &str) -> Result<i64, Bad> {
    let text = form.text(name);
    text.map_or(Ok(0), |text| go::parse_duration(text).map_err(|bad| bad.of(name)))
}

/// Times that come with an id are hints to stores that need them. Ours does not.
pub(super) async fn trace(
    State(service): State<QueryService>,
    path: RawPathParams,
    RawQuery(query): RawQuery,
) -> Result<Json, Refusal> {
    let form = Form::parse(query.as_deref());
    let (id, layout) = (asked_id(&path, &form)?, Layout::of(&form));
    let mut reading = Reading::new(form.switch("raw")?);
    service
        .ask(move |questions| {
            let read = reading.trace(questions, id)?;
            let read = read.ok_or_else(|| Refusal::new(StatusCode::NOT_FOUND, TRACE_NOT_FOUND))?;
            Ok(layout.answer([Trace::of(id, read.spans, read.warnings)], 0, None))
        })
        .await
}

/// The id in a path, whose hints are looked at, too.
pub(super) fn asked_id(path: &RawPathParams, form: &Form) -> Result<TraceId, Bad> {
    let text = path.iter().next().map_or("", |(_, text)| text);
    let id = id::parse(text)?;
    time(form, "start")?;
    time(form, "end")?;
    Ok(id)
}
