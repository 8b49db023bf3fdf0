//! Numbers and durations.

use super::TokenKind;
use super::cursor::Cursor;
use crate::ParseError;
use crate::duration::parse_duration;

/// What may follow the first digit of a duration, besides digits and points.
const UNIT_LETTERS: &[char] = &['n', 's', 'u', 'm', 'h', 'µ', 'd', 'w', 'y'];

/// A whole number, a fraction, or a number with units. Where letters follow that make no
/// duration the number ends before them.
pub(super) fn number(cursor: &mut Cursor<'_>) -> Result<TokenKind, ParseError> {
    let at = cursor.position();
    let rest = cursor.rest();
    let number = &rest[..number_length(rest)];
    let run = rest[number.len()..]
        .find(|c: char| !c.is_ascii_digit() && c != '.' && !UNIT_LETTERS.contains(&c))
        .map_or(rest, |end| &rest[..number.len() + end]);
    if run.len() > number.len()
        && let Some(nanos) = parse_duration(run)
    {
        cursor.advance(run.len());
        return Ok(TokenKind::Duration(nanos));
    }
    if rest[number.len()..].starts_with('_') || is_other_base(rest) {
        return Err(ParseError::new(at, "a number is decimal, without `_` or a base"));
    }
    cursor.advance(number.len());
    if number.bytes().all(|byte| byte.is_ascii_digit()) {
        return match number.parse() {
            Ok(value) => Ok(TokenKind::Int(value)),
            Err(_) => Err(ParseError::new(at, "a whole number is at most 9223372036854775807")),
        };
    }
    match number.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(TokenKind::Float(value)),
        _ => Err(ParseError::new(at, "a number is too large")),
    }
}

fn is_other_base(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next() == Some('0') && matches!(chars.next(), Some('x' | 'X' | 'b' | 'B' | 'o' | 'O'))
}

/// How long the number at the start of `text` is: digits, a point, digits, an exponent.
fn number_length(text: &str) -> usize {
    let digits = |from: usize| {
        text[from..].find(|c: char| !c.is_ascii_digit()).map_or(text.len(), |end| from + end)
    };
    let mut end = digits(0);
    if text[end..].starts_with('.') {
        end = digits(end + 1);
    }
    if text[end..].starts_with(['e', 'E']) {
        let sign = usize::from(text[end + 1..].starts_with(['+', '-']));
        let exponent_end = digits(end + 1 + sign);
        if exponent_end > end + 1 + sign {
            end = exponent_end;
        }
    }
    end
}
