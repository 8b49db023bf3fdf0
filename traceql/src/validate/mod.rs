//! Whether a query that reads well also means something.

mod field;
mod metrics;

use crate::ast::{Aggregate, Pipeline, Query, Root, Scalar, ScalarFilter, SpansetExpr, Stage};
use crate::value::Type;
use crate::{ParseError, Position, parse};

/// The query that `text` is, if it means something.
///
/// # Errors
/// Where it does not, and why.
pub fn compile(text: &str) -> Result<Query, ParseError> {
    let query = parse(text)?;
    validate(&query)?;
    Ok(query)
}

/// Whether the types of `query` go together, its figures are within their limits and
/// everything in it can be answered.
///
/// # Errors
/// The first place where that is not so.
pub fn validate(query: &Query) -> Result<(), ParseError> {
    match &query.root {
        Root::Spansets(stages) => pipeline(stages),
        Root::Metrics(root) => metrics::validate(root),
    }
}

fn pipeline(pipeline: &Pipeline) -> Result<(), ParseError> {
    pipeline.stages.iter().try_for_each(stage)
}

fn stage(stage: &Stage) -> Result<(), ParseError> {
    match stage {
        Stage::Spansets(expr) => spansets(expr),
        Stage::By(field, at) => {
            if !field.mentions_span() {
                return Err(error(*at, format!("by({field}) says nothing about the span")));
            }
            field::type_of(field).map(|_| ())
        }
        Stage::Coalesce => Ok(()),
        Stage::Select(attributes, at) => {
            attributes.iter().try_for_each(|one| field::is_supported(one, *at))
        }
        Stage::Filter(filter) => scalar_filter(filter),
    }
}

fn spansets(expr: &SpansetExpr) -> Result<(), ParseError> {
    match expr {
        SpansetExpr::Filter(filter) => field::filter(filter),
        SpansetExpr::Operation { left, right, .. } => {
            spansets(left)?;
            spansets(right)
        }
        SpansetExpr::Pipeline(inner) => pipeline(inner),
    }
}

fn scalar_filter(filter: &ScalarFilter) -> Result<(), ParseError> {
    scalar(&filter.left)?;
    scalar(&filter.right)
}

fn scalar(part: &Scalar) -> Result<(), ParseError> {
    match part {
        Scalar::Static(_) => Ok(()),
        Scalar::Aggregate(one) => aggregate(one),
        Scalar::Arithmetic { left, right, .. } => {
            scalar(left)?;
            scalar(right)
        }
        Scalar::Pipeline { at, .. } => {
            let reason = "figures of two pipelines cannot be compared; write the aggregate as \
                          a stage, as in `{ … } | count() > 2`";
            Err(error(*at, reason))
        }
    }
}

fn aggregate(aggregate: &Aggregate) -> Result<(), ParseError> {
    let Some(field) = &aggregate.field else {
        return Ok(());
    };
    let found = field::type_of(field)?;
    if found != Type::Unknown && !found.is_numeric() {
        return Err(error(aggregate.at, format!("{aggregate} needs numbers, but gets {found}")));
    }
    if !field.mentions_span() {
        return Err(error(aggregate.at, format!("{aggregate} says nothing about the span")));
    }
    Ok(())
}

fn error(at: Position, reason: impl Into<String>) -> ParseError {
    ParseError::new(at, reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Option<&str>) {
        let found = compile(text).err().map(|err| err.to_string());
        assert_eq!(found.as_deref(), expect, "{text}");
    }

    #[test]
    fn types_that_may_go_together_pass() {
        for text in [
            "{ .a = 1 && .b = `x` && .c }",
            "{ duration > 100 && span:childCount < 1.5 }",
            "{ status != nil && .a = nil }",
            "{ .a } | max(.x) - min(.x) > 3",
            "{} | rate() by (.a, .b, .c, .d, .e) | topk(1)",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn what_means_nothing_is_refused_with_its_place() {
        for (text, expect) in [
            (
                "{ 1 }",
                "line 1, column 1: a filter must be true or false, but { 1 } is a whole number",
            ),
            ("{ name = 1 }", "line 1, column 8: `=` cannot be between a text and a whole number"),
            ("{ status > ok }", "line 1, column 10: `>` cannot be between a status and a status"),
            ("{ -name = `a` }", "line 1, column 3: `-` cannot be before a text"),
            (
                "{ .a =~ .b }",
                "line 1, column 6: `=~` needs a text on its right, as it stands in the query",
            ),
            ("{ kind = nil }", "line 1, column 8: kind is never nil"),
            (
                "{ parent.a = 1 }",
                "line 1, column 3: attributes of the parent cannot be asked for; write `{ … } > { … }`",
            ),
            (
                "{} | select(.a, parent.b)",
                "line 1, column 6: attributes of the parent cannot be asked for; write `{ … } > { … }`",
            ),
            ("sum(3) = 2", "line 1, column 1: sum(3) says nothing about the span"),
            ("max(name) > 2", "line 1, column 1: max(name) needs numbers, but gets a text"),
            ("{} | by(1)", "line 1, column 6: by(1) says nothing about the span"),
            ("{} | rate() | topk(0)", "line 1, column 20: at least one series must be asked for"),
        ] {
            check(text, Some(expect));
        }
        let found = compile("{ .a =~ \"(\" }").expect_err("no pattern").to_string();
        assert!(found.starts_with("line 1, column 6: no regular expression:"), "{found}");
    }

    #[test]
    fn metrics_keep_their_limits() {
        for text in [
            "{} | rate() by (.a, .b, .c, .d, .e, .f)",
            "{} | avg_over_time(duration) by (.a, .b, .c, .d, .e)",
            "{} | quantile_over_time(duration, 1.1)",
            "{} | compare({ .a }, 1001)",
            "{} | compare({ .a }, 10, 5, 4)",
            "{} | compare({ .a }) | topk(2)",
            "({} | compare({ .a })) * 2",
            "{} | compare({ 1 })",
        ] {
            assert!(compile(text).is_err(), "{text}");
        }
    }
}
