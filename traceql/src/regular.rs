//! Regular expressions: Go's syntax, matching whole texts, in time linear in the text.

use regex::{Regex, RegexBuilder};

/// The compiled form may take this much memory, which bounds what `(a{1000}){1000}` costs.
const COMPILED_BYTES_MAX: usize = 1 << 20;

/// A regular expression that a whole text must match; a dot matches a line's end too.
#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    compiled: Regex,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Pattern {
    /// The pattern `text`.
    ///
    /// # Errors
    /// A sentence about why it is none.
    pub fn try_new(text: &str) -> Result<Self, String> {
        let compiled = RegexBuilder::new(&format!("^(?s:{})$", translated(text)))
            .size_limit(COMPILED_BYTES_MAX)
            .dfa_size_limit(COMPILED_BYTES_MAX)
            .build()
            .map_err(|err| match err {
                regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
                other => last_line(&other.to_string()),
            })?;
        Ok(Self { text: text.to_owned(), compiled })
    }

    /// Whether the whole of `text` matches.
    pub fn is_match(&self, text: &str) -> bool {
        self.compiled.is_match(text)
    }

    /// The pattern as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }
}

fn last_line(text: &str) -> String {
    text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

/// Go's syntax as the `regex` crate reads it. They differ in three things: a brace that
/// begins no repetition is itself, `\Q…\E` quotes, and `[`, `&&`, `--`, `~~` within a
/// class are nothing special.
fn translated(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut in_class = false;
    while let Some(c) = rest.chars().next() {
        if let Some(quoted) = rest.strip_prefix("\\Q") {
            let end = quoted.find("\\E").unwrap_or(quoted.len());
            out.push_str(&regex::escape(&quoted[..end]));
            rest = quoted[end..].strip_prefix("\\E").unwrap_or_default();
            continue;
        }
        let taken = if c == '\\' {
            let escaped = rest[1..].chars().next().map_or(0, char::len_utf8);
            // `\p{Greek}` and `\x{10FFFF}` have braces of their own.
            let has_braces = rest[1..].starts_with(['p', 'P', 'x']) && rest[2..].starts_with('{');
            if has_braces { rest.find('}').map_or(rest.len(), |end| end + 1) } else { 1 + escaped }
        } else {
            c.len_utf8()
        };
        let is_special = match c {
            '{' => !in_class && !is_repetition(rest),
            '[' => in_class && !rest.starts_with("[:"),
            '&' | '~' => in_class,
            '-' => in_class && rest.starts_with("--"),
            _ => false,
        };
        if is_special {
            out.push('\\');
        }
        out.push_str(&rest[..taken]);
        if c == '[' && !in_class {
            in_class = true;
            rest = &rest[taken..];
            // A bracket at once behind the opening one closes nothing.
            for first in ["^", "]"] {
                if let Some(behind) = rest.strip_prefix(first) {
                    out.push_str(if first == "]" { "\\]" } else { first });
                    rest = behind;
                }
            }
            continue;
        }
        if in_class && rest.starts_with("[:") {
            let end = rest.find(":]").map_or(rest.len(), |end| end + 2);
            out.push_str(&rest[taken..end.max(taken)]);
            rest = &rest[end.max(taken)..];
            continue;
        }
        in_class &= c != ']';
        rest = &rest[taken..];
    }
    out
}

/// Whether `{`, with which `text` begins, begins `{2}`, `{2,}` or `{2,3}`.
fn is_repetition(text: &str) -> bool {
    let Some(inner) = text[1..].split_once('}').map(|(inner, _)| inner) else {
        return false;
    };
    let (from, to) = inner.split_once(',').unwrap_or((inner, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    !from.is_empty() && is_digits(from) && is_digits(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, text: &str, expect: bool) {
        assert_eq!(Pattern::try_new(pattern).expect("a pattern").is_match(text), expect);
    }

    #[test]
    fn a_pattern_matches_whole_texts() {
        check("a", "ba", false);
        check("a|b", "b", true);
        check("a.b", "a\nb", true);
        check("", "", true);
    }

    #[test]
    fn what_go_reads_differently_is_translated() {
        check("/users/{id}", "/users/{id}", true);
        check("a{2}", "aa", true);
        check(r"\Qa.b\E+", "a.bb", true);
        check("[[a]+", "[a", true);
        check("[^]]", "a", true);
        check("[[:digit:]&&]+", "1&", true);
        check(r"\p{Greek}\x{e9}", "πé", true);
    }

    #[test]
    fn what_is_none_or_too_large_is_refused() {
        for text in ["[", "(", "a**b(", "(?<n", "((a{1000}){1000}){1000}"] {
            assert!(Pattern::try_new(text).is_err(), "{text}");
        }
    }
}
