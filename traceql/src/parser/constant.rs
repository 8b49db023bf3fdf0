//! Literals.

use super::tokens::Tokens;
use crate::lexer::TokenKind;
use crate::value::{Kind, Status};
use crate::{ParseError, Static};

/// The literal that is next, passed; `None` where something else is. `nil` is none.
pub(super) fn literal(tokens: &mut Tokens) -> Result<Option<Static<'static>>, ParseError> {
    let value = match tokens.kind() {
        TokenKind::Text(text) => Static::Text(text.clone().into()),
        TokenKind::Int(value) => Static::Int(*value),
        TokenKind::Float(value) => Static::Float(*value),
        TokenKind::Duration(nanos) => Static::Duration(*nanos),
        TokenKind::Word(word) => match of_word(word) {
            Some(value) => value,
            None => return Ok(None),
        },
        _ => return Ok(None),
    };
    tokens.advance();
    Ok(Some(value))
}

fn of_word(word: &str) -> Option<Static<'static>> {
    match word {
        "true" => Some(Static::Bool(true)),
        "false" => Some(Static::Bool(false)),
        "minInt" => Some(Static::Int(i64::MIN)),
        "maxInt" => Some(Static::Int(i64::MAX)),
        _ => Status::of_word(word)
            .map(Static::Status)
            .or_else(|| Kind::of_word(word).map(Static::Kind)),
    }
}
