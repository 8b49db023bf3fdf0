//! From tokens to a query.
//!
//! Precedence climbing, with one table of levels for all expressions: what stands on the
//! left of an operator decides which operators can follow. From loose to tight:
//!
//! | level | operators |
//! | --- | --- |
//! | 1 | `\|` |
//! | 2 | `&&` `\|\|` |
//! | 3 | comparisons, structural operators |
//! | 4 | `+` `-`, and `-x` |
//! | 5 | `!x` |
//! | 6 | `*` `/` `%` |
//! | 7 | `^`, to the right |

mod constant;
mod element;
mod field;
mod fold;
mod lenient;
mod metrics;
mod operation;
mod primary;
mod tokens;

pub use lenient::parse_lenient;

use element::Operand;
use tokens::Tokens;

use crate::ast::{Hint, Query, Root};
use crate::lexer::{Symbol, lex};
use crate::{ParseError, Static};

/// The query that `text` is. It need not make sense yet.
///
/// # Errors
/// Where the text stops being one, and what was expected there.
pub fn parse(text: &str) -> Result<Query, ParseError> {
    let mut parser = Tokens::new(lex(text)?);
    let query = query(&mut parser)?;
    if !parser.is_end() {
        return Err(parser.unexpected("a stage behind `|`, an operator, `with` or the end"));
    }
    Ok(query)
}

fn query(tokens: &mut Tokens) -> Result<Query, ParseError> {
    let part = element::sequence(tokens)?;
    let root = match part.operand {
        Operand::Metrics(mut metrics) => {
            let stages = metrics::second_stages(tokens)?;
            metrics::append(&mut metrics, stages);
            Root::Metrics(metrics)
        }
        other => match element::into_pipeline(other) {
            Ok(pipeline) => Root::Spansets(pipeline),
            Err(_) => return Err(tokens.unexpected("a comparison, as of `count() > 2`")),
        },
    };
    Ok(Query { root, hints: hints(tokens)? })
}

/// `with(name = value, …)`, where it stands.
fn hints(tokens: &mut Tokens) -> Result<Vec<Hint>, ParseError> {
    let mut hints = Vec::new();
    if !tokens.take_word("with") {
        return Ok(hints);
    }
    tokens.expect(Symbol::OpenParen)?;
    loop {
        let name = tokens.expect_any_word("the name of a hint")?;
        tokens.expect(Symbol::Equal)?;
        let is_negative = tokens.take(Symbol::Minus);
        let Some(value) = constant::literal(tokens)? else {
            return Err(tokens.unexpected("a value"));
        };
        let value = match (is_negative, value) {
            (false, value) => value,
            (true, Static::Int(value)) => Static::Int(value.wrapping_neg()),
            (true, Static::Float(value)) => Static::Float(-value),
            (true, _) => return Err(tokens.unexpected("a number behind `-`")),
        };
        hints.push(Hint { name, value });
        if !tokens.take(Symbol::Comma) {
            break;
        }
    }
    tokens.expect(Symbol::CloseParen)?;
    Ok(hints)
}

#[cfg(test)]
mod tests;
