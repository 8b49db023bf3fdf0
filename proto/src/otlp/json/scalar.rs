#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::{DeserializeSeed, Deserializer, Error, Visitor};

use crate::{SpanKind, StatusCode};

/// A number, or what JSON may write as one.
pub(super) trait Scalar: Sized {
    /// What an error says was expected.
    const EXPECTED: &'static str;

    /// The value of a whole number, if it is in range.
    fn from_integer(number: i128) -> Option<Self>;

    fn from_double(number: f64) -> Option<Self> {
        whole(number).and_then(Self::from_integer)
    }

    fn from_text(text: &str) -> Option<Self> {
        match text.parse() {
            Ok(number) => Self::from_integer(number),
            Err(_) => parse_double(text).and_then(Self::from_double),
        }
    }

    fn from_bool(_value: bool) -> Option<Self> {
        None
    }
}

/// `number` as an integer, if it is a whole one; far beyond 64 bits it is none.
fn whole(number: f64) -> Option<i128> {
    (number.fract() == 0.0 && number.abs() < 1e30).then_some(number as i128)
}

/// A finite number in digits. Rust would also take "inf" and "nan".
fn parse_double(text: &str) -> Option<f64> {
    let number = text.parse().ok().filter(|number: &f64| number.is_finite())?;
    text.contains(|character: char| character.is_ascii_digit()).then_some(number)
}

impl Scalar for u64 {
    const EXPECTED: &'static str = "a whole number from 0 to 18446744073709551615";

    fn from_integer(number: i128) -> Option<Self> {
        number.try_into().ok()
    }
}

impl Scalar for i64 {
    const EXPECTED: &'static str = "a whole number of 64 bits";

    fn from_integer(number: i128) -> Option<Self> {
        number.try_into().ok()
    }
}

impl Scalar for u32 {
    const EXPECTED: &'static str = "a whole number from 0 to 4294967295";

    fn from_integer(number: i128) -> Option<Self> {
        number.try_into().ok()
    }
}

impl Scalar for f64 {
    const EXPECTED: &'static str = "a number, \"NaN\", \"Infinity\" or \"-Infinity\"";

    fn from_integer(number: i128) -> Option<Self> {
        Some(number as f64)
    }

    fn from_double(number: f64) -> Option<Self> {
        Some(number)
    }

    fn from_text(text: &str) -> Option<Self> {
        match text {
            "NaN" => Some(Self::NAN),
            "Infinity" => Some(Self::INFINITY),
            "-Infinity" => Some(Self::NEG_INFINITY),
            _ => parse_double(text),
        }
    }
}

impl Scalar for bool {
    const EXPECTED: &'static str = "true or false";

    fn from_integer(_number: i128) -> Option<Self> {
        None
    }

    fn from_bool(value: bool) -> Option<Self> {
        Some(value)
    }
}

impl Scalar for SpanKind {
    const EXPECTED: &'static str = "a span kind, as a number or as SPAN_KIND_SERVER";

    fn from_integer(number: i128) -> Option<Self> {
        number.try_into().ok().map(Self::of_wire)
    }

    fn from_text(text: &str) -> Option<Self> {
        match text {
            "SPAN_KIND_UNSPECIFIED" => Some(Self::UNSPECIFIED),
            "SPAN_KIND_INTERNAL" => Some(Self::INTERNAL),
            "SPAN_KIND_SERVER" => Some(Self::SERVER),
            "SPAN_KIND_CLIENT" => Some(Self::CLIENT),
            "SPAN_KIND_PRODUCER" => Some(Self::PRODUCER),
            "SPAN_KIND_CONSUMER" => Some(Self::CONSUMER),
            number => i128::from_str(number).ok().and_then(Self::from_integer),
        }
    }
}

impl Scalar for StatusCode {
    const EXPECTED: &'static str = "a status code, as a number or as STATUS_CODE_ERROR";

    fn from_integer(number: i128) -> Option<Self> {
        number.try_into().ok().map(Self)
    }

    fn from_text(text: &str) -> Option<Self> {
        match text {
            "STATUS_CODE_UNSET" => Some(Self::UNSET),
            "STATUS_CODE_OK" => Some(Self::OK),
            "STATUS_CODE_ERROR" => Some(Self::ERROR),
            number => i128::from_str(number).ok().and_then(Self::from_integer),
        }
    }
}

/// Reads a scalar; `null` changes nothing. Tells whether there was one.
pub(super) struct Number<'a, T>(pub(super) &'a mut T);

impl<'de, T: Scalar> DeserializeSeed<'de> for Number<'_, T> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<T: Scalar> Number<'_, T> {
    fn set<E: Error>(self, value: Option<T>, got: impl fmt::Display) -> Result<bool, E> {
        *self.0 = value.ok_or_else(|| E::custom(format_args!("{got} is not {}", T::EXPECTED)))?;
        Ok(true)
    }
}

impl<T: Scalar> Visitor<'_> for Number<'_, T> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<bool, E> {
        self.set(T::from_bool(value), value)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<bool, E> {
        self.set(T::from_integer(value.into()), value)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<bool, E> {
        self.set(T::from_integer(value.into()), value)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<bool, E> {
        self.set(T::from_double(value), value)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<bool, E> {
        let start = text.get(..text.floor_char_boundary(64)).unwrap_or_default();
        self.set(T::from_text(text), format_args!("{start:?}"))
    }
}

/// What stands where an id should.
pub(super) enum IdText<T> {
    Absent,
    Id(T),
    /// Hexadecimal digits for another number of bytes.
    Length(usize),
    /// No hexadecimal digits.
    Text,
}

/// Reads an id.
pub(super) struct Hex<T>(PhantomData<T>);

impl<T> Hex<T> {
    pub(super) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<'de, T: FromStr> DeserializeSeed<'de> for Hex<T> {
    type Value = IdText<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<IdText<T>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<T: FromStr> Visitor<'_> for Hex<T> {
    type Value = IdText<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id as a string of hexadecimal digits")
    }

    fn visit_unit<E>(self) -> Result<IdText<T>, E> {
        Ok(IdText::Absent)
    }

    fn visit_str<E>(self, text: &str) -> Result<IdText<T>, E> {
        Ok(match T::from_str(text) {
            _ if text.is_empty() => IdText::Absent,
            Ok(id) => IdText::Id(id),
            Err(_)
                if text.len().is_multiple_of(2)
                    && text.bytes().all(|byte| byte.is_ascii_hexdigit()) =>
            {
                IdText::Length(text.len() / 2)
            }
            Err(_) => IdText::Text,
        })
    }
}
