//! Attributes, lists of them, and aggregates.

use super::field;
use super::tokens::Tokens;
use crate::ParseError;
use crate::ast::{Aggregate, AggregateFunction, Attribute, Intrinsic, Scope};
use crate::lexer::{Symbol, TokenKind};

/// The attribute or intrinsic that is next.
pub(super) fn attribute(tokens: &mut Tokens) -> Result<Attribute, ParseError> {
    const EXPECTED: &str = "a value, an attribute as `.name` or `span.name`, or an intrinsic";
    match tokens.kind().clone() {
        TokenKind::AttributeScope(scope) => named(tokens, scope),
        TokenKind::IntrinsicScope(scope) => {
            tokens.advance();
            let found = tokens
                .word()
                .and_then(|word| Intrinsic::of_text(&format!("{}:{word}", scope.word())));
            let Some(intrinsic) = found else {
                let expected = format!("something that `{}:` has", scope.word());
                return Err(tokens.unexpected(&expected));
            };
            tokens.advance();
            Ok(Attribute::Intrinsic(intrinsic))
        }
        TokenKind::Word(word) => {
            let Some(intrinsic) = Intrinsic::of_text(&word) else {
                return Err(tokens.unexpected(EXPECTED));
            };
            tokens.advance();
            Ok(Attribute::Intrinsic(intrinsic))
        }
        _ => Err(tokens.unexpected(EXPECTED)),
    }
}

fn named(tokens: &mut Tokens, outer: Scope) -> Result<Attribute, ParseError> {
    let at = tokens.at();
    tokens.advance();
    let of_parent = outer == Scope::Parent;
    let mut scope = if of_parent { Scope::None } else { outer };
    if let TokenKind::AttributeScope(inner) = tokens.kind() {
        scope = *inner;
        tokens.advance();
    }
    match tokens.kind() {
        TokenKind::Name(name) if !name.is_empty() => {
            let name = name.clone();
            tokens.advance();
            Ok(Attribute::Named { of_parent, scope, name })
        }
        _ => {
            let reason = format!("expected the name of an attribute behind `{}.`", outer.word());
            Err(ParseError::new(at, reason))
        }
    }
}

/// Attributes with commas between them, up to and with `)`.
pub(super) fn attributes(tokens: &mut Tokens) -> Result<Vec<Attribute>, ParseError> {
    let mut attributes = vec![attribute(tokens)?];
    while tokens.take(Symbol::Comma) {
        attributes.push(attribute(tokens)?);
    }
    if !tokens.take(Symbol::CloseParen) {
        return Err(tokens.unexpected("`,` or `)`"));
    }
    Ok(attributes)
}

/// The aggregate that is next, and how deep it is; `None` where something else is.
pub(super) fn aggregate(tokens: &mut Tokens) -> Result<Option<(Aggregate, u32)>, ParseError> {
    let at = tokens.at();
    let Some(function) = tokens.word().and_then(AggregateFunction::of_word) else {
        return Ok(None);
    };
    tokens.advance();
    tokens.expect(Symbol::OpenParen)?;
    let (field, depth) = if function == AggregateFunction::Count {
        (None, 0)
    } else {
        let (field, depth) = field::expression(tokens, 0)?;
        (Some(field), depth)
    };
    tokens.expect(Symbol::CloseParen)?;
    Ok(Some((Aggregate { function, field, at }, tokens.deeper(depth, 0)?)))
}
