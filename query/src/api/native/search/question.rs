//! From parameters to a search.

use proto::{SpanId, TraceId};
use storage::{Comparison, Condition, Field, Operand, Order, Search, TraceConditions};
use traceql::ast::{Pipeline, Root};
use xxhash_rust::xxh3::xxh3_64;

use super::parameter::{
    ATTRIBUTE, CURSOR, EVENT_NAME, KIND, LIMIT, LINK_SPAN_ID, LINK_TRACE_ID, MAX_DURATION,
    MAX_TRACE_DURATION, MIN_DURATION, MIN_TRACE_DURATION, ORDER, QUERY, ROOT_NAME, ROOT_SERVICE,
    ROUTE, SCOPE_NAME, SCOPE_VERSION, SERVICE, SPAN_NAME, STATUS, STATUS_MESSAGE,
};
use crate::api::native::error::ApiError;
use crate::api::native::parameter::condition::parse_condition;
use crate::api::native::parameter::cursor::PageEnd;
use crate::api::native::parameter::duration::parse_duration;
use crate::api::native::parameter::kind::{no_kind, parse_kind};
use crate::api::native::parameter::{Parameter, Parameters, time};
use crate::api::native::watch::{FOR, REVISION};

/// A search, and what tells it from others whose pages must not be mixed with its own.
#[derive(Debug)]
pub(in crate::api::native) struct Question {
    pub(in crate::api::native) search: Search,
    /// What a query must find beside.
    pub(in crate::api::native) pipeline: Option<Pipeline>,
    /// How many traces there are on the pages before.
    pub(in crate::api::native) before: u64,
    /// Of all parameters that make the search what it is.
    pub(in crate::api::native) hash: u64,
}

impl Question {
    /// # Errors
    /// Where a parameter is not as it must be, or the cursor is another question's.
    pub(super) fn parse(query: Option<&str>) -> Result<Self, ApiError> {
        Self::of(&Parameters::parse(query, ROUTE.in_query)?)
    }

    /// The same of parameters that another route takes, too.
    ///
    /// # Errors
    /// As [`Question::parse`].
    pub(in crate::api::native) fn of(parameters: &Parameters<'_>) -> Result<Self, ApiError> {
        let hash = hash(parameters);
        let mut search = Search {
            range: time::range(parameters)?,
            span: span_conditions(parameters)?,
            trace: trace_conditions(parameters)?,
            order: order(parameters)?,
            limit: parameters.whole(&LIMIT)?,
            after: None,
        };
        let mut before = 0;
        if let Some(text) = parameters.text(&CURSOR) {
            let end = page_end(text, search.order, hash)?;
            search.range = end.range;
            search.after = Some(end.place);
            before = end.before;
        }
        Ok(Self { search, pipeline: pipeline(parameters)?, before, hash })
    }
}

/// What a query must find something in, if one is given.
///
/// # Errors
/// Where it is no query, or one for series.
pub(in crate::api::native) fn pipeline(
    parameters: &Parameters<'_>,
) -> Result<Option<Pipeline>, ApiError> {
    let Some(text) = parameters.text(&QUERY) else {
        return Ok(None);
    };
    match traceql::compile(text).map_err(|error| QUERY.refuse(error))?.root {
        Root::Spansets(pipeline) => Ok(Some(pipeline)),
        Root::Metrics(_) => Err(QUERY.refuse(
            "a query for series; leave out what follows the last `|`, or ask the Tempo API",
        )),
    }
}

/// Of everything that must stay the same from page to page, but for the order, which
/// the cursor names.
fn hash(parameters: &Parameters<'_>) -> u64 {
    // Nor does it matter how long, and from where on, new traces are watched for.
    let may_change = [LIMIT.name, CURSOR.name, ORDER.name, FOR.name, REVISION.name];
    let mut fixed: Vec<(&str, &str)> =
        parameters.all().filter(|(name, _)| !may_change.contains(name)).collect();
    fixed.sort_unstable();
    let mut text = String::new();
    for (name, value) in fixed {
        text.extend([name, "\0", value, "\0"]);
    }
    xxh3_64(text.as_bytes())
}

fn page_end(text: &str, order: Order, hash: u64) -> Result<PageEnd, ApiError> {
    let end = PageEnd::parse(text).ok_or_else(|| {
        CURSOR.refuse("none of this server; use next_cursor of the page before as it stands")
    })?;
    if end.order != order {
        return Err(CURSOR.refuse("made for another order; repeat the order of the page before"));
    }
    if end.question != hash {
        return Err(CURSOR.refuse(
            "made for another question; repeat the parameters of the page before as they were",
        ));
    }
    Ok(end)
}

fn order(parameters: &Parameters<'_>) -> Result<Order, ApiError> {
    match parameters.text(&ORDER) {
        None | Some("newest") => Ok(Order::Newest),
        Some("oldest") => Ok(Order::Oldest),
        Some("slowest") => Ok(Order::Slowest),
        Some("most_spans") => Ok(Order::MostSpans),
        Some("most_errors") => Ok(Order::MostErrors),
        Some(other) => Err(ORDER.no_such_word(other)),
    }
}

