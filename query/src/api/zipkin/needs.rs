//! What a trace needs to be one that is asked for, in the store's words;
//! [`Question::is_met_by`](super::question::Question::is_met_by) decides on the trace.
//!
//! Zipkin compares names in lower case, the store as they came. So a name is looked up
//! first, and each of its spellings is an alternative.

use proto::zipkin::REMOTE_NAMES;
use storage::{
    AttributeScope, Catalog, CatalogQuestion, Comparison, Completeness, Condition, Field, Need,
    Operand, ReadError, Scan, TimeRange, Within,
};

use super::question::Question;
use crate::service::Questions;

/// How many names are looked through for spellings.
const NAMES_MAX: usize = 10_000;
/// How many alternatives a need may have; with more it is left out.
const ALTERNATIVES_MAX: usize = 64;

/// The traces that may meet `question`, the newest first.
///
/// # Errors
/// The store's.
pub(super) fn for_question(
    questions: &Questions<'_>,
    question: &Question,
) -> Result<Scan, ReadError> {
    let range = question.range();
    let services = match &question.service {
        None => None,
        Some(name) => spellings(questions, Catalog::Services, range, name)?,
    };
    let mut needs = Needs { services, needs: Vec::new() };
    needs.add_service();
    if let Some(name) = &question.span_name {
        needs.add(span_name(questions, range, needs.services.as_deref(), name)?);
    }
    if let Some(name) = &question.remote_service {
        needs.add(remote_service(questions, range, name)?);
    }
    // The others of OpenTelemetry's own tags are said of a span elsewhere.
    for (key, value) in question.tags.iter().filter(|(key, _)| !key.starts_with("otel.")) {
        needs.add(Some(tag(key, value)));
    }
    if let Some(min) = question.duration_min {
        // A duration that is longer than so many microseconds is written as one more.
        let nanos = min.saturating_sub(1).saturating_mul(1000);
        let longer = condition(Field::DurationNano, Comparison::Greater, &nanos.to_string());
        needs.add(Some(vec![longer]));
    }
    Ok(Scan { needs: needs.needs, ..Scan::newest(range, Within::Starts) })
}

/// Needs in the making. Each may be met by another span, of the service that is asked for.
struct Needs {
    /// Its spellings; `None` where any service will do, or too little is known.
    services: Option<Vec<String>>,
    needs: Vec<Need>,
}

impl Needs {
    fn add_service(&mut self) {
        let conditions = |name: &String| vec![equal(Field::Service, name)];
        if let Some(services) = &self.services {
            self.push(services.iter().map(conditions).collect());
        }
    }

    /// One of `alternatives`, of which `None` is any.
    fn add(&mut self, alternatives: Option<Vec<Condition>>) {
        let Some(alternatives) = alternatives else {
            return;
        };
        self.push(match &self.services {
            None => alternatives.into_iter().map(|one| vec![one]).collect(),
            Some(services) => {
                let with = |one: &Condition| {
                    let service = |name: &String| vec![one.clone(), equal(Field::Service, name)];
                    services.iter().map(service).collect::<Vec<_>>()
                };
                alternatives.iter().flat_map(with).collect()
            }
        });
    }

    fn push(&mut self, any_of: Vec<Vec<Condition>>) {
        if any_of.len() <= ALTERNATIVES_MAX {
            self.needs.push(Need { any_of });
        }
    }
}

fn span_name(
    questions: &Questions<'_>,
    range: TimeRange,
    services: Option<&[String]>,
    name: &str,
) -> Result<Option<Vec<Condition>>, ReadError> {
    let service = match services {
        Some([one]) => Some(one.clone()),
        _ => None,
    };
    let names = spellings(questions, Catalog::SpanNames { service }, range, name)?;
    Ok(names.map(|names| names.iter().map(|name| equal(Field::Name, name)).collect()))
}

fn remote_service(
    questions: &Questions<'_>,
    range: TimeRange,
    name: &str,
) -> Result<Option<Vec<Condition>>, ReadError> {
    let mut alternatives = Vec::new();
    for key in REMOTE_NAMES {
        let Some(values) = spellings(questions, values_of(key), range, name)? else {
            return Ok(None);
        };
        let field = || attribute(AttributeScope::Span, key);
        alternatives.extend(values.iter().map(|value| equal(field(), value)));
    }
    Ok(Some(alternatives))
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

/// Every name of `catalog` that is `name` in lower case; `None` where there are too many
/// names to tell.
pub(super) fn spellings(
    questions: &Questions<'_>,
    catalog: Catalog,
    range: TimeRange,
    name: &str,
) -> Result<Option<Vec<String>>, ReadError> {
    let page = questions.catalog(&CatalogQuestion { catalog, range, limit: NAMES_MAX })?;
    if page.completeness != Completeness::Complete {
        return Ok(None);
    }
    let mut names: Vec<String> = page.entries.into_iter().map(|entry| entry.name).collect();
    names.retain(|known| known.to_lowercase() == name);
    names.dedup();
    Ok(Some(names))
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
