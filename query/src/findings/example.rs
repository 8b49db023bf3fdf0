//! Traces to look at, and what is different about the bad ones.

use chain::{What, normal};
use proto::{Span, TraceId, Value};
use storage::{
    Beyond, Comparison, Condition, Deadline, Field, Operand, Order, ReadError, Search, TimeRange,
    TraceBounds, TraceConditions, TraceReader,
};

use super::book::is_worth_a_look;
use super::difference::differences;
use super::{Compared, Examples, Finding, Times};
use crate::hops::HopTotal;
use crate::peers::NodeKind;

/// Of how many findings.
const FINDINGS_MAX: usize = 5;
/// How many bad ones are shown.
const BAD_MAX: usize = 3;
/// How many normal ones.
const NORMAL_MAX: usize = 1;
/// How many of each are compared.
const COMPARED_MAX: usize = 30;
/// How much of each is read: a larger one is left out.
const BOUNDS: TraceBounds =
    TraceBounds { spans_max: 5_000, bytes_max: 4 << 20, beyond_bytes: Beyond::Nothing };
/// The status of a span that failed.
const ERROR: i64 = 2;

/// Adds examples to the most harmful findings, as far as they would be told by themselves.
///
/// # Errors
/// The store's.
pub(crate) fn add_examples(
    reader: &dyn TraceReader,
    compared: &mut Compared,
    deadline: Deadline,
) -> Result<(), ReadError> {
    let worth = compared.findings.iter_mut().filter(|finding| is_worth_a_look(finding));
    for finding in worth.take(FINDINGS_MAX) {
        find(reader, finding, &compared.times, deadline)?;
    }
    Ok(())
}

/// Finds traces in which `finding` shows and others of before, and what is different.
///
/// # Errors
/// The store's.
pub(super) fn find(
    reader: &dyn TraceReader,
    finding: &mut Finding,
    times: &Times,
    deadline: Deadline,
) -> Result<(), ReadError> {
    let Some((service, name)) = finding.chain.last().cloned() else {
        return Ok(());
    };
    let mut span = vec![text(Field::Service, &service)];
    // What looks like an id was taken out of the name.
    if !name.contains('*') {
        span.push(text(Field::Name, &name));
    }
    let least_nano = (finding.before.p90_seconds * 1e9) as i64;
    let mut bad = span.clone();
    let order = match finding.what {
        What::SlowCode => {
            bad.push(number(Field::DurationNano, Comparison::GreaterOrEqual, least_nano));
            Order::Slowest
        }
        // The span is the answer's, which is not slow itself.
        What::SlowGap => Order::Slowest,
        What::Failing | What::Swallowed | What::Retried => {
            bad.push(number(Field::Status, Comparison::Equal, ERROR));
            Order::Newest
        }
        What::ErrorEvents => Order::MostErrors,
        What::Silent | What::Multiplied | What::Stopped | What::Appeared => Order::Newest,
    };
    let ask = |range: TimeRange, span: Vec<Condition>, order: Order| {
        let trace = TraceConditions::default();
        let search = Search { range, span, trace, order, limit: COMPARED_MAX, after: None };
        let page = reader.search(&search, deadline)?;
        Ok::<Vec<TraceId>, ReadError>(
            page.traces.iter().map(|found| found.summary.trace_id).collect(),
        )
    };
    let bad = ask(times.judged, bad, order)?;
    let others = match times.reference.last() {
        Some(range) => ask(*range, span, Order::Newest)?,
        None => Vec::new(),
    };
    let what = finding.what;
    let is_it = |span: &Span| span.service_name() == service && normal(&span.name) == name;
    let is_bad = |span: &Span| match what {
        What::SlowCode => i64::try_from(span.duration_nano()).is_ok_and(|nano| nano >= least_nano),
        What::Failing | What::Swallowed | What::Retried => span.is_error(),
        _ => true,
    };
    let bad_spans = spans(reader, &bad, |span| is_it(span) && is_bad(span), deadline)?;
    let others_spans = spans(reader, &others, is_it, deadline)?;
    finding.differences = differences(&bad_spans, &others_spans);
    finding.examples = Examples {
        bad: bad.into_iter().take(BAD_MAX).collect(),
        normal: others.into_iter().take(NORMAL_MAX).collect(),
    };
    Ok(())
}