/// What the trace must be.
///
/// # Errors
/// Where a parameter is not as it must be.
pub(in crate::api::native) fn trace_conditions(
    parameters: &Parameters<'_>,
) -> Result<TraceConditions, ApiError> {
    let (min, max) = durations(parameters, &MIN_TRACE_DURATION, &MAX_TRACE_DURATION)?;
    Ok(TraceConditions {
        duration_nano_min: min,
        duration_nano_max: max,
        root_service: parameters.text(&ROOT_SERVICE).map(str::to_owned),
        root_name: parameters.text(&ROOT_NAME).map(str::to_owned),
    })
}

fn span_conditions(parameters: &Parameters<'_>) -> Result<Vec<Condition>, ApiError> {
    let names = [(&SERVICE, Field::Service), (&SPAN_NAME, Field::Name)];
    let names = names.into_iter().filter_map(|(parameter, field)| {
        parameters.text(parameter).map(|text| condition(field, Comparison::Equal, text))
    });
    Ok(names.chain(further_conditions(parameters)?).collect())
}

/// What a span must be, beside its service and name.
///
/// # Errors
/// Where a parameter is not as it must be.
pub(in crate::api::native) fn further_conditions(
    parameters: &Parameters<'_>,
) -> Result<Vec<Condition>, ApiError> {
    let mut conditions = Vec::new();
    for (parameter, field) in [
        (&EVENT_NAME, Field::EventName),
        (&STATUS_MESSAGE, Field::StatusMessage),
        (&SCOPE_NAME, Field::ScopeName),
        (&SCOPE_VERSION, Field::ScopeVersion),
    ] {
        if let Some(text) = parameters.text(parameter) {
            conditions.push(condition(field, Comparison::Equal, text));
        }
    }
    if let Some(text) = parameters.text(&KIND) {
        let kind = parse_kind(text).ok_or_else(|| ApiError::invalid(KIND.name, no_kind(text)))?;
        conditions.push(condition(Field::Kind, Comparison::Equal, kind.0));
    }
    if let Some(text) = parameters.text(&STATUS) {
        let status = match text {
            "unset" => proto::StatusCode::UNSET,
            "ok" => proto::StatusCode::OK,
            "error" => proto::StatusCode::ERROR,
            other => return Err(STATUS.no_such_word(other)),
        };
        conditions.push(condition(Field::Status, Comparison::Equal, status.0));
    }
    let (min, max) = durations(parameters, &MIN_DURATION, &MAX_DURATION)?;
    for (bound, comparison) in [(min, Comparison::GreaterOrEqual), (max, Comparison::LessOrEqual)] {
        conditions.extend(bound.map(|bound| condition(Field::DurationNano, comparison, bound)));
    }
    if let Some(text) = parameters.text(&LINK_TRACE_ID) {
        let id: TraceId = text.parse().map_err(|error| LINK_TRACE_ID.refuse(error))?;
        conditions.push(condition(Field::LinkTraceId, Comparison::Equal, id));
    }
    if let Some(text) = parameters.text(&LINK_SPAN_ID) {
        let id: SpanId = text.parse().map_err(|error| LINK_SPAN_ID.refuse(error))?;
        conditions.push(condition(Field::LinkSpanId, Comparison::Equal, id));
    }
    for text in parameters.texts(&ATTRIBUTE) {
        conditions.push(parse_condition(text).map_err(|error| ATTRIBUTE.refuse(error))?);
    }
    Ok(conditions)
}

fn condition(field: Field, comparison: Comparison, operand: impl ToString) -> Condition {
    Condition { field, comparison, operand: Operand::Text(operand.to_string()) }
}

/// Two bounds of one duration, in nanoseconds.
fn durations(
    parameters: &Parameters<'_>,
    min: &Parameter,
    max: &Parameter,
) -> Result<(Option<u64>, Option<u64>), ApiError> {
    let bound = |parameter: &Parameter| {
        let text = parameters.text(parameter);
        text.map(|text| parse_duration(text).map_err(|error| parameter.refuse(error))).transpose()
    };
    let bounds = (bound(min)?, bound(max)?);
    if let (Some(least), Some(most)) = bounds
        && least > most
    {
        return Err(max.refuse(format!("shorter than {}, so that nothing can be found", min.name)));
    }
    Ok(bounds)
}

#[cfg(test)]
mod tests {
    use storage::{Cursor, TimeRange};

    use super::*;

    #[test]
    fn pages_keep_the_range_of_the_first() {
        let first = Question::parse(Some("since=1h&service=a")).unwrap();
        let range = TimeRange { from_unix_nano: 17, to_unix_nano: 18 };
        let place = Cursor { figure: 1, start_unix_nano: 1, trace_id: TraceId::new([1; 16]) };
        let end =
            PageEnd { order: first.search.order, question: first.hash, range, place, before: 9 };
        let query = format!("service=a&since=1h&cursor={}", end.format());
        let next = Question::parse(Some(&query)).unwrap();
        assert_eq!((first.before, next.before), (0, 9));
        assert_eq!(next.search, Search { range, after: Some(place), ..first.search });
    }
}
