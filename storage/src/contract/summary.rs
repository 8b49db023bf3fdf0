//! What a list shows of a trace, so that lists never read spans.

use std::collections::BTreeMap;

use proto::{Span, SpanId, SpanKind, TraceId};

use super::coarse::CoarseDuration;

/// One trace in a line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TraceSummary {
    /// Its id.
    pub trace_id: TraceId,
    /// The earliest known start among its spans, nanoseconds since the Unix epoch;
    /// 0 where no span knows its start. Of a trace of which only log records have come,
    /// their earliest time.
    pub start_unix_nano: u64,
    /// From the earliest start to the latest end, in nanoseconds. Spans of unknown
    /// start do not count.
    pub duration_nano: u64,
    /// Its spans; 0 where only log records have come.
    pub span_count: u32,
    /// Its spans that say they failed.
    pub error_count: u32,
    /// The service of its root, see [`root`].
    pub root_service: String,
    /// The span name of its root.
    pub root_name: String,
    /// Each service that takes part, by name.
    pub services: Vec<ServiceCount>,
}

/// How much of a trace one service is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceCount {
    /// The service's name.
    pub name: String,
    /// Its spans in the trace.
    pub spans: u32,
    /// Its spans that say they failed.
    pub errors: u32,
    /// The duration of the longest of its spans.
    pub longest: CoarseDuration,
}

impl TraceSummary {
    /// The summary of `spans`, all of one trace and each identity once, in any
    /// order. `None` where there are none. Log records among them do not count.
    pub fn of(spans: &[Span]) -> Option<Self> {
        let Some(root) = root(spans) else {
            return Self::of_log_records(spans);
        };
        let spans = || spans.iter().filter(|span| span.kind != SpanKind::LOG_RECORD);
        let timed = || spans().filter(|span| span.start_time_unix_nano != 0);
        let start = timed().map(|span| span.start_time_unix_nano).min().unwrap_or(0);
        let end = timed()
            .map(|span| span.end_time_unix_nano.max(span.start_time_unix_nano))
            .max()
            .unwrap_or(0);
        let mut services: BTreeMap<String, ServiceCount> = BTreeMap::new();
        let mut error_count = 0u32;
        for span in spans() {
            let name = span.service_name().into_owned();
            let count = services.entry(name.clone()).or_insert_with(|| ServiceCount::none_of(name));
            count.add(1, span.is_error().into(), span.duration_nano());
            error_count = error_count.saturating_add(span.is_error().into());
        }
        Some(Self {
            trace_id: root.trace_id,
            start_unix_nano: start,
            duration_nano: end.saturating_sub(start),
            span_count: u32::try_from(spans().count()).unwrap_or(u32::MAX),
            error_count,
            root_service: root.service_name().into_owned(),
            root_name: root.name.clone(),
            services: services.into_values().collect(),
        })
    }

    fn of_log_records(records: &[Span]) -> Option<Self> {
        let trace_id = records.first()?.trace_id;
        let times = records.iter().map(|record| record.start_time_unix_nano);
        Some(Self::without_spans(trace_id, times))
    }

    /// The summary of a trace of which only log records have come, of these times.
    pub(crate) fn without_spans(trace_id: TraceId, times: impl Iterator<Item = u64>) -> Self {
        Self {
            trace_id,
            start_unix_nano: times.filter(|time| *time != 0).min().unwrap_or(0),
            duration_nano: 0,
            span_count: 0,
            error_count: 0,
            root_service: String::new(),
            root_name: String::new(),
            services: Vec::new(),
        }
    }
}

impl ServiceCount {
    /// Of a service that has no spans yet.
    pub(crate) fn none_of(name: String) -> Self {
        Self { name, spans: 0, errors: 0, longest: CoarseDuration::default() }
    }

    /// Takes in so many of its spans, and how long the longest of them is.
    pub(crate) fn add(&mut self, spans: u32, errors: u32, longest_nano: u64) {
        self.spans = self.spans.saturating_add(spans);
        self.errors = self.errors.saturating_add(errors);
        self.longest = self.longest.max(CoarseDuration::of_nano(longest_nano));
    }
}

/// The span that stands for the whole trace: the earliest without a parent; else
/// the earliest whose parent is not among `spans`; else (a cycle) the earliest.
/// Ties go to the smaller (span id, kind). Log records are no spans.
pub fn root(spans: &[Span]) -> Option<&Span> {
    let spans = || spans.iter().filter(|span| span.kind != SpanKind::LOG_RECORD);
    let ids: std::collections::HashSet<SpanId> = spans().map(|span| span.span_id).collect();
    spans().min_by_key(|span| {
        let rank = match span.parent_span_id {
            None => 0,
            // A span that names itself as its parent has none.
            Some(parent) if parent == span.span_id => 0,
            Some(parent) if !ids.contains(&parent) => 1,
            Some(_) => 2,
        };
        (rank, span.start_time_unix_nano, span.span_id, span.kind)
    })
}
