//! `GET /api/v2/traces`, `trace/{id}`, `traceMany`.

use std::time::Duration;

use axum::extract::{Path, RawQuery, State};
use proto::zipkin::{Span, json, parse_trace_id};
use proto::{SpanKind, TraceId};
use storage::ReadError;

use super::answer::{Answer, Refusal, Shortened};
use super::candidates::Candidates;
use super::parameter::Parameters;
use super::question::{LIMIT_MAX, Question};
use crate::service::{QueryService, Questions};

/// Traces that are read for one search, at most.
const CANDIDATES_MAX: usize = 2000;
/// An answer gets no further trace once it has this many bytes.
const ANSWER_BYTES_MAX: usize = 64 << 20;
/// A search ends with what it has once no more than this is left of its time.
const TIME_LEFT_MIN: Duration = Duration::from_secs(2);

pub(super) async fn search(
    State(service): State<QueryService>,
    RawQuery(query): RawQuery,
) -> Result<Answer, Refusal> {
    let question = Question::parse(&Parameters::parse(query.as_deref()))?;
    service.ask(move |questions| found(questions, &question)).await
}

fn found(questions: &Questions<'_>, question: &Question) -> Result<Answer, Refusal> {
    let mut candidates = Candidates::for_question(questions, question)?;
    let mut list = List::default();
    let mut looked_at = 0;
    while list.traces < question.limit {
        let is_enough = looked_at >= CANDIDATES_MAX
            || list.json.len() > ANSWER_BYTES_MAX
            || questions.time_left() < TIME_LEFT_MIN;
        let Some(id) = candidates.next(questions)? else { break };
        if is_enough {
            list.shortened = Some(Shortened::Truncated);
            break;
        }
        looked_at += 1;
        let Some(Read { spans, shortened }) = read(questions, id)? else { continue };
        if question.is_met_by(&spans) {
            list.push(spans, shortened);
        }
    }
    list.shortened = list.shortened.or(candidates.shortened);
    Ok(list.finish())
}

pub(super) async fn trace(
    State(service): State<QueryService>,
    Path(id): Path<String>,
) -> Result<Answer, Refusal> {
    let id = trace_id(&id)?;
    service
        .ask(move |questions| {
            let missing = || {
                let text = id.to_string();
                let short = text.strip_prefix("0000000000000000").unwrap_or(&text);
                Refusal::not_found(format!("{short} not found"))
            };
            let Read { spans, shortened } = read(questions, id)?.ok_or_else(missing)?;
            let mut json = String::new();
            json::write_spans(&mut json, spans);
            Ok(Answer { json, shortened, is_cacheable: false })
        })
        .await
}

pub(super) async fn trace_many(
    State(service): State<QueryService>,
    RawQuery(query): RawQuery,
) -> Result<Answer, Refusal> {
    let ids = many(Parameters::parse(query.as_deref()).required("traceIds")?)?;
    service
        .ask(move |questions| {
            let mut list = List::default();
            for id in ids {
                if list.json.len() > ANSWER_BYTES_MAX {
                    list.shortened = Some(Shortened::Truncated);
                    break;
                }
                if let Some(Read { spans, shortened }) = read(questions, id)? {
                    list.push(spans, shortened);
                }
            }
            Ok(list.finish())
        })
        .await
}

fn many(text: &str) -> Result<Vec<TraceId>, Refusal> {
    if text.is_empty() {
        return Err(Refusal::invalid("traceIds parameter is empty"));
    }
    let mut ids = Vec::new();
    for text in text.split(',') {
        let id = trace_id(text)?;
        if ids.contains(&id) {
            let shown: String = text.chars().take(64).collect();
            return Err(Refusal::invalid(format!("redundant traceId: {shown}")));
        }
        if ids.len() as u64 >= LIMIT_MAX {
            return Err(Refusal::invalid(format!("more than {LIMIT_MAX} traceIds")));
        }
        ids.push(id);
    }
    if ids.len() == 1 {
        let words = "Use /api/v2/trace/{traceId} endpoint to retrieve a single trace";
        return Err(Refusal::invalid(words));
    }
    Ok(ids)
}

fn trace_id(text: &str) -> Result<TraceId, Refusal> {
    parse_trace_id(text.trim()).map_err(|error| Refusal::invalid(error.to_string()))
}

/// A trace, as Zipkin has it.
pub(super) struct Read {
    pub(super) spans: Vec<Span>,
    pub(super) shortened: Option<Shortened>,
}

/// The trace of this id; `None` where it has no spans.
pub(super) fn read(questions: &Questions<'_>, id: TraceId) -> Result<Option<Read>, ReadError> {
    let Some(trace) = questions.trace(id)? else {
        return Ok(None);
    };
    let spans = trace.spans.iter().filter(|span| span.kind != SpanKind::LOG_RECORD);
    let spans: Vec<Span> = spans.map(Span::from).collect();
    let shortened = Shortened::of(&trace.completeness);
    Ok((!spans.is_empty()).then_some(Read { spans, shortened }))
}

/// A list of traces in the making.
#[derive(Default)]
struct List {
    json: String,
    traces: usize,
    shortened: Option<Shortened>,
}

impl List {
    fn push(&mut self, spans: Vec<Span>, shortened: Option<Shortened>) {
        self.json.push(if self.traces == 0 { '[' } else { ',' });
        self.traces += 1;
        json::write_spans(&mut self.json, spans);
        self.shortened = self.shortened.or(shortened);
    }

    fn finish(mut self) -> Answer {
        self.json.push_str(if self.traces == 0 { "[]" } else { "]" });
        Answer { json: self.json, shortened: self.shortened, is_cacheable: false }
    }
}
