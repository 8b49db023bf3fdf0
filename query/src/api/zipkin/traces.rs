//! `GET /api/v2/traces`, `trace/{id}`, `traceMany`.

use std::cell::Cell;
use std::time::Duration;

use axum::extract::{Path, RawQuery, State};
use proto::zipkin::{Span, json, parse_trace_id};
use proto::{SpanKind, TraceId};
use storage::{Cursor, Page, ReadError, Shown, Visitor};

use super::answer::{Answer, Refusal, Shortened};
use super::needs;
use super::parameter::Parameters;
use super::question::{LIMIT_MAX, Question};
use crate::service::{QueryService, Questions};

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
    let scan = needs::for_question(questions, question)?;
    let page = Page::new(question.limit, None);
    let mut finder = Finder { questions, question, page, bytes: 0, is_cut: Cell::new(false) };
    let completeness = questions.scan(&scan, &mut finder)?;
    let cut = finder.is_cut.get().then_some(Shortened::Truncated);
    let (traces, _) = finder.page.finish();
    let list = List { traces, shortened: cut.or(Shortened::of(&completeness)) };
    Ok(list.finish())
}

/// Looks for the newest traces that are asked for.
struct Finder<'a, 'q> {
    questions: &'a Questions<'q>,
    question: &'a Question,
    page: Page<String>,
    bytes: usize,
    /// Whether it ended before it had enough.
    is_cut: Cell<bool>,
}

impl Visitor for Finder<'_, '_> {
    fn visit(&mut self, trace: &Shown<'_>) {
        if !self.page.wants(trace.place()) {
            return;
        }
        let spans = as_zipkin(trace.spans());
        if self.question.is_met_by(&spans) {
            let mut json = String::new();
            json::write_spans(&mut json, spans);
            self.bytes = self.bytes.saturating_add(json.len());
            self.page.offer(trace.place(), json);
        }
    }

    fn has_enough(&self, next: Cursor) -> bool {
        if self.page.has_enough(next) {
            return true;
        }
        let is_over = self.bytes > ANSWER_BYTES_MAX || self.questions.time_left() < TIME_LEFT_MIN;
        self.is_cut.set(is_over);
        is_over
    }
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
                if list.traces.iter().map(String::len).sum::<usize>() > ANSWER_BYTES_MAX {
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
    let spans = as_zipkin(&trace.spans);
    let shortened = Shortened::of(&trace.completeness);
    Ok((!spans.is_empty()).then_some(Read { spans, shortened }))
}

/// The spans of a trace, as Zipkin has them.
pub(super) fn as_zipkin(spans: &[proto::Span]) -> Vec<Span> {
    spans.iter().filter(|span| span.kind != SpanKind::LOG_RECORD).map(Span::from).collect()
}

/// A list of traces in the making, each of them JSON.
#[derive(Default)]
struct List {
    traces: Vec<String>,
    shortened: Option<Shortened>,
}

impl List {
    fn push(&mut self, spans: Vec<Span>, shortened: Option<Shortened>) {
        let mut json = String::new();
        json::write_spans(&mut json, spans);
        self.traces.push(json);
        self.shortened = self.shortened.or(shortened);
    }

    fn finish(self) -> Answer {
        let json = format!("[{}]", self.traces.join(","));
        Answer { json, shortened: self.shortened, is_cacheable: false }
    }
}
