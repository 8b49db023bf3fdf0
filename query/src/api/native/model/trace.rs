use proto::{Span, StatusCode, TraceId};
use serde::{Serialize, Serializer};
use storage::Pin;
use utoipa::ToSchema;

use super::AsText;
use super::completeness::Completeness;
use super::hop::Hop;
use crate::trace::{self, CallTree, Explained, Flags};

/// One trace as columns, explained. Offsets and durations in nanoseconds.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct TraceAnswer<'a> {
    #[schema(value_type = String)]
    trace_id: AsText<TraceId>,
    /// The earliest start after correction, nanoseconds since the Unix epoch; "0"
    /// where it is unknown.
    #[schema(value_type = String)]
    start_unix_nano: AsText<u64>,
    /// From there to the latest end.
    duration_nano: u64,
    /// The rows of this answer.
    span_count: usize,
    /// Rows that say that they failed.
    error_count: usize,
    /// What the column `service` counts through.
    services: &'a [String],
    /// What the column `name` counts through.
    names: &'a [String],
    columns: Columns<'a>,
    /// What the trace waited for, by time.
    critical_path: Vec<Section>,
    self_sections: SelfSections,
    explanation: Explanation<'a>,
    warnings: Vec<Warning<'a>>,
    completeness: Completeness<'a>,
    /// Since when it is pinned, which is kept beyond retention, nanoseconds since the Unix
    /// epoch; null where it is not.
    #[schema(value_type = Option<String>)]
    pinned_unix_nano: Option<AsText<u64>>,
}

/// The call tree in pre-order: entry *i* of each column is row *i*.
#[derive(Debug, Serialize, ToSchema)]
struct Columns<'a> {
    #[schema(value_type = Vec<String>)]
    span_id: Column<'a, Span>,
    /// Offset from the trace's start, corrected for clock skew.
    start: &'a [u64],
    duration: &'a [u64],
    /// Time during which the row is the deepest active one.
    #[serde(rename = "self")]
    self_nano: &'a [u64],
    depth: &'a [usize],
    /// The row and everything below it, counted.
    subtree: &'a [usize],
    /// Index into `services`.
    service: &'a [usize],
    /// Index into `names`.
    name: &'a [usize],
    /// OTLP's number: 0 unspecified, 1 internal, 2 server, 3 client, 4 producer,
    /// 5 consumer; others as they came.
    #[schema(value_type = Vec<i32>)]
    kind: Column<'a, Span>,
    /// 0 unset, 1 ok, 2 error.
    #[schema(value_type = Vec<i32>)]
    status: Column<'a, Span>,
    /// A bit set: 1 error, 2 error origin, 4 on the critical path, 8 orphan, 16 start
    /// corrected for clock skew, 32 server side missing, 64 has events, 128 has links,
    /// 256 retried, 512 its link to its parent was cut because it was a cycle.
    #[schema(value_type = Vec<u32>)]
    flags: Column<'a, Flags>,
}

/// One column, written entry by entry from what it is part of.
#[derive(Debug)]
struct Column<'a, T> {
    rows: &'a [T],
    write: fn(&T) -> Entry,
}

/// An entry of a column that is made while it is written.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Entry {
    Id(AsText<proto::SpanId>),
    Number(i64),
}

impl<T> Serialize for Column<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.rows.iter().map(self.write))
    }
}

/// For so long, the trace waited for this row's own work.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CriticalSection)]
struct Section {
    row: usize,
    start: u64,
    end: u64,
}

/// When each row is the deepest active one, as columns: the stretches of a root tile it
/// from its start to its end, in order, and root follows root. The column `self` adds
/// them up by row.
#[derive(Debug, Serialize, ToSchema)]
struct SelfSections {
    row: Vec<usize>,
    duration: Vec<u64>,
}

/// What there is to say about the trace.
#[derive(Debug, Serialize, ToSchema)]
struct Explanation<'a> {
    sentence: &'a str,
    /// Further sentences.
    detail: &'a [String],
    /// At most 1,000, the largest `critical_nano` first.
    hops: Vec<Hop<'a>>,
    /// The hop that most of the time is due to.
    slowest_hop: Option<Hop<'a>>,
    /// The hop that the most important error began in.
    failing_hop: Option<Hop<'a>>,
    errors: Vec<TraceError<'a>>,
    retries: Vec<Retry<'a>>,
    services: Vec<ServiceTotal<'a>>,
}

/// One error, from where it began upwards.
#[derive(Debug, Serialize, ToSchema)]
struct TraceError<'a> {
    /// The row it began in.
    row: usize,
    service: &'a str,
    span_name: &'a str,
    /// `origin`, `swallowed`, `retried` or `silent` (the callee never answered).
    kind: &'static str,
    /// What the span says about it; may be empty.
    message: &'a str,
    /// The services it was passed up through, upwards.
    passed_up_through: &'a [String],
    /// The row that got the error and did not fail.
    absorbed_by_row: Option<usize>,
}

