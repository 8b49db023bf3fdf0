//! Which traces to look at: the store's search finds those that have a span for the most
//! telling condition, and [`Question::is_met_by`](super::question::Question::is_met_by)
//! decides on the trace, since Zipkin lets each condition be met by another span.
//!
//! Zipkin compares names in lower case, the store as they came. So a name is looked up
//! first, and each of its spellings is searched for.

use std::collections::{HashSet, VecDeque};

use proto::TraceId;
use proto::zipkin::REMOTE_NAMES;
use storage::{
    AttributeScope, Catalog, CatalogQuestion, Comparison, Condition, Cursor, Field, FoundTrace,
    Operand, Order, ReadError, Search, TimeRange, TraceConditions,
};

use super::answer::Shortened;
use super::question::Question;
use crate::service::Questions;

/// How many names are looked through for spellings.
const NAMES_MAX: usize = 10_000;
/// How many searches one question becomes at most.
const SEARCHES_MAX: usize = 64;
/// How many traces a search finds at a time.
const PAGE: usize = 100;

/// Traces that may be what is asked for, newest first, each once.
pub(super) struct Candidates {
    searches: Vec<Running>,
    seen: HashSet<TraceId>,
    pub(super) shortened: Option<Shortened>,
}

/// One search, page by page.
struct Running {
    search: Search,
    found: VecDeque<FoundTrace>,
    is_over: bool,
}

impl Candidates {
    /// All traces that began within `range`.
    pub(super) fn all(range: TimeRange) -> Self {
        Self::of(range, vec![Vec::new()])
    }

    /// Those that may meet `question`.
    ///
    /// # Errors
    /// The store's.
    pub(super) fn for_question(
        questions: &Questions<'_>,
        question: &Question,
    ) -> Result<Self, ReadError> {
        let range = question.range();
        let services = match &question.service {
            None => vec![None],
            Some(name) => {
                let spellings = spellings(questions, Catalog::Services, range, name)?;
                spellings.into_iter().map(Some).collect()
            }
        };
        let mut searches = Vec::new();
        for service in services {
            let most_telling = most_telling(questions, question, service.as_deref())?;
            for condition in most_telling {
                let mut conditions: Vec<_> = condition.into_iter().collect();
                conditions.extend(service.as_deref().map(|name| equal(Field::Service, name)));
                searches.push(conditions);
            }
        }
        Ok(Self::of(range, searches))
    }

    fn of(range: TimeRange, mut searches: Vec<Vec<Condition>>) -> Self {
        let shortened = (searches.len() > SEARCHES_MAX).then_some(Shortened::Truncated);
        searches.truncate(SEARCHES_MAX);
        let searches = searches.into_iter().map(|span| Running {
            search: Search {
                range,
                span,
                trace: TraceConditions::default(),
                order: Order::Newest,
                limit: PAGE,
                after: None,
            },
            found: VecDeque::new(),
            is_over: false,
        });
        Self { searches: searches.collect(), seen: HashSet::new(), shortened }
    }

    /// The next one.
    ///
    /// # Errors
    /// The store's.
    pub(super) fn next(&mut self, questions: &Questions<'_>) -> Result<Option<TraceId>, ReadError> {
        loop {
            for running in &mut self.searches {
                if let Some(shortened) = running.fill(questions)? {
                    self.shortened = Some(shortened);
                }
            }
            let newest =
                self.searches.iter_mut().filter(|running| !running.found.is_empty()).min_by_key(
                    |running| {
                        running.found.front().map(|found| Cursor::of(&found.summary, Order::Newest))
                    },
                );
            let Some(found) = newest.and_then(|running| running.found.pop_front()) else {
                return Ok(None);
            };
            let id = found.summary.trace_id;
            if self.seen.insert(id) {
                return Ok(Some(id));
            }
        }
    }
}

impl Running {
    fn fill(&mut self, questions: &Questions<'_>) -> Result<Option<Shortened>, ReadError> {
        if !self.found.is_empty() || self.is_over {
            return Ok(None);
        }
        let page = questions.summaries(&self.search)?;
        self.search.after = page.next;
        self.is_over = page.next.is_none();
        self.found = page.traces.into();
        Ok(Shortened::of(&page.completeness))
    }
}

/// The one condition that fewest traces should meet, as alternatives; none at all where
/// there is no condition.
fn most_telling(
    questions: &Questions<'_>,
    question: &Question,
    service: Option<&str>,
) -> Result<Vec<Option<Condition>>, ReadError> {
    let range = question.range();
    // The others of OpenTelemetry's own tags are said of a span elsewhere.
    if let Some((key, value)) = question.tags.iter().find(|(key, _)| !key.starts_with("otel.")) {
        return Ok(tag(key, value).into_iter().map(Some).collect());
    }
    if let Some(name) = &question.span_name {
        let catalog = Catalog::SpanNames { service: service.map(str::to_owned) };
        let names = spellings(questions, catalog, range, name)?;
        return Ok(names.iter().map(|name| Some(equal(Field::Name, name))).collect());
    }
    if let Some(name) = &question.remote_service {
        let mut alternatives = Vec::new();
        for key in REMOTE_NAMES {
            for value in spellings(questions, values_of(key), range, name)? {
                alternatives.push(Some(equal(attribute(AttributeScope::Span, key), &value)));
            }
        }
        return Ok(alternatives);
    }
    let duration = question.duration_min.map(|min| {
        // A duration that is longer than so many microseconds is written as one more.
        let nanos = min.saturating_sub(1).saturating_mul(1000);
        condition(Field::DurationNano, Comparison::Greater, &nanos.to_string())
    });
    Ok(vec![duration])
}

fn tag(key: &str, value: &str) -> Vec<Condition> {
    let field = attribute(AttributeScope::Any, key);
    let mut alternatives = if value.is_empty() {
        vec![condition(field, Comparison::Exists, ""), equal(Field::EventName, key)]
    } else {
        vec![equal(field, value)]
    };
    if key == "error" {
        alternatives.push(equal(Field::Status, &proto::StatusCode::ERROR.0.to_string()));
    }
    alternatives
}

/// Every name of `catalog` that is `name` in lower case.
pub(super) fn spellings(
    questions: &Questions<'_>,
    catalog: Catalog,
    range: TimeRange,
    name: &str,
) -> Result<Vec<String>, ReadError> {
    let page = questions.catalog(&CatalogQuestion { catalog, range, limit: NAMES_MAX })?;
    let mut names: Vec<String> = page.entries.into_iter().map(|entry| entry.name).collect();
    names.retain(|known| known.to_lowercase() == name);
    names.dedup();
    Ok(names)
}

/// The values of a span's attribute.
pub(super) fn values_of(key: &str) -> Catalog {
    Catalog::AttributeValues {
        scope: AttributeScope::Span,
        key: key.to_owned(),
        prefix: String::new(),
    }
}

pub(super) fn attribute(scope: AttributeScope, key: &str) -> Field {
    Field::Attribute { scope, key: key.to_owned() }
}

pub(super) fn equal(field: Field, operand: &str) -> Condition {
    condition(field, Comparison::Equal, operand)
}

fn condition(field: Field, comparison: Comparison, operand: &str) -> Condition {
    Condition { field, comparison, operand: Operand::Text(operand.to_owned()) }
}
