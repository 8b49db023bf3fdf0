//! Tags as a query: each must be somewhere in the trace.

use traceql::Static;
use traceql::ast::{Attribute, Scope};

use crate::api::tempo::answer::Refusal;

/// Tags of one search.
pub(super) const TAGS_MAX: usize = 64;

/// The query that looks for all `tags`; for anything, where there are none.
///
/// # Errors
/// Where there are too many.
pub(super) fn query(tags: &[(String, String)]) -> Result<String, Refusal> {
    if tags.len() > TAGS_MAX {
        return Err(Refusal::invalid(format!("invalid tags: more than {TAGS_MAX}")));
    }
    if tags.is_empty() {
        return Ok("{}".to_owned());
    }
    let filters: Vec<String> =
        tags.iter().map(|(name, value)| format!("{{ {} }}", condition(name, value))).collect();
    Ok(filters.join(" && "))
}

/// A tag's value has no type: it is the text of one.
fn condition(name: &str, value: &str) -> String {
    let text = Static::Text(value.into());
    match name {
        "root.service.name" => return format!("rootServiceName = {text}"),
        "root.name" => return format!("rootName = {text}"),
        "name" => return format!("name = {text}"),
        "status.code" => {
            let is_known = matches!(value, "error" | "ok" | "unset");
            return if is_known { format!("status = {value}") } else { "false".to_owned() };
        }
        _ => {}
    }
    let attribute = Attribute::named(Scope::None, name);
    let mut condition = format!("{attribute} = {text}");
    let mut or = |other: Static<'_>| condition.push_str(&format!(" || {attribute} = {other}"));
    if let Ok(number) = value.parse::<i64>() {
        or(Static::Int(number));
    } else if let Some(number) = value.parse::<f64>().ok().filter(|number| number.is_finite()) {
        or(Static::Float(number));
    } else if let Ok(value) = value.parse::<bool>() {
        or(Static::Bool(value));
    }
    if (name, value) == ("error", "true") {
        condition.push_str(" || status = error");
    }
    condition
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_become_filters() {
        let tag = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let both = [tag("service.name", "a`b"), tag("http.status_code", "500")];
        let text = query(&both).unwrap();
        let canonical = traceql::compile(&text).unwrap().to_string();
        assert_eq!(
            text,
            "{ .service.name = \"a`b\" } && \
             { .http.status_code = `500` || .http.status_code = 500 }"
        );
        assert!(canonical.contains("http.status_code"), "{canonical}");
        for (name, value) in [
            ("root.name", "x"),
            ("status.code", "error"),
            ("status.code", "broken"),
            ("error", "true"),
            ("ratio", "0.5"),
            ("with space", "\\ \"quoted\"\n"),
            ("5", "1e400"),
        ] {
            let text = query(&[tag(name, value)]).unwrap();
            assert!(traceql::compile(&text).is_ok(), "{text}");
        }
    }
}
