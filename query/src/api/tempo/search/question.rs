use storage::{TimeRange, TraceConditions};
use traceql::ast::{Pipeline, Root};

use super::{logfmt, tags};
use crate::api::form::Form;
use crate::api::go::{self, Bad};
use crate::api::tempo::answer::Refusal;
use crate::api::tempo::model::SearchRequest;
use crate::api::tempo::time;

/// Traces and spans of a span set, where nothing is said.
const TRACES: u32 = 20;
const SPANS: u32 = 3;
/// The most of them.
const TRACES_MAX: u32 = 10_000;
const SPANS_MAX: u32 = 100;

const MILLISECOND: u64 = 1_000_000;

/// Parameters that are not tags.
const OWN: [&str; 8] = ["q", "tags", "minDuration", "maxDuration", "limit", "spss", "start", "end"];

/// What a search asks for.
#[derive(Debug)]
pub(crate) struct SearchQuestion {
    pub(super) pipeline: Pipeline,
    /// Whether it says which spans were found; only of queries.
    pub(super) shows_spans: bool,
    pub(super) range: TimeRange,
    pub(super) trace: TraceConditions,
    pub(super) traces_max: usize,
    /// Spans that are shown of each span set.
    pub(super) spans_max: usize,
}

/// The parts of it that both ways to ask have.
struct Parts<'a> {
    query: &'a str,
    tags: Vec<(String, String)>,
    range: TimeRange,
    trace: TraceConditions,
    traces: Option<u32>,
    spans: Option<u32>,
}

impl SearchQuestion {
    pub(super) fn of_form(form: &Form) -> Result<Self, Refusal> {
        let query = form.text("q").unwrap_or_default();
        let range = time::of_search(form)?;
        let tags = match form.text("tags") {
            Some(_) if !query.is_empty() => {
                let words = "invalid request: can't specify tags and q in the same query";
                return Err(Refusal::invalid(words));
            }
            Some(text) => logfmt::parse(text)?,
            // As the first data sources asked.
            None if query.is_empty() && range == TimeRange::ALL => loose_tags(form),
            None => Vec::new(),
        };
        let trace = TraceConditions {
            duration_nano_min: duration(form, "minDuration")?,
            duration_nano_max: duration(form, "maxDuration")?,
            ..TraceConditions::default()
        };
        let (traces, spans) = (time::number(form, "limit")?, time::number(form, "spss")?);
        if traces == Some(0) {
            return Err(Refusal::invalid("invalid limit: must be a positive number"));
        }
        Parts { query, tags, range, trace, traces, spans }.try_into()
    }

    /// The same, as gRPC asks it; zeros and empty texts are not given.
    pub(crate) fn of_request(request: SearchRequest) -> Result<Self, Refusal> {
        let given = |number: u32| Some(number).filter(|number| *number > 0);
        let duration = |millis: u32| given(millis).map(|millis| u64::from(millis) * MILLISECOND);
        let trace = TraceConditions {
            duration_nano_min: duration(request.min_duration_ms),
            duration_nano_max: duration(request.max_duration_ms),
            ..TraceConditions::default()
        };
        let parts = Parts {
            query: &request.query,
            tags: request.tags.into_iter().collect(),
            range: time::seconds(request.start, request.end)?,
            trace,
            traces: given(request.limit),
            spans: given(request.spans_per_span_set),
        };
        parts.try_into()
    }
}

impl TryFrom<Parts<'_>> for SearchQuestion {
    type Error = Refusal;

    fn try_from(parts: Parts<'_>) -> Result<Self, Refusal> {
        let Parts { query, tags, range, trace, traces, spans } = parts;
        if let (Some(min), Some(max)) = (trace.duration_nano_min, trace.duration_nano_max)
            && min > max
        {
            return Err(Refusal::invalid("invalid maxDuration: must be greater than minDuration"));
        }
        let at_most = |name: &str, asked: u32, max: u32| match asked <= max {
            true => Ok(asked as usize),
            false => Err(Refusal::invalid(format!("invalid {name}: {asked} is more than {max}"))),
        };
        let traces_max = at_most("limit", traces.unwrap_or(TRACES), TRACES_MAX)?;
        let spans = spans.unwrap_or(SPANS);
        let spans_max = at_most("spss", if spans == 0 { SPANS_MAX } else { spans }, SPANS_MAX)?;
        let shows_spans = !query.is_empty();
        let of_tags = tags::query(&tags)?;
        let text = if shows_spans { query } else { &of_tags };
        let pipeline = match traceql::compile(text)?.root {
            Root::Spansets(pipeline) => pipeline,
            Root::Metrics(_) => {
                let words = "invalid TraceQL query: it asks for metrics, which are at \
                             /api/metrics/query_range";
                return Err(Refusal::invalid(words));
            }
        };
        Ok(Self { pipeline, shows_spans, range, trace, traces_max, spans_max })
    }
}

/// A duration as Go writes it, in nanoseconds; nothing where it is not above zero.
fn duration(form: &Form, name: &str) -> Result<Option<u64>, Refusal> {
    let Some(text) = form.text(name) else { return Ok(None) };
    let nano = go::parse_duration(text).map_err(|bad: Bad| Refusal::of_parameter(name, bad))?;
    Ok(u64::try_from(nano).ok().filter(|nano| *nano > 0))
}

/// Every other parameter, as a tag.
fn loose_tags(form: &Form) -> Vec<(String, String)> {
    let tags = form.pairs().filter(|(name, value)| !OWN.contains(name) && !value.is_empty());
    tags.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
