//! Which values an attribute has.
//!
//! The store's list of values knows their texts. What type a text has is seen in some of the
//! newest traces that have the attribute: a form writes `"200"` or `200` by it.

use std::collections::{BTreeMap, BTreeSet};

use storage::{
    AttributeScope, Catalog, CatalogPage, CatalogQuestion, Completeness, ReadError, TimeRange,
};
use traceql::ast::{Attribute, Intrinsic, Scope};

use super::question::ValuesQuestion;
use super::{collect, intrinsic};
use crate::api::tempo::answer::{Answer, Refusal};
use crate::api::tempo::look::Look;
use crate::api::tempo::model::{
    Nothing, SearchTagValuesResponse, SearchTagValuesV2Response, TagValue,
};
use crate::service::Questions;

type Values = BTreeSet<TagValue>;

/// The values as texts, each once.
///
/// # Errors
/// The store's, and where the filter has no answer.
pub(crate) fn texts(
    questions: &Questions<'_>,
    question: &ValuesQuestion,
) -> Result<Answer<SearchTagValuesResponse>, Refusal> {
    let (values, completeness) = find(questions, question)?;
    let texts: BTreeSet<String> = values.into_iter().map(|value| value.value).collect();
    let tag_values = texts.into_iter().take(question.among.limit).collect();
    let message = SearchTagValuesResponse { tag_values, metrics: Some(Nothing {}) };
    Ok(Answer { message, completeness })
}

/// The values with their types, each once for each type that it has.
///
/// # Errors
/// The store's, and where the filter has no answer.
pub(crate) fn typed(
    questions: &Questions<'_>,
    question: &ValuesQuestion,
) -> Result<Answer<SearchTagValuesV2Response>, Refusal> {
    if let Some(tag_values) = intrinsic::keywords(&question.attribute) {
        let message = SearchTagValuesV2Response { tag_values, metrics: Some(Nothing {}) };
        return Ok(Answer::complete(message));
    }
    let (values, completeness) = find(questions, question)?;
    let tag_values = values.into_iter().take(question.among.limit).collect();
    let message = SearchTagValuesV2Response { tag_values, metrics: Some(Nothing {}) };
    Ok(Answer { message, completeness })
}

fn find(
    questions: &Questions<'_>,
    question: &ValuesQuestion,
) -> Result<(Values, Completeness), Refusal> {
    let ValuesQuestion { attribute, among } = question;
    if let Some(words) = intrinsic::keywords(attribute) {
        return Ok((words.into_iter().collect(), Completeness::Complete));
    }
    if intrinsic::is_endless(attribute) {
        return Ok((Values::new(), Completeness::Complete));
    }
    if among.filter.is_some() {
        return collect::values(questions, among, among.filter.as_ref(), attribute);
    }
    let range = among.range;
    match attribute {
        Attribute::Intrinsic(Intrinsic::Name) => {
            let page =
                catalog(questions, Catalog::SpanNames { service: None }, range, among.limit)?;
            Ok((
                of_type("string", page.entries.into_iter().map(|entry| entry.name)),
                page.completeness,
            ))
        }
        Attribute::Intrinsic(_) => collect::values(questions, among, None, attribute),
        Attribute::Named { scope, name, .. } => of_catalog(questions, question, *scope, name),
    }
}

fn of_type(kind: &str, texts: impl Iterator<Item = String>) -> Values {
    texts.filter(|text| !text.is_empty()).map(|text| TagValue::new(kind, text)).collect()
}

fn catalog(
    questions: &Questions<'_>,
    catalog: Catalog,
    range: TimeRange,
    limit: usize,
) -> Result<CatalogPage, ReadError> {
    questions.catalog(&CatalogQuestion { catalog, range, limit })
}

