//! What is asked for, and from which spans.

use percent_encoding::percent_decode_str;
use storage::{AttributeScope, TimeRange};
use traceql::ast::{Attribute, Pipeline, Root, Scope, Stage};

use super::intrinsic;
use crate::api::form::Form;
use crate::api::go;
use crate::api::tempo::answer::Refusal;
use crate::api::tempo::time;

/// Names or values in one answer at most, of one scope.
const LIMIT_MAX: usize = 10_000;

/// A part of a span that has attributes, as queries call it, and as the store does.
pub(super) const SCOPES: [(&str, AttributeScope); 5] = [
    ("resource", AttributeScope::Resource),
    ("span", AttributeScope::Span),
    ("event", AttributeScope::Event),
    ("link", AttributeScope::Link),
    ("instrumentation", AttributeScope::Scope),
];

/// A question for names.
#[derive(Debug)]
pub(crate) struct NamesQuestion {
    /// Which scopes' names.
    pub(super) asked: AskedScope,
    pub(super) among: Among,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AskedScope {
    All,
    One(AttributeScope),
    Intrinsic,
}

/// A question for values.
#[derive(Debug)]
pub(crate) struct ValuesQuestion {
    pub(super) attribute: Attribute,
    pub(super) among: Among,
}

/// From which spans, and how much of it.
#[derive(Debug)]
pub(super) struct Among {
    pub(super) range: TimeRange,
    /// Only from spans that it finds.
    pub(super) filter: Option<Pipeline>,
    pub(super) limit: usize,
}

impl NamesQuestion {
    pub(super) fn of_form(form: &Form) -> Result<Self, Refusal> {
        let among = Among::of_form(form)?;
        Ok(Self { asked: AskedScope::parse(form.text("scope").unwrap_or_default())?, among })
    }

    /// The same, as gRPC asks it; zeros and empty texts are not given.
    pub(crate) fn try_new(
        scope: &str,
        query: &str,
        (start, end): (u32, u32),
        limit: u32,
    ) -> Result<Self, Refusal> {
        let among = Among::new(query, time::seconds(start, end)?, limit);
        Ok(Self { asked: AskedScope::parse(scope)?, among })
    }
}

impl AskedScope {
    fn parse(word: &str) -> Result<Self, Refusal> {
        if let Some((_, scope)) = SCOPES.iter().find(|(known, _)| *known == word) {
            return Ok(Self::One(*scope));
        }
        match word {
            "" | "none" => Ok(Self::All),
            intrinsic::SCOPE => Ok(Self::Intrinsic),
            _ => {
                let words: Vec<&str> = SCOPES.iter().map(|(known, _)| *known).collect();
                Err(Refusal::invalid(format!(
                    "invalid scope: {}; expected {}, intrinsic or none",
                    go::quoted(word),
                    words.join(", ")
                )))
            }
        }
    }
}

impl ValuesQuestion {
    /// Of the second version: `tag` is what a query would have.
    pub(super) fn of_written(tag: &str, form: &Form) -> Result<Self, Refusal> {
        Ok(Self { attribute: written(&unescaped(tag))?, among: Among::of_form(form)? })
    }

    /// Of the first version: `tag` is a name without a scope, or one that queries know.
    pub(super) fn of_bare(tag: &str, form: &Form) -> Result<Self, Refusal> {
        let tag = unescaped(tag);
        let attribute = bare(&tag);
        Ok(Self { attribute, among: Among::of_form(form)? })
    }

    /// The same, as gRPC asks it; zeros and empty texts are not given.
    pub(crate) fn try_new(
        tag: &str,
        is_bare: bool,
        query: &str,
        (start, end): (u32, u32),
        limit: u32,
    ) -> Result<Self, Refusal> {
        let attribute = if is_bare { bare(tag) } else { written(tag)? };
        Ok(Self { attribute, among: Among::new(query, time::seconds(start, end)?, limit) })
    }
}

fn bare(tag: &str) -> Attribute {
    written(tag).unwrap_or_else(|_| Attribute::named(Scope::None, tag))
}

impl Among {
    fn of_form(form: &Form) -> Result<Self, Refusal> {
        let limit = time::number(form, "limit")?.unwrap_or(0);
        Ok(Self::new(form.text("q").unwrap_or_default(), time::of_search(form)?, limit))
    }

    fn new(query: &str, range: TimeRange, limit: u32) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let limit = if limit == 0 { LIMIT_MAX } else { limit.min(LIMIT_MAX) };
        Self { range, filter: filter(query), limit }
    }
}

/// What a query that may not be finished yet asks for; `None` where it asks for nothing, or
/// cannot be read even so: then nothing is left out.
fn filter(query: &str) -> Option<Pipeline> {
    let query = traceql::parse_lenient(query).ok()?;
    traceql::validate(&query).ok()?;
    let pipeline = match query.root {
        Root::Spansets(pipeline) => pipeline,
        Root::Metrics(metrics) => metrics.pipelines().first()?.pipeline.clone(),
    };
    let is_all = pipeline.to_string() == "{ true }";
    (!is_all).then_some(pipeline)
}

/// The data source writes what it sends in an address twice.
fn unescaped(tag: &str) -> String {
    percent_decode_str(tag).decode_utf8_lossy().into_owned()
}

/// The one attribute that `tag` is in a query.
fn written(tag: &str) -> Result<Attribute, Refusal> {
    let refusal = |problem: &str| {
        Refusal::invalid(format!(
            "please provide a valid tagName: failed to parse identifier {}: {problem}",
            go::quoted(tag)
        ))
    };
    // The language reads it, where it takes exactly one.
    const BEFORE: &str = "{} | select(";
    let query = traceql::parse(&format!("{BEFORE}{tag}\n)")).map_err(|error| {
        let column = (error.at.column as usize).saturating_sub(BEFORE.len()).max(1);
        refusal(&format!("parse error at line 1, col {column}: {}", error.reason))
    })?;
    if let Root::Spansets(Pipeline { stages }) = query.root
        && let [_, Stage::Select(attributes, _)] = stages.as_slice()
        && let [attribute] = attributes.as_slice()
        && query.hints.is_empty()
    {
        return Ok(attribute.clone());
    }
    Err(refusal("parse error at line 1, col 1: it is more than one attribute"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_one_attribute() {
        for (tag, expected) in [
            ("resource.service.name", "resource.service.name"),
            (".foo-bar", ".foo-bar"),
            ("span.\"a b\"", "span.\"a b\""),
            ("status", "status"),
            ("event:name", "event:name"),
            ("span:duration", "duration"),
        ] {
            assert_eq!(written(tag).unwrap().to_string(), expected, "{tag}");
        }
        for tag in ["", "foo", "span.a, span.b", "span.a) | select(.b", ".a) with (x=1", "1", "{}"]
        {
            assert!(written(tag).is_err(), "{tag}");
        }
        let words = written("foo").unwrap_err().words;
        assert!(words.starts_with("please provide a valid tagName"), "{words}");
        assert!(words.contains("line 1, col 1: "), "{words}");
    }

    #[test]
    fn a_query_that_is_not_finished_leaves_nothing_out() {
        for query in ["", "{", "{}", "{ true }", "{ .a = }", "nonsense", "{ 1 + }"] {
            assert_eq!(filter(query), None, "{query}");
        }
        let filter = filter("{ .a = 1 && .b = ").unwrap();
        assert_eq!(filter.to_string(), "{ (.a = 1) && true }");
    }
}
