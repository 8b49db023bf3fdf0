#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::sync::Arc;

use serde::de::Error;

use super::VALUE_DEPTH_MAX;
use super::span::ReadSpan;
use crate::otlp::limits::{Budget, Exhausted, Mark};
use crate::otlp::rejected::shorten;
use crate::otlp::{DecodeError, Decoded, Limits, Reason, Rejected, Signal};
use crate::{Batch, Resource, Scope, Span, SpanId, SpanKind, Status, TraceId};

/// What all parts of the reader share.
pub(super) struct Decoder {
    pub(super) signal: Signal,
    pub(super) budget: Budget,
    pub(super) decoded: ReadSpans,
    spans_seen: usize,
    spans_max: usize,
    /// How many arrays and maps surround the value being read, and the most.
    pub(super) depth: usize,
    pub(super) depth_max: usize,
    /// Why the span, resource or scope being read is refused.
    pub(super) refused: Option<Reason>,
    /// Set with the error that ends the reading, where that is a limit.
    too_large: Option<DecodeError>,
    /// Keys and indexes around the place of the error, the innermost first.
    failed_in: Vec<String>,
    /// What spans hold until their own resource and scope are read.
    no_resource: Arc<Resource>,
    no_scope: Arc<Scope>,
}

/// What was read so far.
#[derive(Default)]
pub(super) struct ReadSpans {
    pub(super) spans: Vec<Span>,
    rejected: Rejected,
    links_dropped: u64,
}

impl Decoder {
    pub(super) fn new(signal: Signal, limits: &Limits) -> Self {
        let rejected = Rejected::new(signal);
        Self {
            signal,
            budget: Budget::new(limits),
            decoded: ReadSpans { rejected, ..ReadSpans::default() },
            spans_seen: 0,
            spans_max: limits.spans_max,
            depth: 0,
            depth_max: limits.value_depth.min(VALUE_DEPTH_MAX),
            refused: None,
            too_large: None,
            failed_in: Vec::new(),
            no_resource: Arc::default(),
            no_scope: Arc::default(),
        }
    }

    pub(super) fn into_decoded(self) -> Decoded {
        let ReadSpans { spans, rejected, links_dropped } = self.decoded;
        let batch = Batch::of(&spans);
        Decoded { batch, rejected, links_dropped, decoded_bytes: self.budget.taken() }
    }

    /// Hands on what the budget granted, or ends the reading.
    pub(super) fn granted<T, E: Error>(&mut self, granted: Result<T, Exhausted>) -> Result<T, E> {
        granted.map_err(|exhausted| self.stop(exhausted.into()))
    }

    fn stop<E: Error>(&mut self, error: DecodeError) -> E {
        self.too_large = Some(error);
        E::custom("too large")
    }

    /// Refuses the span being read; the first reason counts.
    pub(super) fn refuse(&mut self, reason: Reason) {
        self.refused.get_or_insert(reason);
    }

    pub(super) fn is_refused(&self) -> bool {
        self.refused.is_some()
    }

    /// Notes where the reading ended, on the way out.
    pub(super) fn failed_in(&mut self, place: impl FnOnce() -> String) {
        self.failed_in.push(place());
    }

    pub(super) fn into_error(self, error: &serde_json::Error) -> DecodeError {
        if let Some(too_large) = self.too_large {
            return too_large;
        }
        let mut field = String::new();
        for place in self.failed_in.iter().rev() {
            if !field.is_empty() && !place.starts_with('[') {
                field.push('.');
            }
            field.push_str(place);
        }
        DecodeError::Malformed { field, reason: shorten(error.to_string()) }
    }

    /// Keeps or refuses a span that was read since `mark`.
    pub(super) fn finish_span<E: Error>(&mut self, read: ReadSpan, mark: Mark) -> Result<(), E> {
        self.spans_seen = self.spans_seen.saturating_add(1);
        if self.spans_seen > self.spans_max {
            let max = self.spans_max;
            return Err(self.stop(DecodeError::TooLarge { limit: "spans_max", max }));
        }
        let ReadSpan { mut span, links_dropped } = read;
        if !span.trace_id.is_valid() {
            self.refuse(Reason::TraceIdMissing);
        }
        if !span.span_id.is_valid() {
            self.refuse(Reason::SpanIdMissing);
        }
        if let Some(reason) = self.refused.take() {
            drop(span);
            self.budget.give_back_since(mark);
            self.decoded.rejected.add(reason);
            return Ok(());
        }
        span.dropped_links_count = span.dropped_links_count.saturating_add(links_dropped);
        self.decoded.links_dropped =
            self.decoded.links_dropped.saturating_add(u64::from(links_dropped));
        let pushed = self.budget.push(&mut self.decoded.spans, span);
        self.granted(pushed)
    }

    /// Refuses the spans from `first` on, with the resource or scope around them.
    pub(super) fn refuse_from(&mut self, first: usize, reason: Reason) {
        let spans = self.decoded.spans.len().saturating_sub(first);
        self.decoded.spans.truncate(first);
        self.decoded.rejected.add_spans(reason, spans as u64);
    }

    /// A span of which nothing is known yet.
    pub(super) fn blank_span(&self) -> Span {
        Span {
            trace_id: TraceId::default(),
            span_id: SpanId::default(),
            parent_span_id: None,
            trace_state: String::new(),
            flags: 0,
            name: String::new(),
            kind: SpanKind::UNSPECIFIED,
            start_time_unix_nano: 0,
            end_time_unix_nano: 0,
            attributes: Vec::new(),
            dropped_attributes_count: 0,
            events: Vec::new(),
            dropped_events_count: 0,
            links: Vec::new(),
            dropped_links_count: 0,
            status: Status::default(),
            resource: Arc::clone(&self.no_resource),
            scope: Arc::clone(&self.no_scope),
        }
    }
}
