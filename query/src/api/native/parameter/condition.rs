//! Conditions on attributes as people write them: `http.status_code>=500`.

use storage::{AttributeScope, Comparison, Condition, Field, Operand};

/// The words for where an attribute is looked for.
pub(in crate::api::native) const SCOPES: &[&str] =
    &["any", "span", "resource", "scope", "event", "link"];

/// The scope that `word` names.
pub(in crate::api::native) fn parse_scope(word: &str) -> Option<AttributeScope> {
    match word {
        "any" => Some(AttributeScope::Any),
        "span" => Some(AttributeScope::Span),
        "resource" => Some(AttributeScope::Resource),
        "scope" => Some(AttributeScope::Scope),
        "event" => Some(AttributeScope::Event),
        "link" => Some(AttributeScope::Link),
        _ => None,
    }
}

/// The word for `scope`.
pub(in crate::api::native) fn format_scope(scope: AttributeScope) -> &'static str {
    match scope {
        AttributeScope::Any => "any",
        AttributeScope::Span => "span",
        AttributeScope::Resource => "resource",
        AttributeScope::Scope => "scope",
        AttributeScope::Event => "event",
        AttributeScope::Link => "link",
    }
}

/// The operators, the longer of two that begin alike first.
const OPERATORS: [(&str, Comparison); 6] = [
    ("!=", Comparison::NotEqual),
    (">=", Comparison::GreaterOrEqual),
    ("<=", Comparison::LessOrEqual),
    ("=", Comparison::Equal),
    (">", Comparison::Greater),
    ("<", Comparison::Less),
];

/// A text that is no condition; its message says why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(in crate::api::native) enum NoCondition {
    /// Nothing stands before the operator.
    #[error(
        "'{0}' names no attribute; write key=value, key!=value, key>=100, key<=100, key>100, \
         key<100, or key alone"
    )]
    NoKey(String),
    /// Larger and smaller compare numbers.
    #[error("'{text}' compares with '{operand}', which is no number")]
    NoNumber {
        /// The condition.
        text: String,
        /// What stands behind the operator.
        operand: String,
    },
}

/// Reads `[scope:]key[operator value]`. The first operator counts, so that a value
/// may hold further ones; a key can hold none.
///
/// # Errors
/// Where the key is empty, or what is ordered against is no number.
pub(in crate::api::native) fn parse_condition(text: &str) -> Result<Condition, NoCondition> {
    let (place, comparison, operand) = split(text);
    let (scope, key) = match place.split_once(':') {
        Some((word, key)) => match parse_scope(word) {
            Some(scope) => (scope, key),
            None => (AttributeScope::Any, place),
        },
        None => (AttributeScope::Any, place),
    };
    if key.is_empty() {
        return Err(NoCondition::NoKey(super::shown(text)));
    }
    let is_ordered =
        !matches!(comparison, Comparison::Equal | Comparison::NotEqual | Comparison::Exists);
    if is_ordered && !operand.parse().is_ok_and(f64::is_finite) {
        let (text, operand) = (super::shown(text), super::shown(operand));
        return Err(NoCondition::NoNumber { text, operand });
    }
    Ok(Condition {
        field: Field::Attribute { scope, key: key.to_owned() },
        comparison,
        operand: Operand::Text(operand.to_owned()),
    })
}

/// What stands before the first operator, the operator, and what stands behind it.
fn split(text: &str) -> (&str, Comparison, &str) {
    for (at, _) in text.match_indices(['!', '<', '>', '=']) {
        let (place, rest) = text.split_at(at);
        for (operator, comparison) in OPERATORS {
            if let Some(operand) = rest.strip_prefix(operator) {
                return (place, comparison, operand);
            }
        }
    }
    (text, Comparison::Exists, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_a_key_an_operator_and_a_value() {
        use AttributeScope::{Any, Event, Resource};
        for (text, scope, key, comparison, operand) in [
            ("a=b", Any, "a", Comparison::Equal, "b"),
            ("a!=b", Any, "a", Comparison::NotEqual, "b"),
            ("a>=1", Any, "a", Comparison::GreaterOrEqual, "1"),
            ("a<=1.5", Any, "a", Comparison::LessOrEqual, "1.5"),
            ("a>-1", Any, "a", Comparison::Greater, "-1"),
            ("a<1e3", Any, "a", Comparison::Less, "1e3"),
            ("a", Any, "a", Comparison::Exists, ""),
            ("a=", Any, "a", Comparison::Equal, ""),
            ("a=b=c>d", Any, "a", Comparison::Equal, "b=c>d"),
            ("wow!", Any, "wow!", Comparison::Exists, ""),
            ("wow!=x", Any, "wow", Comparison::NotEqual, "x"),
            ("resource:host.name=x", Resource, "host.name", Comparison::Equal, "x"),
            ("event:a", Event, "a", Comparison::Exists, ""),
            ("any:span:a=1", Any, "span:a", Comparison::Equal, "1"),
            ("db:name=1", Any, "db:name", Comparison::Equal, "1"),
        ] {
            let condition = Condition {
                field: Field::Attribute { scope, key: key.to_owned() },
                comparison,
                operand: Operand::Text(operand.to_owned()),
            };
            assert_eq!(parse_condition(text), Ok(condition), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "=", "=b", "span:", "span:=b", "a>b", "a<", "a>=NaN", "a<=inf"] {
            assert!(parse_condition(text).is_err(), "{text}");
        }
    }

    #[test]
    fn every_scope_has_a_word() {
        for word in SCOPES {
            assert_eq!(parse_scope(word).map(format_scope), Some(*word));
        }
    }
}
