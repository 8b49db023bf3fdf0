//! What a search asks for, whichever of the two APIs it comes by.

use std::collections::BTreeMap;

use proto::{SpanKind, StatusCode};
use storage::{
    AttributeScope, Comparison, Condition, Field, Operand, Order, Search, TimeRange,
    TraceConditions,
};

use super::go::Bad;

/// Traces in one answer. Jaeger has no bound of its own; its viewer offers up to 1,500.
const TRACES_MAX: usize = 1_500;

/// How many traces where nobody says.
pub(super) const TRACES: i64 = 100;

/// Attributes in one question: each is one look at every span.
const ATTRIBUTES_MAX: usize = 64;

/// The kinds that have a name.
const KINDS: [(SpanKind, &str); 5] = [
    (SpanKind::INTERNAL, "internal"),
    (SpanKind::SERVER, "server"),
    (SpanKind::CLIENT, "client"),
    (SpanKind::PRODUCER, "producer"),
    (SpanKind::CONSUMER, "consumer"),
];

/// A search in Jaeger's terms.
#[derive(Debug, Default)]
pub(super) struct Question {
    /// Of any service where empty.
    pub(super) service: String,
    /// Of any name where empty.
    pub(super) operation: String,
    pub(super) tags: BTreeMap<String, String>,
    /// Nanoseconds; 0 is no bound.
    pub(super) duration_min: i64,
    pub(super) duration_max: i64,
    pub(super) from_unix_nano: u64,
    /// The first moment after the range.
    pub(super) to_unix_nano: u64,
    pub(super) limit: i64,
}

impl Question {
    /// The search; `None` where nothing can be found.
    ///
    /// # Errors
    /// Where there is too much or too little to be found.
    pub(super) fn search(self) -> Result<Option<Search>, Bad> {
        let limit = usize::try_from(self.limit).ok().filter(|limit| *limit > 0);
        let limit = limit.ok_or_else(|| {
            Bad(format!("search depth must be greater than 0, but is {}", self.limit))
        })?;
        if self.tags.len() > ATTRIBUTES_MAX {
            return Err(Bad(format!("more than {ATTRIBUTES_MAX} tags in one search")));
        }
        if self.from_unix_nano >= self.to_unix_nano {
            return Ok(None);
        }
        let mut span = Vec::new();
        let texts = [(Field::Service, self.service), (Field::Name, self.operation)];
        for (field, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
            span.push(equal(field, text));
        }
        let durations = [
            (Comparison::GreaterOrEqual, self.duration_min),
            (Comparison::LessOrEqual, self.duration_max),
        ];
        for (comparison, nano) in durations.into_iter().filter(|(_, nano)| *nano != 0) {
            let operand = Operand::Text(nano.max(0).to_string());
            span.push(Condition { field: Field::DurationNano, comparison, operand });
        }
        span.extend(self.tags.into_iter().map(|(key, value)| condition(key, value)));
        Ok(Some(Search {
            range: TimeRange {
                from_unix_nano: self.from_unix_nano,
                to_unix_nano: self.to_unix_nano,
            },
            span,
            trace: TraceConditions::default(),
            order: Order::Newest,
            limit: limit.min(TRACES_MAX),
            after: None,
        }))
    }
}

/// The condition that a tag means: those that Jaeger makes of other parts of a span are
/// about these, every other is about an attribute, wherever it stands.
fn condition(key: String, value: String) -> Condition {
    let number = |field, number: i32| equal(field, number.to_string());
    match (key.as_str(), value.as_str()) {
        ("error", "true") => number(Field::Status, StatusCode::ERROR.0),
        ("error", "false") => Condition {
            comparison: Comparison::NotEqual,
            ..number(Field::Status, StatusCode::ERROR.0)
        },
        ("otel.status_code" | "span.status", "ERROR") => number(Field::Status, StatusCode::ERROR.0),
        ("otel.status_code" | "span.status", "OK") => number(Field::Status, StatusCode::OK.0),
        ("otel.status_code" | "span.status", "UNSET") => number(Field::Status, StatusCode::UNSET.0),
        ("span.kind", word) => match parse_kind(word) {
            Some(kind) => number(Field::Kind, kind.0),
            None => attribute(key, value),
        },
        ("otel.status_description", _) => equal(Field::StatusMessage, value),
        ("otel.scope.name" | "otel.library.name" | "scope.name", _) => {
            equal(Field::ScopeName, value)
        }
        ("otel.scope.version" | "otel.library.version" | "scope.version", _) => {
            equal(Field::ScopeVersion, value)
        }
        _ => attribute(key, value),
    }
}

fn attribute(key: String, value: String) -> Condition {
    equal(Field::Attribute { scope: AttributeScope::Any, key }, value)
}

fn equal(field: Field, text: String) -> Condition {
    Condition { field, comparison: Comparison::Equal, operand: Operand::Text(text) }
}

/// The kind that Jaeger calls `word`.
pub(super) fn parse_kind(word: &str) -> Option<SpanKind> {
    match word {
        "unspecified" => Some(SpanKind::UNSPECIFIED),
        _ => KINDS.iter().find(|(_, name)| *name == word).map(|(kind, _)| *kind),
    }
}

/// What Jaeger calls a kind; nothing where it is unspecified.
pub(super) fn format_kind(kind: SpanKind) -> &'static str {
    KINDS.iter().find(|(named, _)| *named == kind).map_or("", |(_, name)| name)
}

/// `{"key": "value", …}`, values being texts.
///
/// # Errors
/// Where it is not that.
pub(super) fn parse_json_tags(text: &str) -> Result<BTreeMap<String, String>, Bad> {
    let tags: Result<Option<BTreeMap<String, Option<String>>>, _> = serde_json::from_str(text);
    let tags = tags.map_err(|error| Bad(error.to_string()))?.unwrap_or_default();
    Ok(tags.into_iter().map(|(key, value)| (key, value.unwrap_or_default())).collect())
}
