//! Attribute names: whatever stands behind a scope, with quoted parts.

use super::cursor::Cursor;
use super::{Scope, Token, TokenKind};
use crate::{ParseError, Position};

/// What ends a name, besides white space. A printer quotes names that have one of these.
const ENDS: &[char] = &['{', '}', '(', ')', '=', '~', '!', '<', '>', '&', '|', '^', ','];

/// Whether `c` can stand in a name without quotes.
pub(crate) fn is_plain(c: char) -> bool {
    !c.is_whitespace() && !ENDS.contains(&c) && c != '"'
}

/// The tokens of an attribute whose scope, which began at `at`, has just been read. The
/// name may be empty, which the parser refuses.
pub(super) fn attribute(
    scope: Scope,
    at: Position,
    cursor: &mut Cursor<'_>,
    tokens: &mut Vec<Token>,
) -> Result<(), ParseError> {
    tokens.push(Token { at, kind: TokenKind::AttributeScope(scope) });
    if scope == Scope::Parent {
        for inner in [Scope::Span, Scope::Resource] {
            let prefix = format!("{}.", inner.word());
            if cursor.rest().starts_with(&prefix) {
                let at = cursor.position();
                cursor.advance(prefix.len());
                tokens.push(Token { at, kind: TokenKind::AttributeScope(inner) });
                break;
            }
        }
    }
    let mut name = String::new();
    let start = cursor.position();
    loop {
        name.push_str(cursor.take_while(is_plain));
        if cursor.peek() != Some('"') {
            break;
        }
        cursor.bump();
        quoted_part(at, cursor, &mut name)?;
    }
    tokens.push(Token { at: start, kind: TokenKind::Name(name) });
    Ok(())
}

/// The rest of a quoted part, behind its opening quote.
fn quoted_part(at: Position, cursor: &mut Cursor<'_>, name: &mut String) -> Result<(), ParseError> {
    loop {
        name.push_str(cursor.take_while(|c| c != '"' && c != '\\'));
        match (cursor.bump(), cursor.peek()) {
            (Some('"'), _) => return Ok(()),
            (Some(_), Some(escaped @ ('"' | '\\'))) => {
                cursor.bump();
                name.push(escaped);
            }
            (Some(_), _) => {
                let reason = r#"in a quoted name only \" and \\ are escapes"#;
                return Err(ParseError::new(at, reason));
            }
            (None, _) => {
                return Err(ParseError::new(at, "a quoted name has no end, expected `\"`"));
            }
        }
    }
}
