//! `GET /api/search`

mod logfmt;
mod question;
mod tags;

use axum::extract::{RawQuery, State};
use http::HeaderMap;
use prost::Message;
use storage::{Cursor, Scan, Shown, Visitor, Within};
use traceql::Spanset;

use super::answer::{Answer, Encoded, Format, Refusal};
use super::model::{
    FoundSpan, KeyValue, SearchMetrics, SearchResponse, ServiceStats, SpanSet, TraceMetadata,
};
use crate::api::form::Form;
use crate::by_query::Asked;
use crate::service::{QueryService, Questions};

pub(super) use question::SearchQuestion;

/// The largest answer, in bytes of protobuf: about half as much as its JSON.
const ANSWER_BYTES_MAX: usize = 32 * 1024 * 1024;

pub(super) async fn search(
    State(service): State<QueryService>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Encoded, Refusal> {
    let question = SearchQuestion::of_form(&Form::parse(query.as_deref()))?;
    let format = Format::asked_for(&headers);
    service.ask(move |questions| Ok(find(questions, &question)?.encode(format))).await
}

/// The newest traces that are asked for.
///
/// # Errors
/// The store's, where the query has no answer for a trace, and where the answer would be too
/// large.
pub(super) fn find(
    questions: &Questions<'_>,
    question: &SearchQuestion,
) -> Result<Answer<SearchResponse>, Refusal> {
    let mut scan = Scan::newest(question.range, Within::Overlaps);
    scan.trace = question.trace.clone();
    let asked = Asked { pipeline: &question.pipeline, scan, span: &[], limit: question.traces_max };
    let mut bytes = 0;
    let mut looked_at = 0;
    let found = asked.find(
        |scan, visitor| questions.scan(scan, &mut Counting { visitor, looked_at: &mut looked_at }),
        |trace, answer| {
            let metadata = metadata(trace, answer, question);
            bytes += metadata.encoded_len();
            // The question is refused below, without having taken more memory.
            if bytes > ANSWER_BYTES_MAX { TraceMetadata::default() } else { metadata }
        },
    )?;
    if bytes > ANSWER_BYTES_MAX {
        let words = "the answer is too large: ask for fewer traces (limit) or spans (spss)";
        return Err(Refusal::invalid(words));
    }
    let metrics = Some(SearchMetrics::done(looked_at));
    let message = SearchResponse { traces: found.traces, metrics };
    Ok(Answer { message, completeness: found.completeness })
}

/// Counts what `visitor` is shown.
struct Counting<'v> {
    visitor: &'v mut dyn Visitor,
    looked_at: &'v mut usize,
}

impl Visitor for Counting<'_> {
    fn visit(&mut self, trace: &Shown<'_>) {
        *self.looked_at += 1;
        self.visitor.visit(trace);
    }

    fn has_enough(&self, next: Cursor) -> bool {
        self.visitor.has_enough(next)
    }
}

fn metadata(
    trace: &Shown<'_>,
    answer: &traceql::Answer<'_>,
    question: &SearchQuestion,
) -> TraceMetadata {
    let summary = trace.summary();
    let mut metadata = TraceMetadata {
        trace_id: summary.trace_id.to_string(),
        root_service_name: summary.root_service.clone(),
        root_trace_name: summary.root_name.clone(),
        start_time_unix_nano: summary.start_unix_nano,
        duration_ms: u32::try_from(summary.duration_nano / 1_000_000).unwrap_or(u32::MAX),
        ..TraceMetadata::default()
    };
    if !question.shows_spans {
        return metadata;
    }
    let stats = summary.services.iter().map(|service| {
        let stats = ServiceStats { span_count: service.spans, error_count: service.errors };
        (service.name.clone(), stats)
    });
    metadata.service_stats = stats.collect();
    let span_sets =
        answer.spansets.iter().map(|one| span_set(one, trace, answer, question.spans_max));
    metadata.span_sets = span_sets.collect();
    metadata.span_set = metadata.span_sets.first().cloned();
    metadata
}

fn span_set(
    spanset: &Spanset,
    trace: &Shown<'_>,
    answer: &traceql::Answer<'_>,
    spans_max: usize,
) -> SpanSet {
    let shows_name = answer.shows_name();
    let spans = trace.spans();
    let found = spanset.spans.iter().take(spans_max).filter_map(|place| {
        let span = spans.get(*place)?;
        let attributes = answer.attributes_of(*place);
        Some(FoundSpan {
            span_id: span.span_id.to_string(),
            name: if shows_name { span.name.clone() } else { String::new() },
            start_time_unix_nano: span.start_time_unix_nano,
            duration_nanos: span.duration_nano(),
            attributes: attributes.iter().map(|(key, value)| KeyValue::of(*key, value)).collect(),
        })
    });
    let attributes = spanset.attributes.iter();
    SpanSet {
        spans: found.collect(),
        matched: u32::try_from(spanset.spans.len()).unwrap_or(u32::MAX),
        attributes: attributes.map(|(key, value)| KeyValue::of(key, value)).collect(),
    }
}
