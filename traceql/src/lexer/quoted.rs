//! Texts in quotes.

use super::cursor::Cursor;
use crate::ParseError;

/// A text in backquotes, in which nothing is special.
pub(super) fn raw(cursor: &mut Cursor<'_>) -> Result<String, ParseError> {
    let at = cursor.position();
    cursor.bump();
    let text = cursor.take_while(|c| c != '`');
    match cursor.bump() {
        Some(_) => Ok(text.to_owned()),
        None => Err(ParseError::new(at, "a text has no end, expected a backquote")),
    }
}

/// A text in double quotes, with Go's escapes.
pub(super) fn interpreted(cursor: &mut Cursor<'_>) -> Result<String, ParseError> {
    let at = cursor.position();
    cursor.bump();
    // Bytes, as `\x` and octal escapes name bytes of UTF-8, not characters.
    let mut bytes = Vec::new();
    loop {
        match cursor.bump() {
            Some('"') => break,
            Some('\\') => escape(cursor, &mut bytes)?,
            None | Some('\n') => {
                return Err(ParseError::new(at, "a text has no end on its line, expected `\"`"));
            }
            Some(c) => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// What follows a backslash (The Go Programming Language Specification, "String literals").
fn escape(cursor: &mut Cursor<'_>, out: &mut Vec<u8>) -> Result<(), ParseError> {
    let at = cursor.position();
    let escaped = cursor.bump();
    let plain = match escaped {
        Some('a') => Some(7),
        Some('b') => Some(8),
        Some('f') => Some(12),
        Some('n') => Some(b'\n'),
        Some('r') => Some(b'\r'),
        Some('t') => Some(b'\t'),
        Some('v') => Some(11),
        Some('\\') => Some(b'\\'),
        Some('"') => Some(b'"'),
        _ => None,
    };
    if let Some(byte) = plain {
        out.push(byte);
        return Ok(());
    }
    let value = match escaped {
        Some('x') => digits(cursor, 2, 16, 0).and_then(|value| u8::try_from(value).ok()),
        Some(first @ '0'..='7') => digits(cursor, 2, 8, first.to_digit(8).unwrap_or(0))
            .and_then(|value| u8::try_from(value).ok()),
        Some(kind @ ('u' | 'U')) => {
            let count = if kind == 'u' { 4 } else { 8 };
            if let Some(c) = digits(cursor, count, 16, 0).and_then(char::from_u32) {
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                return Ok(());
            }
            None
        }
        _ => None,
    };
    match value {
        Some(byte) => out.push(byte),
        None => return Err(ParseError::new(at, r"unknown escape; a backslash is written \\")),
    }
    Ok(())
}

/// The number whose digits so far are `start` and whose next `count` follow.
fn digits(cursor: &mut Cursor<'_>, count: usize, radix: u32, start: u32) -> Option<u32> {
    let mut value = start;
    for _ in 0..count {
        let digit = cursor.peek()?.to_digit(radix)?;
        cursor.bump();
        value = value.checked_mul(radix)?.checked_add(digit)?;
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_name_bytes_and_characters() {
        for (text, expect) in [
            (r#""a\tb\"""#, Some("a\tb\"")),
            (r#""\x41\101\u00e9""#, Some("AAé")),
            (r#""\xc3\xa9""#, Some("é")),
            (r#""\q""#, None),
            (r#""\u12""#, None),
            (r#""\ud800""#, None),
            (r#""open"#, None),
        ] {
            assert_eq!(interpreted(&mut Cursor::new(text)).ok().as_deref(), expect, "{text}");
        }
    }
}
