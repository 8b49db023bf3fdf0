//! From text to tokens.
//!
//! Words, numbers and operators are what they are anywhere; an attribute's name is not:
//! behind a scope (`.`, `span.`) nearly every character belongs to the name, so `.a-b` is
//! one name and `.a - b` a difference. Comments (`//`, `/* */`) count as spaces.

mod cursor;
pub(crate) mod name;
mod quantity;
mod quoted;
mod token;

use cursor::Cursor;
pub use token::{Scope, Symbol, Token, TokenKind};

use crate::{ParseError, TEXT_BYTES_MAX};

/// The tokens of `text`, the last of which is its end.
///
/// # Errors
/// Where a character, text, name or number is none, or the text is longer than
/// [`TEXT_BYTES_MAX`].
pub fn lex(text: &str) -> Result<Vec<Token>, ParseError> {
    let mut cursor = Cursor::new(text);
    if text.len() > TEXT_BYTES_MAX {
        let reason = format!("a query of more than {TEXT_BYTES_MAX} bytes is not read");
        return Err(ParseError::new(cursor.position(), reason));
    }
    let mut tokens = Vec::new();
    loop {
        skip_space(&mut cursor)?;
        let at = cursor.position();
        let Some(next) = cursor.peek() else {
            tokens.push(Token { at, kind: TokenKind::End });
            return Ok(tokens);
        };
        match next {
            '"' => {
                tokens.push(Token { at, kind: TokenKind::Text(quoted::interpreted(&mut cursor)?) })
            }
            '`' => tokens.push(Token { at, kind: TokenKind::Text(quoted::raw(&mut cursor)?) }),
            '0'..='9' => tokens.push(Token { at, kind: quantity::number(&mut cursor)? }),
            '.' if cursor.peek_second().is_some_and(|second| second.is_ascii_digit()) => {
                tokens.push(Token { at, kind: quantity::number(&mut cursor)? });
            }
            '.' => {
                cursor.bump();
                name::attribute(Scope::None, at, &mut cursor, &mut tokens)?;
            }
            _ if is_word_start(next) => word(at, &mut cursor, &mut tokens)?,
            _ => tokens.push(Token { at, kind: symbol(&mut cursor)? }),
        }
    }
}

fn is_word_start(c: char) -> bool {
    c == '_' || c.is_alphabetic()
}

/// A word, or the scope that it is when a `.` or `:` follows at once.
fn word(
    at: crate::Position,
    cursor: &mut Cursor<'_>,
    tokens: &mut Vec<Token>,
) -> Result<(), ParseError> {
    let word = cursor.take_while(|c| c == '_' || c.is_alphanumeric());
    let scope = match cursor.peek() {
        Some('.') => Scope::of_attribute(word),
        Some(':') => Scope::of_intrinsic(word),
        _ => None,
    };
    match (scope, cursor.peek()) {
        (Some(scope), Some('.')) => {
            cursor.bump();
            return name::attribute(scope, at, cursor, tokens);
        }
        (Some(scope), _) => {
            cursor.bump();
            tokens.push(Token { at, kind: TokenKind::IntrinsicScope(scope) });
        }
        (None, _) => tokens.push(Token { at, kind: TokenKind::Word(word.to_owned()) }),
    }
    Ok(())
}

fn symbol(cursor: &mut Cursor<'_>) -> Result<TokenKind, ParseError> {
    let Some(symbol) = Symbol::longest_in(cursor.rest()) else {
        let reason = match cursor.peek() {
            Some('\'') => "a text stands in double quotes or backquotes".to_owned(),
            Some(other) => format!("the character {other:?} means nothing here"),
            None => "unexpected end of the query".to_owned(),
        };
        return Err(ParseError::new(cursor.position(), reason));
    };
    for _ in symbol.text().chars() {
        cursor.bump();
    }
    Ok(TokenKind::Symbol(symbol))
}

fn skip_space(cursor: &mut Cursor<'_>) -> Result<(), ParseError> {
    loop {
        cursor.take_while(char::is_whitespace);
        if cursor.rest().starts_with("//") {
            cursor.take_while(|c| c != '\n');
        } else if cursor.rest().starts_with("/*") {
            let at = cursor.position();
            let Some(length) = cursor.rest().find("*/") else {
                return Err(ParseError::new(at, "a comment has no end, expected `*/`"));
            };
            cursor.advance(length + 2);
        } else {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        let tokens = lex(text).expect("tokens");
        let printed: Vec<_> = tokens.iter().map(|token| token.kind.to_string()).collect();
        assert_eq!(printed.join(" "), expect);
    }

    #[test]
    fn names_take_what_follows_a_scope() {
        check("span.a-b+1", "`span.` name `a-b+1` end of the query");
        check(".a + .b", "`.` name `a` `+` `.` name `b` end of the query");
        check("parent.resource.x", "`parent.` `resource.` name `x` end of the query");
        check(".\"a b\".c", "`.` name `a b.c` end of the query");
        check("span:duration", "`span:` `duration` end of the query");
    }

    #[test]
    fn the_longest_operator_wins() {
        check("!>> &<< >= =~", "`!>>` `&<<` `>=` `=~` end of the query");
        check("&&>>", "`&&` `>>` end of the query");
    }

    #[test]
    fn a_number_with_letters_is_a_duration_or_two_tokens() {
        check("1h30m 1t .5 1e3", "1h30m0s 1 `t` 0.5 1000.0 end of the query");
    }

    #[test]
    fn comments_are_spaces() {
        check("{ // all\n /* of\n them */ }", "`{` `}` end of the query");
        assert_eq!(lex("{ /* ").expect_err("no end").at.column, 3);
    }

    #[test]
    fn errors_say_where() {
        for (text, column) in [("{ 'a' }", 3), ("{.\"a", 2), ("{ \"a\n\" }", 3), ("{ 0x1f }", 3)] {
            assert_eq!(lex(text).expect_err(text).at.column, column, "{text}");
        }
    }
}