/// A call that was made again.
#[derive(Debug, Serialize, ToSchema)]
struct Retry<'a> {
    caller_row: usize,
    /// The attempts, by time.
    rows: &'a [usize],
    /// Whether the last one succeeded.
    masked: bool,
}

/// What one service contributes.
#[derive(Debug, Serialize, ToSchema)]
struct ServiceTotal<'a> {
    service: &'a str,
    spans: usize,
    errors: usize,
    self_nano: u64,
    critical_nano: u64,
}

/// What was wrong with the spans.
#[derive(Debug, Serialize, ToSchema)]
struct Warning<'a> {
    kind: &'static str,
    /// The first row concerned.
    row: Option<usize>,
    message: &'a str,
}

impl<'a> TraceAnswer<'a> {
    pub(in crate::api::native) fn of(explained: &'a Explained, pin: Option<&Pin>) -> Self {
        let sections = explained.critical_path.iter();
        let warnings = explained.warnings.iter();
        Self {
            trace_id: AsText(explained.trace_id),
            start_unix_nano: AsText(explained.start_unix_nano),
            duration_nano: explained.duration_nano,
            span_count: explained.tree.len(),
            error_count: explained.error_count,
            services: &explained.tree.services,
            names: &explained.tree.names,
            columns: Columns::of(&explained.tree, &explained.self_nano, &explained.flags),
            critical_path: sections
                .map(|section| Section { row: section.row, start: section.start, end: section.end })
                .collect(),
            self_sections: SelfSections::of(&explained.self_sections),
            explanation: Explanation::of(explained),
            warnings: warnings
                .map(|warning| Warning {
                    kind: warning.kind.as_str(),
                    row: warning.row,
                    message: &warning.message,
                })
                .collect(),
            completeness: Completeness::of(&explained.completeness),
            pinned_unix_nano: pin.map(|pin| AsText(pin.pinned_unix_nano)),
        }
    }
}

impl<'a> Columns<'a> {
    fn of(tree: &'a CallTree, self_nano: &'a [u64], flags: &'a [Flags]) -> Self {
        let spans = |write| Column { rows: &tree.spans, write };
        Self {
            span_id: spans(|span: &Span| Entry::Id(AsText(span.span_id))),
            start: &tree.start,
            duration: &tree.duration,
            self_nano,
            depth: &tree.depth,
            subtree: &tree.subtree,
            service: &tree.service,
            name: &tree.name,
            kind: spans(|span| Entry::Number(span.kind.0.into())),
            status: spans(|span| Entry::Number(known_status(span.status.code).into())),
            flags: Column { rows: flags, write: |flags| Entry::Number(flags.0.into()) },
        }
    }
}

impl SelfSections {
    fn of(sections: &[trace::Section]) -> Self {
        Self {
            row: sections.iter().map(|section| section.row).collect(),
            duration: sections.iter().map(trace::Section::duration_nano).collect(),
        }
    }
}

/// A status that OTLP does not name counts as unset.
fn known_status(code: StatusCode) -> i32 {
    match code {
        StatusCode::OK | StatusCode::ERROR => code.0,
        _ => StatusCode::UNSET.0,
    }
}

impl<'a> Explanation<'a> {
    fn of(explained: &'a Explained) -> Self {
        Self {
            sentence: &explained.sentence,
            detail: &explained.detail,
            hops: explained.hops.iter().map(Hop::of).collect(),
            slowest_hop: explained.slowest_hop.as_ref().map(Hop::of),
            failing_hop: explained.failing_hop.as_ref().map(Hop::of),
            errors: explained.errors.iter().map(TraceError::of).collect(),
            retries: explained.retries.iter().map(Retry::of).collect(),
            services: explained.services.iter().map(ServiceTotal::of).collect(),
        }
    }
}

impl<'a> TraceError<'a> {
    fn of(error: &'a trace::TraceError) -> Self {
        Self {
            row: error.row,
            service: &error.service,
            span_name: &error.span_name,
            kind: error.kind.as_str(),
            message: &error.message,
            passed_up_through: &error.passed_up_through,
            absorbed_by_row: error.absorbed_by_row,
        }
    }
}

impl<'a> Retry<'a> {
    fn of(retry: &'a trace::Retry) -> Self {
        Self { caller_row: retry.caller_row, rows: &retry.rows, masked: retry.masked }
    }
}

impl<'a> ServiceTotal<'a> {
    fn of(total: &'a trace::ServiceTotal) -> Self {
        Self {
            service: &total.service,
            spans: total.spans,
            errors: total.errors,
            self_nano: total.self_nano,
            critical_nano: total.critical_nano,
        }
    }
}
