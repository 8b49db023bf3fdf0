//! Parameters, in the spelling of today and in the older one.

use crate::api::jaeger::form::Form;
use crate::api::jaeger::go::{self, Bad, quoted};
use crate::api::jaeger::question::{Question, TRACES, parse_json_tags};
use crate::api::rfc3339;

pub(super) const START_TIME: [&str; 2] = ["startTime", "start_time"];
pub(super) const END_TIME: [&str; 2] = ["endTime", "end_time"];
pub(super) const RAW_TRACES: [&str; 2] = ["rawTraces", "raw_traces"];
pub(super) const QUERY_RAW_TRACES: [&str; 2] = ["query.rawTraces", "query.raw_traces"];
pub(super) const SPAN_KIND: [&str; 2] = ["spanKind", "span_kind"];

const TIME_MIN: [&str; 2] = ["query.startTimeMin", "query.start_time_min"];
const TIME_MAX: [&str; 2] = ["query.startTimeMax", "query.start_time_max"];

/// What a search asks for.
///
/// # Errors
/// Where a parameter is not as it must be.
pub(super) fn question(form: &Form) -> Result<Question, Bad> {
    let text = |names: &[&str]| form.spelled(names).map_or("", |(_, text)| text).to_owned();
    let (Some(from), Some(to)) = (time(form, &TIME_MIN)?, time(form, &TIME_MAX)?) else {
        return Err(Bad("query.startTimeMin and query.startTimeMax are required".to_owned()));
    };
    if from >= to {
        return Err(Bad("query.startTimeMin must be before query.startTimeMax".to_owned()));
    }
    if form.text("query.filter").is_some() {
        return Err(Bad("query.filter is not supported".to_owned()));
    }
    let limit = form.spelled(&["query.searchDepth", "query.search_depth", "query.num_traces"]);
    let limit = limit.map(|(name, text)| go::parse_atoi(text).map_err(|bad| malformed(name, bad)));
    let tags = form.text("query.attributes");
    let tags =
        tags.map(|text| parse_json_tags(text).map_err(|bad| malformed("query.attributes", bad)));
    Ok(Question {
        service: text(&["query.serviceName", "query.service_name"]),
        operation: text(&["query.operationName", "query.operation_name"]),
        tags: tags.transpose()?.unwrap_or_default(),
        duration_min: duration(form, &["query.durationMin", "query.duration_min"])?,
        duration_max: duration(form, &["query.durationMax", "query.duration_max"])?,
        from_unix_nano: from,
        // The moment that is named is within.
        to_unix_nano: to.saturating_add(1),
        limit: limit.transpose()?.filter(|limit| *limit != 0).unwrap_or(TRACES),
    })
}

/// A moment in nanoseconds since the Unix epoch.
///
/// # Errors
/// Where it is malformed.
pub(super) fn time(form: &Form, names: &[&str]) -> Result<Option<u64>, Bad> {
    /// How Go names RFC 3339 with nanoseconds.
    const LAYOUT: &str = "2006-01-02T15:04:05.999999999Z07:00";
    let Some((name, text)) = form.spelled(names) else { return Ok(None) };
    let nano = rfc3339::unix_nano(text).ok_or_else(|| {
        malformed(name, Bad(format!("parsing time {} as \"{LAYOUT}\"", quoted(text))))
    })?;
    Ok(Some(nano))
}

/// A switch; off where it is left out.
///
/// # Errors
/// Where it is neither on nor off.
pub(super) fn switch(form: &Form, names: &[&str]) -> Result<bool, Bad> {
    let Some((name, text)) = form.spelled(names) else { return Ok(false) };
    go::parse_bool(text).map_err(|bad| malformed(name, bad))
}

fn duration(form: &Form, names: &[&str]) -> Result<i64, Bad> {
    let Some((name, text)) = form.spelled(names) else { return Ok(0) };
    go::parse_duration(text).map_err(|bad| malformed(name, bad))
}

/// The error that a parameter is not what it must be.
pub(super) fn malformed(name: &str, Bad(problem): Bad) -> Bad {
    Bad(format!("malformed parameter {name}: {problem}"))
}