/// Traces to look at of a hop.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct HopExamples {
    /// Where it took as long as one of a hundred calls does.
    pub(crate) slow: Vec<TraceId>,
    /// Where it failed.
    pub(crate) failing: Vec<TraceId>,
    /// Where it took about as long as half of the calls do.
    pub(crate) typical: Vec<TraceId>,
}

/// How far from the median is as usual, as a part of it.
const TYPICAL_PART: f64 = 0.1;

/// Finds traces of `range` in which `hop` was slow, failed, and was as usual, the newest
/// first. They are found by the span of the hop: another hop may have such a span, too, and
/// of a name without its ids any span of the service counts.
///
/// # Errors
/// The store's.
pub(crate) fn hop_examples(
    reader: &dyn TraceReader,
    hop: &HopTotal,
    range: TimeRange,
    deadline: Deadline,
) -> Result<HopExamples, ReadError> {
    let callee = hop.callee.as_ref().filter(|_| hop.callee_kind == Some(NodeKind::Service));
    for service in [callee, hop.caller.as_ref()].into_iter().flatten() {
        let found = examples_at(reader, hop, service, range, deadline)?;
        // Calls of a service that it did not answer are only known by who made them.
        if !found.slow.is_empty() {
            return Ok(found);
        }
    }
    Ok(HopExamples::default())
}

/// The examples of `hop` by spans of `service`.
fn examples_at(
    reader: &dyn TraceReader,
    hop: &HopTotal,
    service: &str,
    range: TimeRange,
    deadline: Deadline,
) -> Result<HopExamples, ReadError> {
    let mut span = vec![text(Field::Service, service)];
    if !hop.span_name.contains('*') {
        span.push(text(Field::Name, &hop.span_name));
    }
    let find = |further: Vec<Condition>| {
        let span = span.iter().cloned().chain(further).collect();
        let (trace, order) = (TraceConditions::default(), Order::Newest);
        let search = Search { range, span, trace, order, limit: BAD_MAX, after: None };
        let page = reader.search(&search, deadline)?;
        Ok::<Vec<TraceId>, ReadError>(
            page.traces.iter().map(|found| found.summary.trace_id).collect(),
        )
    };
    let nano = |quantile: f64, part: f64| (hop.duration.quantile(quantile) * part) as i64;
    let at_least = |nano| number(Field::DurationNano, Comparison::GreaterOrEqual, nano);
    let at_most = |nano| number(Field::DurationNano, Comparison::LessOrEqual, nano);
    Ok(HopExamples {
        // Quantiles are right to one percent.
        slow: find(vec![at_least(nano(0.99, 0.99))])?,
        failing: match hop.errors {
            0 => Vec::new(),
            _ => find(vec![number(Field::Status, Comparison::Equal, ERROR)])?,
        },
        typical: find(vec![
            at_least(nano(0.5, 1.0 - TYPICAL_PART)),
            at_most(nano(0.5, 1.0 + TYPICAL_PART)),
        ])?,
    })
}

/// The spans of `traces` that are `wanted`.
fn spans(
    reader: &dyn TraceReader,
    traces: &[TraceId],
    wanted: impl Fn(&Span) -> bool,
    deadline: Deadline,
) -> Result<Vec<Span>, ReadError> {
    let mut found = Vec::new();
    for id in traces {
        let trace = reader.trace(*id, BOUNDS, deadline)?;
        found.extend(trace.into_iter().flat_map(|trace| trace.spans).filter(&wanted));
    }
    Ok(found)
}

fn text(field: Field, text: &str) -> Condition {
    Condition { field, comparison: Comparison::Equal, operand: Operand::Text(text.to_owned()) }
}

fn number(field: Field, comparison: Comparison, number: i64) -> Condition {
    let operand = Operand::Value(Value::Int(number));
    Condition { field, comparison, operand }
}
