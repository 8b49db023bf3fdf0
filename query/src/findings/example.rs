//! Traces to look at.

use chain::What;
use proto::{TraceId, Value};
use storage::{
    Comparison, Condition, Deadline, Field, Operand, Order, ReadError, Search, TimeRange,
    TraceConditions, TraceReader,
};

use super::{Compared, Examples, Finding, Times};

/// Of how many findings.
const FINDINGS_MAX: usize = 5;
/// How many bad ones.
const BAD_MAX: usize = 3;
/// How many normal ones.
const NORMAL_MAX: usize = 1;
/// The status of a span that failed.
const ERROR: i64 = 2;

/// Adds examples to the most harmful findings.
///
/// # Errors
/// The store's.
pub(crate) fn add_examples(
    reader: &dyn TraceReader,
    compared: &mut Compared,
    deadline: Deadline,
) -> Result<(), ReadError> {
    for finding in compared.findings.iter_mut().take(FINDINGS_MAX) {
        finding.examples = find(reader, finding, &compared.times, deadline)?;
    }
    Ok(())
}

/// Traces in which `finding` shows, and others of before.
///
/// # Errors
/// The store's.
pub(super) fn find(
    reader: &dyn TraceReader,
    finding: &Finding,
    times: &Times,
    deadline: Deadline,
) -> Result<Examples, ReadError> {
    // The span is the callee's where it is the caller that changed.
    let spans_service = match finding.what {
        What::Multiplied => finding.other.as_ref().unwrap_or(&finding.service),
        _ => &finding.service,
    };
    let mut span = vec![text(Field::Service, spans_service)];
    let is_span_name = match finding.what {
        What::SlowCode | What::SlowGap | What::Failing | What::Retried | What::Multiplied => true,
        What::ErrorEvents | What::Stopped | What::Appeared => false,
    };
    // A way may be blamed on the caller, which has no such span.
    let is_callees = finding.what != What::SlowGap
        || finding.chain.last().is_some_and(|(service, _)| *service == finding.service);
    if !is_callees && let Some((service, _)) = finding.chain.last() {
        span = vec![text(Field::Service, service)];
    }
    if is_span_name && !finding.name.contains('*') {
        span.push(text(Field::Name, &finding.name));
    }
    let ask = |range: TimeRange, span: Vec<Condition>, order: Order, limit: usize| {
        let search =
            Search { range, span, trace: TraceConditions::default(), order, limit, after: None };
        let page = reader.search(&search, deadline)?;
        Ok::<Vec<TraceId>, ReadError>(
            page.traces.iter().map(|found| found.summary.trace_id).collect(),
        )
    };
    let mut bad = span.clone();
    let order = match finding.what {
        What::SlowCode | What::SlowGap => {
            let least = (finding.before.p90_seconds * 1e9) as i64;
            bad.push(number(Field::DurationNano, Comparison::GreaterOrEqual, least));
            Order::Slowest
        }
        What::Failing | What::Retried => {
            bad.push(number(Field::Status, Comparison::Equal, ERROR));
            Order::Newest
        }
        What::ErrorEvents => Order::MostErrors,
        What::Multiplied | What::Stopped | What::Appeared => Order::Newest,
    };
    Ok(Examples {
        bad: ask(times.judged, bad, order, BAD_MAX)?,
        normal: match times.reference.last() {
            Some(range) => ask(*range, span, Order::Newest, NORMAL_MAX)?,
            None => Vec::new(),
        },
    })
}

fn text(field: Field, text: &str) -> Condition {
    Condition { field, comparison: Comparison::Equal, operand: Operand::Text(text.to_owned()) }
}

fn number(field: Field, comparison: Comparison, number: i64) -> Condition {
    let operand = Operand::Value(Value::Int(number));
    Condition { field, comparison, operand }
}