fn of_catalog(
    questions: &Questions<'_>,
    question: &ValuesQuestion,
    scope: Scope,
    key: &str,
) -> Result<(Values, Completeness), Refusal> {
    let scopes: &[AttributeScope] = match scope {
        Scope::None => &[AttributeScope::Span, AttributeScope::Resource],
        Scope::Span => &[AttributeScope::Span],
        Scope::Resource => &[AttributeScope::Resource],
        Scope::Event => &[AttributeScope::Event],
        Scope::Link => &[AttributeScope::Link],
        Scope::Instrumentation => &[AttributeScope::Scope],
        Scope::Parent | Scope::Trace => &[],
    };
    let mut texts = BTreeSet::new();
    let mut completeness = Completeness::Complete;
    for scope in scopes {
        let values =
            Catalog::AttributeValues { scope: *scope, key: key.to_owned(), prefix: String::new() };
        let page = catalog(questions, values, question.among.range, question.among.limit)?;
        texts.extend(page.entries.into_iter().map(|entry| entry.name));
        if page.completeness != Completeness::Complete {
            completeness = page.completeness;
        }
    }
    if texts.iter().all(|text| is_only_text(text)) {
        return Ok((of_type("string", texts.into_iter()), completeness));
    }
    let seen = seen(questions, question, scopes, key)?;
    let mut values = Values::new();
    for text in texts {
        seen.add(text, &mut values);
    }
    Ok((values, completeness))
}

/// Whether nothing but a string has this text.
fn is_only_text(text: &str) -> bool {
    !text.starts_with(['[', '{'])
        && !matches!(text, "true" | "false")
        && text.parse::<f64>().is_err()
}

/// What values of an attribute are, in some traces.
#[derive(Debug, Default)]
struct Seen {
    values: Values,
    /// How often a value of each type was seen.
    kinds: BTreeMap<String, usize>,
}

fn seen(
    questions: &Questions<'_>,
    question: &ValuesQuestion,
    scopes: &[AttributeScope],
    key: &str,
) -> Result<Seen, Refusal> {
    let mut seen = Seen::default();
    let look = Look::at_some_with(questions, question.among.range, scopes, key);
    look.at_spans(|span, shown| {
        collect::for_each_value(&question.attribute, span, shown, &mut |value| {
            let mut values = Values::new();
            collect::add(value, &mut values);
            for value in values {
                *seen.kinds.entry(value.kind.clone()).or_default() += 1;
                seen.values.insert(value);
            }
        });
        true
    })?;
    Ok(seen)
}

impl Seen {
    /// Adds the value of this text: of the types with which it was seen, else of the one that
    /// is most common among those that it can have.
    fn add(&self, text: String, values: &mut Values) {
        let known = |kind: &str| TagValue::new(kind, text.clone());
        let kinds = ["string", "int", "float", "bool"].into_iter();
        let found: Vec<_> = kinds.map(known).filter(|one| self.values.contains(one)).collect();
        if !found.is_empty() {
            values.extend(found);
            return;
        }
        if let Some(elements) = elements(&text) {
            values.extend(elements);
            return;
        }
        let can_be = |kind: &str| match kind {
            "int" => text.parse::<i64>().is_ok(),
            "float" => text.parse::<f64>().is_ok(),
            "bool" => matches!(text.as_str(), "true" | "false"),
            _ => true,
        };
        let likely = self.kinds.iter().filter(|(kind, _)| can_be(kind));
        let likely = likely.max_by_key(|(_, count)| **count).map(|(kind, _)| kind.as_str());
        values.insert(TagValue::new(likely.unwrap_or("string"), text));
    }
}

/// The elements of a list, by its text; `None` where it is the text of none.
fn elements(text: &str) -> Option<Values> {
    let list: Vec<serde_json::Value> =
        serde_json::from_str(Some(text).filter(|text| text.starts_with('['))?).ok()?;
    let typed = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => Some(TagValue::new("string", text)),
        serde_json::Value::Bool(value) => Some(TagValue::new("bool", value.to_string())),
        serde_json::Value::Number(number) if number.is_f64() => {
            Some(TagValue::new("float", number.to_string()))
        }
        serde_json::Value::Number(number) => Some(TagValue::new("int", number.to_string())),
        _ => None,
    };
    Some(list.iter().filter_map(typed).collect())
}
