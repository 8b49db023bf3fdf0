#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::fmt;

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use super::decoder::Decoder;
use super::key::keys;
use super::message::{Item, List, Message, Object, Text};
use super::scalar::Number;
use crate::otlp::Reason;
use crate::{Attribute, Value};

keys!(AttributeKey { Key = "key", Value = "value" });

impl Message for Attribute {
    type Key = AttributeKey;
    const EXPECTED: &'static str = "an attribute";

    fn read_field<'de, A: MapAccess<'de>>(
        &mut self,
        key: AttributeKey,
        values: &mut A,
        decoder: &mut Decoder,
    ) -> Result<(), A::Error> {
        match key {
            AttributeKey::Key => values.next_value_seed(Text(&mut self.key, decoder))?,
            AttributeKey::Value => values.next_value_seed(Object(&mut self.value, decoder))?,
            AttributeKey::Other => values.next_value::<IgnoredAny>().map(|_| true)?,
        };
        Ok(())
    }
}

impl Item for Attribute {
    const LIST_EXPECTED: &'static str = "a list of attributes";
}

keys!(ValueKey {
    String = "stringValue",
    Bool = "boolValue",
    Int = "intValue",
    Double = "doubleValue",
    Array = "arrayValue",
    Map = "kvlistValue",
    Bytes = "bytesValue",
});

/// The list inside an `ArrayValue` or a `KeyValueList`.
struct Values<T>(Vec<T>);

keys!(ValuesKey { Values = "values" });

impl<T: Item> Message for Values<T> {
    type Key = ValuesKey;
    const EXPECTED: &'static str = "an object with a list of values";

    fn read_field<'de, A: MapAccess<'de>>(
        &mut self,
        key: ValuesKey,
        values: &mut A,
        decoder: &mut Decoder,
    ) -> Result<(), A::Error> {
        match key {
            ValuesKey::Values => values.next_value_seed(List(&mut self.0, decoder)),
            ValuesKey::Other => values.next_value::<IgnoredAny>().map(|_| ()),
        }
    }
}

impl Message for Value {
    type Key = ValueKey;
    const EXPECTED: &'static str = "a value such as {\"stringValue\": \"x\"}";

    fn read_field<'de, A: MapAccess<'de>>(
        &mut self,
        key: ValueKey,
        values: &mut A,
        decoder: &mut Decoder,
    ) -> Result<(), A::Error> {
        match key {
            ValueKey::String => {
                let mut text = String::new();
                if values.next_value_seed(Text(&mut text, decoder))? {
                    *self = Self::String(text);
                }
            }
            ValueKey::Bool => {
                let mut value = false;
                if values.next_value_seed(Number(&mut value))? {
                    *self = Self::Bool(value);
                }
            }
            ValueKey::Int => {
                let mut value = 0_i64;
                if values.next_value_seed(Number(&mut value))? {
                    *self = Self::Int(value);
                }
            }
            ValueKey::Double => {
                let mut value = 0_f64;
                if values.next_value_seed(Number(&mut value))? {
                    *self = Self::Double(value);
                }
            }
            ValueKey::Bytes => {
                if let Some(bytes) = values.next_value_seed(Base64(decoder))? {
                    *self = Self::Bytes(bytes);
                }
            }
            ValueKey::Array => {
                let old = match self {
                    Self::Array(values) => std::mem::take(values),
                    _ => Vec::new(),
                };
                if let Some(new) = read_nested(old, values, decoder)? {
                    *self = Self::Array(new);
                }
            }
            ValueKey::Map => {
                let old = match self {
                    Self::Map(entries) => std::mem::take(entries),
                    _ => Vec::new(),
                };
                if let Some(new) = read_nested(old, values, decoder)? {
                    *self = Self::Map(new);
                }
            }
            ValueKey::Other => {
                values.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

impl Item for Value {
    const LIST_EXPECTED: &'static str = "a list of values";
}

/// Adds the next value's array or map to `old`; `None` where it is `null`, and
/// where it is too deep, which is noted as the reason to refuse the span.
fn read_nested<'de, T: Item, A: MapAccess<'de>>(
    old: Vec<T>,
    values: &mut A,
    decoder: &mut Decoder,
) -> Result<Option<Vec<T>>, A::Error> {
    if decoder.depth == decoder.depth_max {
        if values.next_value::<Option<IgnoredAny>>()?.is_some() {
            decoder.refuse(Reason::ValueDepth(decoder.depth_max));
        }
        return Ok(None);
    }
    let mut nested = Values(old);
    decoder.depth = decoder.depth.saturating_add(1);
    let present = values.next_value_seed(Object(&mut nested, decoder))?;
    decoder.depth = decoder.depth.saturating_sub(1);
    Ok((present || !nested.0.is_empty()).then_some(nested.0))
}

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const BASE64: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
const BASE64_URL_SAFE: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);

/// Reads bytes in base64; `None` for `null`.
struct Base64<'a>(&'a mut Decoder);

impl<'de> DeserializeSeed<'de> for Base64<'_> {
    type Value = Option<Vec<u8>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Visitor<'_> for Base64<'_> {
    type Value = Option<Vec<u8>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes as base64")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        let granted = self.0.budget.take(base64::decoded_len_estimate(text.len()));
        self.0.granted(granted)?;
        let engine = if text.contains(['-', '_']) { &BASE64_URL_SAFE } else { &BASE64 };
        engine.decode(text).map(Some).map_err(|error| E::custom(format_args!("bytes: {error}")))
    }
}
