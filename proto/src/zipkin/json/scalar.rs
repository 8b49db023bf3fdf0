//! Texts, numbers and flags.

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::read::Reader;

/// What stands where a scalar is expected.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Null,
    Bool(bool),
    Text(String),
    Whole(i128),
    Fraction(f64),
}

/// Reads a scalar; `1` is what was expected, as "a string".
pub(super) struct Scalar<'a, 'b>(pub(super) &'a mut Reader<'b>, pub(super) &'static str);

impl Scalar<'_, '_> {
    fn mismatch<E: Error>(&self, found: &str) -> E {
        mismatch(self.1, found)
    }
}

fn mismatch<E: Error>(expected: &str, found: impl fmt::Display) -> E {
    E::custom(format_args!("Expected {expected} but was {found}"))
}

impl<'de> DeserializeSeed<'de> for Scalar<'_, '_> {
    type Value = Token;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Token, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Scalar<'_, '_> {
    type Value = Token;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.1)
    }

    fn visit_unit<E>(self) -> Result<Token, E> {
        Ok(Token::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Token, E> {
        Ok(Token::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Token, E> {
        Ok(Token::Whole(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Token, E> {
        Ok(Token::Whole(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Token, E> {
        Ok(Token::Fraction(value))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Token, E> {
        self.0.text(text).map(Token::Text)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Token, A::Error> {
        Err(self.mismatch("BEGIN_ARRAY"))
    }

    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<Token, A::Error> {
        Err(self.mismatch("BEGIN_OBJECT"))
    }
}

impl Token {
    /// As a text; numbers are their digits.
    pub(super) fn into_text<E: Error>(self) -> Result<String, E> {
        match self {
            Self::Text(text) => Ok(text),
            Self::Whole(number) => Ok(number.to_string()),
            Self::Fraction(number) => Ok(number.to_string()),
            Self::Null => Err(mismatch("a string", "NULL")),
            Self::Bool(_) => Err(mismatch("a string", "BOOLEAN")),
        }
    }

    /// As a number of 64 bits; texts may be its digits.
    pub(super) fn into_long<E: Error>(self) -> Result<i64, E> {
        const EXPECTED: &str = "a long";
        match self {
            Self::Whole(number) => number.try_into().map_err(|_| mismatch(EXPECTED, number)),
            // The cast saturates, and a saturated number is another one.
            Self::Fraction(number) if (number as i64) as f64 == number && number.abs() < 9e18 => {
                Ok(number as i64)
            }
            Self::Fraction(number) => Err(mismatch(EXPECTED, number)),
            Self::Text(text) => text.parse().map_err(|_| {
                let shown: String = text.chars().take(64).collect();
                E::custom(format_args!("For input string: {shown:?}"))
            }),
            Self::Null => Err(mismatch(EXPECTED, "NULL")),
            Self::Bool(_) => Err(mismatch(EXPECTED, "BOOLEAN")),
        }
    }

    pub(super) fn into_bool<E: Error>(self) -> Result<bool, E> {
        const EXPECTED: &str = "a boolean";
        match self {
            Self::Bool(value) => Ok(value),
            Self::Text(_) => Err(mismatch(EXPECTED, "STRING")),
            Self::Whole(_) | Self::Fraction(_) => Err(mismatch(EXPECTED, "NUMBER")),
            Self::Null => Err(mismatch(EXPECTED, "NULL")),
        }
    }
}
