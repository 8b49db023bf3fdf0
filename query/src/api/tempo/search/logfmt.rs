//! Tags as logfmt writes them: `service.name=shop name="GET /"`.

use super::tags::TAGS_MAX;
use crate::api::go;
use crate::api::tempo::answer::Refusal;

/// Names and values; a name without a value has the empty one.
///
/// # Errors
/// Where it is none, with the place, or a name occurs twice.
pub(super) fn parse(text: &str) -> Result<Vec<(String, String)>, Refusal> {
    let mut tags: Vec<(String, String)> = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let at = text.len() - rest.len() + 1;
        let refusal = |what: &str| {
            let expected = "expected name=value, in double quotes where it has spaces";
            Refusal::invalid(format!("invalid tags: {what} at pos {at}; {expected}"))
        };
        let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        let (name, behind) = rest.split_at(end);
        if name.is_empty() {
            return Err(refusal("unexpected '='"));
        }
        if name.contains('"') {
            return Err(refusal("unexpected '\"'"));
        }
        let (value, behind) = match behind.strip_prefix('=') {
            None => (String::new(), behind),
            Some(behind) => match behind.strip_prefix('"') {
                Some(quoted) => {
                    unquote(quoted).ok_or_else(|| refusal("unterminated quoted value"))?
                }
                None => {
                    let end = behind.find(char::is_whitespace).unwrap_or(behind.len());
                    let (value, behind) = behind.split_at(end);
                    (value.to_owned(), behind)
                }
            },
        };
        if tags.iter().any(|(known, _)| known == name) {
            let name = go::quoted(name);
            return Err(Refusal::invalid(format!("invalid tags: tag {name} has been set twice")));
        }
        if tags.len() >= TAGS_MAX {
            return Err(Refusal::invalid(format!("invalid tags: more than {TAGS_MAX}")));
        }
        tags.push((name.to_owned(), value));
        rest = behind.trim_start();
    }
    Ok(tags)
}

/// What stands up to the closing quote, and what is behind it.
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((value, text.get(at + 1..)?)),
            '\\' => value.push(match chars.next()?.1 {
                'n' => '\n',
                't' => '\t',
                other => other,
            }),
            other => value.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, &str)]) {
        let tags = parse(text).unwrap();
        let tags: Vec<_> = tags.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(tags, expected, "{text}");
    }

    #[test]
    fn names_and_values() {
        check("", &[]);
        check(" service.name=shop  x ", &[("service.name", "shop"), ("x", "")]);
        check(r#"name="GET \"a\"\\" y=1=2"#, &[("name", "GET \"a\"\\"), ("y", "1=2")]);
    }

    #[test]
    fn what_is_wrong_has_a_place() {
        for (text, words) in [
            ("=a", "invalid tags: unexpected '=' at pos 1"),
            ("a=b c=\"d", "invalid tags: unterminated quoted value at pos 5"),
            ("a=1 a=2", "invalid tags: tag \"a\" has been set twice"),
            ("\"a\"=1", "invalid tags: unexpected '\"' at pos 1"),
        ] {
            let found = parse(text).unwrap_err().words;
            assert!(found.starts_with(words), "{found}");
        }
    }
}
