//! Queries while they are typed.
//!
//! An editor asks what could come next for texts as `{ .a = 1 && .b = }`. A comparison
//! that has no right side yet counts as true, and what is still open is closed.

use super::query;
use super::tokens::Tokens;
use crate::ParseError;
use crate::ast::Query;
use crate::lexer::{Symbol, Token, TokenKind, lex};

/// The query that `text` is, or will be as far as it can be known.
///
/// # Errors
/// Where it is none, even with what is missing added.
pub fn parse_lenient(text: &str) -> Result<Query, ParseError> {
    let tokens = closed(completed(lex(text)?));
    let mut parser = Tokens::new(tokens);
    let query = query(&mut parser)?;
    if !parser.is_end() {
        return Err(parser.unexpected("a stage behind `|`, an operator, `with` or the end"));
    }
    Ok(query)
}

/// `tokens` with `true` for every comparison without a right side.
fn completed(tokens: Vec<Token>) -> Vec<Token> {
    let mut completed: Vec<Token> = Vec::with_capacity(tokens.len());
    let mut braces = 0_i32;
    let mut rest = tokens.into_iter().peekable();
    while let Some(token) = rest.next() {
        match token.kind {
            TokenKind::Symbol(Symbol::OpenBrace) => braces += 1,
            TokenKind::Symbol(Symbol::CloseBrace) => braces -= 1,
            _ => {}
        }
        let ends_here = rest.peek().is_some_and(|next| ends_condition(&next.kind));
        if braces > 0 && is_comparison(&token.kind) && ends_here {
            let at = completed.last().map_or(token.at, |left| left.at);
            if remove_operand(&mut completed) {
                completed.push(Token { at, kind: TokenKind::Word("true".to_owned()) });
                continue;
            }
        }
        completed.push(token);
    }
    completed
}

fn is_comparison(kind: &TokenKind) -> bool {
    let TokenKind::Symbol(symbol) = kind else {
        return false;
    };
    use Symbol::{Equal, Greater, GreaterEqual, Less, LessEqual, NotEqual, NotRegex, Regex};
    matches!(
        symbol,
        Equal | NotEqual | Less | LessEqual | Greater | GreaterEqual | Regex | NotRegex
    )
}

fn ends_condition(kind: &TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::End
            | TokenKind::Symbol(Symbol::And | Symbol::Or | Symbol::CloseBrace | Symbol::CloseParen)
    )
}

/// Takes the attribute, intrinsic or value at the end of `tokens` off it.
fn remove_operand(tokens: &mut Vec<Token>) -> bool {
    match tokens.last().map(|token| &token.kind) {
        Some(TokenKind::Name(_)) => {
            tokens.pop();
            while let Some(TokenKind::AttributeScope(_)) = tokens.last().map(|token| &token.kind) {
                tokens.pop();
            }
            true
        }
        Some(TokenKind::Word(_)) => {
            tokens.pop();
            if let Some(TokenKind::IntrinsicScope(_)) = tokens.last().map(|token| &token.kind) {
                tokens.pop();
            }
            true
        }
        Some(
            TokenKind::Text(_) | TokenKind::Int(_) | TokenKind::Float(_) | TokenKind::Duration(_),
        ) => {
            tokens.pop();
            true
        }
        _ => false,
    }
}

/// `tokens` with a closing bracket for each that is open at the end.
fn closed(mut tokens: Vec<Token>) -> Vec<Token> {
    let mut open = Vec::new();
    for token in &tokens {
        match token.kind {
            TokenKind::Symbol(Symbol::OpenBrace) => open.push(Symbol::CloseBrace),
            TokenKind::Symbol(Symbol::OpenParen) => open.push(Symbol::CloseParen),
            TokenKind::Symbol(Symbol::CloseBrace | Symbol::CloseParen) => {
                open.pop();
            }
            _ => {}
        }
    }
    if let Some(end) = tokens.pop() {
        tokens.extend(
            open.into_iter()
                .rev()
                .map(|symbol| Token { at: end.at, kind: TokenKind::Symbol(symbol) }),
        );
        tokens.push(end);
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        assert_eq!(parse_lenient(text).map(|query| query.to_string()).as_deref(), Ok(expect));
    }

    #[test]
    fn what_is_not_yet_there_counts_as_true() {
        check("{ .a = 1 && .b = }", "{ (.a = 1) && true }");
        check("{ span:status != || .c =~ `x` }", "{ true || (.c =~ `x`) }");
        check("{ (.a = 1 || name =", "{ (.a = 1) || true }");
        check("{ .a = 1", "{ .a = 1 }");
        check("{ .a = 1 && .b < } >> { .c", "({ (.a = 1) && true }) >> ({ .c })");
        check("{ .a = } | rate() by (.b)", "{ true } | rate()by(.b)");
    }

    #[test]
    fn what_cannot_become_a_query_is_none() {
        for text in ["", "&&", "{ && }", "hello", "{ .a = 1 } }"] {
            assert!(parse_lenient(text).is_err(), "{text}");
        }
    }
}
