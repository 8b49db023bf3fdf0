//! Names as numbers, and span names without what differs from call to call.

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

/// The number of a name: the same for the same text, everywhere and always.
pub fn name_key(name: &str) -> u64 {
    xxh3_64(name.as_bytes())
}

/// The number of a span name, by its [`normal`] form.
pub fn span_name_key(name: &str) -> u64 {
    if is_normal(name) { name_key(name) } else { name_key(&normal(name)) }
}

/// Further words into a number of what is said.
pub(crate) fn mix(one: u64, other: u64) -> u64 {
    xxh3_64_with_seed(&other.to_le_bytes(), one)
}

/// Whether [`normal`] would leave `name` as it is: most names.
fn is_normal(name: &str) -> bool {
    !name.bytes().any(|byte| byte.is_ascii_digit())
}

/// A name in which what looks like an id is `*`: numbers and runs of hexadecimal digits,
/// which differ from call to call where somebody put them into a span name (the semantic
/// conventions ask for names of low cardinality). A number within a word stays: `v2`,
/// `ts-travel2`, `sha256`.
pub fn normal(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let is_word = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        if !is_word(first) {
            out.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        match is_id(word) {
            true => out.push('*'),
            false => out.push_str(word),
        }
        rest = after;
    }
    out
}

/// Shorter runs of hexadecimal digits may be words.
const HEX_DIGITS_MIN: usize = 8;

fn is_id(word: &str) -> bool {
    let mut digits = 0;
    let mut is_number = true;
    let mut is_hex = true;
    for byte in word.bytes() {
        digits += usize::from(byte.is_ascii_digit());
        is_number &= byte.is_ascii_digit() || byte == b'-' || byte == b'_';
        is_hex &= byte.is_ascii_hexdigit() || byte == b'-';
    }
    digits > 0 && (is_number || (is_hex && word.len() >= HEX_DIGITS_MIN))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_in_span_names_are_one() {
        for (name, expected) in [
            ("GET /cart/42/items", "GET /cart/*/items"),
            ("GET /users/0b5a4f3e-19f6-4d3a-8a57-5ad8d5a1b2c3", "GET /users/*"),
            ("job 4bf92f3577b34da6", "job *"),
            ("GET /api/v2/trips", "GET /api/v2/trips"),
            ("ts-travel2-service", "ts-travel2-service"),
            ("cafe", "cafe"),
            ("2026-11-27", "*"),
            ("", ""),
            ("größe 7", "größe *"),
        ] {
            assert_eq!(normal(name), expected);
            assert_eq!(span_name_key(name), name_key(expected));
        }
    }
}
